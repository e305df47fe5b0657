"""Questions: what is known of a call that nobody has made, what is left open, what is absent."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gatepost.policy.match import AttachedPolicy
from gatepost.policy.offline import ask_offline, offline_principal
from gatepost.policy.partial import Answer
from gatepost.policy.principal import Principal
from gatepost.policy.question import (
    GivenPolicies,
    Supposition,
    Unasked,
    caller_unknown,
    multivalued,
    resource_called,
    stranger_context,
)
from gatepost.policy.rationale import rationale
from gatepost.policy.read import read_policy

ACCOUNT = "123456789012"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALLOW_ALL = AttachedPolicy(read_policy('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'))


def supposed(action: str = "ses:SendEmail", **said: Any) -> Supposition:
    return Supposition(action, NOON, **said)


def test_what_is_said_is_known_and_times_always_are() -> None:
    known = supposed(sender="news@example.com", recipients=("a@example.net",), secure=True, source_ip="10.0.0.1").known()
    assert known == {
        "aws:currenttime": "2026-11-24T12:00:00Z",
        "aws:epochtime": "1795521600",
        "ses:fromaddress": "news@example.com",
        "ses:recipients": ("a@example.net",),
        "aws:sourceip": "10.0.0.1",
        "aws:securetransport": "true",
        "aws:viaawsservice": "false",
    }


def test_a_year_of_few_digits_is_still_a_date() -> None:
    assert Supposition("ses:SendEmail", datetime(1, 2, 3, tzinfo=UTC)).known()["aws:currenttime"] == "0001-02-03T00:00:00Z"


def test_what_is_given_as_context_goes_before_all_else() -> None:
    context = multivalued(
        {"aws:CurrentTime": ["2023-01-15T12:00:00Z"], "ses:Recipients": ["a@x.org"], "ses:FromAddress": ["b", "c"]}
    )
    known = supposed(sender="news@example.com", context=context).known()
    assert known["aws:currenttime"] == "2023-01-15T12:00:00Z"
    assert known["ses:recipients"] == ("a@x.org",)
    assert known["ses:fromaddress"] == ("b", "c"), "several values of a key of one stay several: no bare operator matches them"


@pytest.mark.parametrize(
    ("action", "always", "sometimes", "never"),
    [
        ("ses:SendEmail", ("ses:fromaddress", "ses:recipients", "aws:sourceip"), ("ses:fromdisplayname", "ses:tenantname"),
         ("aws:requesttag/team", "aws:sourcevpce", "iam:policyarn", "aws:resourcetag/team")),
        ("ses:PutIdentityPolicy", ("ses:apiversion", "aws:useragent"), (), ("ses:fromaddress", "ses:recipients")),
        ("iam:CreateUser", ("aws:securetransport",), ("aws:requesttag/team", "aws:tagkeys", "iam:permissionsboundary"),
         ("ses:apiversion",)),
        ("s3:PutObject", ("aws:sourceip",), ("s3:prefix", "aws:requesttag/team"), ("ses:fromaddress",)),
    ],
)  # fmt: skip
def test_the_catalogue_says_which_keys_an_action_carries(
    action: str, always: tuple[str, ...], sometimes: tuple[str, ...], never: tuple[str, ...]
) -> None:
    unknown = supposed(action).left_open(caller_unknown(Principal.of(ACCOUNT)))
    assert all(key in unknown.always for key in always)
    assert all(unknown.covers(key, {}) and key not in unknown.always for key in sometimes)
    assert not any(unknown.covers(key, {}) for key in never)


def test_of_a_stranger_the_arn_alone_is_known() -> None:
    context, unknown = stranger_context(offline_principal("role/Mailer/night"))
    assert context["aws:principalarn"] == f"arn:aws:iam::{ACCOUNT}:role/Mailer"
    assert context["aws:principaltype"] == "AssumedRole"
    assert all(unknown.covers(key, context) for key in ("aws:userid", "aws:principaltag/team", "aws:tokenissuetime"))
    assert not unknown.covers("aws:username", context)


@pytest.mark.parametrize(
    ("action", "typed", "arn"),
    [
        ("ses:SendEmail", "*", "*"),
        ("ses:SendEmail", "Example.COM", f"arn:aws:ses:eu-west-1:{ACCOUNT}:identity/example.com"),
        ("ses:SendEmail", "News@example.com", f"arn:aws:ses:eu-west-1:{ACCOUNT}:identity/News@example.com"),
        ("ses:SendEmail", "configuration-set/main", f"arn:aws:ses:eu-west-1:{ACCOUNT}:configuration-set/main"),
        ("iam:GetUser", "user/staff/alice", f"arn:aws:iam::{ACCOUNT}:user/staff/alice"),
        ("s3:GetObject", "arn:aws:s3:::bucket/key", "arn:aws:s3:::bucket/key"),
    ],
)
def test_a_resource_is_found_by_what_people_type(action: str, typed: str, arn: str) -> None:
    assert resource_called(action, typed, ACCOUNT, "eu-west-1") == arn


@pytest.mark.parametrize(
    ("action", "typed"), [("ses:SendEmail", "queue/x"), ("iam:GetUser", "alice"), ("s3:GetObject", "bucket")]
)
def test_what_stands_for_no_resource_is_refused(action: str, typed: str) -> None:
    with pytest.raises(Unasked, match=f"`{typed}`: expected an ARN"):
        resource_called(action, typed, ACCOUNT, "eu-west-1")


@pytest.mark.parametrize(
    ("who", "arn"),
    [
        ("user/alice", f"arn:aws:iam::{ACCOUNT}:user/alice"),
        ("root", f"arn:aws:iam::{ACCOUNT}:root"),
        ("role/Mailer", f"arn:aws:sts::{ACCOUNT}:assumed-role/Mailer/(any)"),
        ("role/Mailer/night", f"arn:aws:sts::{ACCOUNT}:assumed-role/Mailer/night"),
        (f"arn:aws:iam::{ACCOUNT}:role/jobs/Mailer", f"arn:aws:sts::{ACCOUNT}:assumed-role/Mailer/(any)"),
        ("cognito-idp.amazonaws.com", "cognito-idp.amazonaws.com"),
    ],
)
def test_somebody_is_found_without_a_store(who: str, arn: str) -> None:
    assert offline_principal(who).arn == arn


def test_given_policies_stand_beside_or_in_place() -> None:
    deny = AttachedPolicy(read_policy('{"Statement": {"Effect": "Deny", "Action": "ses:*", "Resource": "*"}}'))
    nothing = AttachedPolicy(read_policy('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'))

    def answer(given: GivenPolicies) -> Answer:
        (question,), _ = ask_offline(offline_principal("user/alice"), supposed(), "example.com", None, "us-east-1", given)
        return rationale(question.request, question.policies, question.unknown).answer

    assert answer(GivenPolicies((ALLOW_ALL,))) is Answer.YES
    assert answer(GivenPolicies((ALLOW_ALL, deny))) is Answer.NO
    assert answer(GivenPolicies((ALLOW_ALL,), boundary=nothing)) is Answer.NO
    assert answer(GivenPolicies((ALLOW_ALL,), session=(nothing,))) is Answer.NO
    assert answer(GivenPolicies((ALLOW_ALL,), scps=(nothing,))) is Answer.NO
    assert answer(GivenPolicies((ALLOW_ALL,), scps=(nothing, ALLOW_ALL))) is Answer.YES, "policies of a level are a union"
    assert answer(GivenPolicies(boundary=ALLOW_ALL)) is Answer.NO
