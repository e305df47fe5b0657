"""Guardrails: a change that would let a forbidden message through is refused, with the message, through unmodified clients."""

import json
import subprocess
from typing import Any

import pytest

from clients.people import allow, deny, document, identity_arn, make_user
from clients.test_audit import events
from live import ACCOUNT, BIN, Live

CEO = "ses:Send* from ceo@example.com unless role/exec"
NO_CEO = {"StringNotLikeIfExists": {"ses:FromAddress": "ceo@*"}}
NEWS = {"StringEquals": {"ses:FromAddress": "news@example.com"}}
SENDS = ["ses:SendEmail", "ses:SendRawEmail"]


def guardrail(live: Live, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "gatepost"), "guardrail", *arguments, "--data", str(live.data)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def guarded(live: Live) -> Live:
    live.client("ses").verify_domain_identity(Domain="example.com")
    make_user(live, "intern")
    done = guardrail(live, "add", "no-ceo", "--never", CEO, "--reason", "only the board's office writes as the CEO")
    later = "gatepost: `role/exec` does not exist in account 123456789012; the guardrail speaks of it once it does\n"
    assert (done.returncode, done.stderr) == (0, later)
    return live


def put(live: Live, *statements: Any) -> subprocess.CompletedProcess[str]:
    return live.aws(
        "iam", "put-user-policy", "--user-name", "intern", "--policy-name", "mail", "--policy-document", document(*statements)
    )


def test_a_policy_that_would_open_it_is_refused_with_the_message_that_slips_through(guarded: Live) -> None:
    done = put(guarded, allow("ses:*"))
    assert done.returncode != 0
    assert "AccessDenied" in done.stderr
    assert "This change would break the guardrail no-ceo of account 123456789012." in done.stderr
    assert f"It says: never {CEO}. Reason: only the board's office writes as the CEO." in done.stderr
    assert "This would be allowed: ses:Send" in done.stderr
    assert "By user intern › mail (inline) › statement 1." in done.stderr
    assert guarded.client("iam").list_user_policies(UserName="intern")["PolicyNames"] == []
    (event,) = [each for each in events(guarded) if each["eventName"] == "PutUserPolicy"]
    assert event["errorCode"] == "AccessDenied"
    assert "break the guardrail no-ceo" in event["errorMessage"]


def test_a_policy_that_keeps_it_passes(guarded: Live) -> None:
    assert put(guarded, allow(SENDS, Condition=NEWS)).returncode == 0


def test_bulk_sends_carry_no_from_address_so_a_condition_on_it_does_not_keep_it(guarded: Live) -> None:
    done = put(guarded, allow("ses:Send*"), deny("ses:Send*", Condition={"StringLike": {"ses:FromAddress": "ceo@*"}}))
    assert done.returncode != 0
    assert "ses:SendBulkEmail" in done.stderr


def test_the_one_who_is_excepted_may(guarded: Live) -> None:
    iam = guarded.client("iam")
    trust = document({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
    for role in ("exec", "others"):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="exec", PolicyName="mail", PolicyDocument=document(allow("ses:*")))
    with pytest.raises(iam.exceptions.ClientError, match="guardrail no-ceo"):
        iam.put_role_policy(RoleName="others", PolicyName="mail", PolicyDocument=document(allow("ses:*")))


def test_whatever_way_leads_to_it_is_refused(guarded: Live) -> None:
    iam = guarded.client("iam")
    arn = iam.create_policy(PolicyName="mail", PolicyDocument=document(allow("ses:*")))["Policy"]["Arn"]
    iam.create_group(GroupName="senders")
    iam.attach_group_policy(GroupName="senders", PolicyArn=arn)
    with pytest.raises(iam.exceptions.ClientError, match="guardrail no-ceo"):
        iam.attach_user_policy(UserName="intern", PolicyArn=arn)
    with pytest.raises(iam.exceptions.ClientError, match="guardrail no-ceo"):
        iam.add_user_to_group(GroupName="senders", UserName="intern")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow(SENDS, Condition=NEWS)), SetAsDefault=True)
    iam.add_user_to_group(GroupName="senders", UserName="intern")
    with pytest.raises(iam.exceptions.ClientError, match="guardrail no-ceo"):
        iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")


def test_a_boundary_that_keeps_it_may_not_be_taken_away(guarded: Live) -> None:
    iam = guarded.client("iam")
    boundary = document(allow(SENDS, Condition=NEWS))
    arn = iam.create_policy(PolicyName="bounds", PolicyDocument=boundary)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="intern", PermissionsBoundary=arn)
    assert put(guarded, allow("ses:*")).returncode == 0
    with pytest.raises(iam.exceptions.ClientError, match="guardrail no-ceo"):
        iam.delete_user_permissions_boundary(UserName="intern")


@pytest.mark.parametrize(
    ("principal", "refused"),
    [("*", True), ({"AWS": "222222222222"}, True), ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/intern"}, True)],
)
def test_an_identitys_policy_lets_no_stranger_in_either(guarded: Live, principal: Any, refused: bool) -> None:
    statement = allow(SENDS, identity_arn("example.com"), Principal=principal)
    given = ("ses", "put-identity-policy", "--identity", "example.com", "--policy-name", "others", "--policy")
    done = guarded.aws(*given, document(statement))
    assert (done.returncode != 0) is refused
    assert "guardrail no-ceo" in done.stderr
    assert guarded.aws(*given, document({**statement, "Condition": NEWS})).returncode == 0


def test_what_must_stay_allowed_may_not_be_taken_away(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    make_user(live, "intern")
    assert put(live, allow("ses:*")).returncode == 0
    claim = "ses:SendEmail from news@example.com by user/intern on example.com"
    assert guardrail(live, "add", "news-goes-out", "--always", claim).returncode == 0
    done = put(live, allow("ses:*", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    assert done.returncode != 0
    assert "This would be denied: " in done.stderr
    assert "no TLS" in done.stderr


def test_a_guardrail_that_is_broken_already_is_not_set(live: Live) -> None:
    make_user(live, "intern")
    put(live, allow("ses:*"))
    done = guardrail(live, "add", "no-ceo", "--never", CEO)
    assert done.returncode == 1
    assert "not set: the policies of today break it already." in done.stderr
    assert "by user/intern" in done.stderr
    assert guardrail(live, "list").stdout == ""


def test_guardrails_are_listed_and_removed_and_both_are_in_the_trail(guarded: Live) -> None:
    (line,) = guardrail(guarded, "list", "--json").stdout.splitlines()
    assert json.loads(line) == {
        "name": "no-ceo", "never": CEO, "reason": "only the board's office writes as the CEO",
    }  # fmt: skip
    wrong = guardrail(guarded, "remove", "no-coe")
    assert (wrong.returncode, "did you mean `no-ceo`?" in wrong.stderr) == (1, True)
    assert guardrail(guarded, "remove", "no-ceo").returncode == 0
    assert put(guarded, allow("ses:*")).returncode == 0
    names = [event["eventName"] for event in events(guarded)]
    assert names.count("PutGuardrail") == names.count("DeleteGuardrail") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no ceo", "--never", CEO), "`no ceo`: expected letters, digits, - and _"),
        (("no-ceo",), "expected --never CLAIM or --always CLAIM"),
        (("no-ceo", "--never", "ses:Sned*"), "--never: column 1: "),
        (("no-ceo", "--never", CEO, "--account", "999999999999"), "--account: no account `999999999999` here"),
    ],
)
def test_what_is_no_guardrail_is_told(live: Live, arguments: tuple[str, ...], says: str) -> None:
    done = guardrail(live, "add", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
