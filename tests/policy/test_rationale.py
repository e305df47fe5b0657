"""What follows from a decision: what is in the way, what nearly fits, what would mend it, when time changes it."""

import json
from typing import Any

import pytest

from gatepost.policy.decide import LayerKind, Policies
from gatepost.policy.model import Policy
from gatepost.policy.partial import Answer
from gatepost.policy.rationale import Rationale, rationale
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from gatepost.policy.spelling import arn_nearness, changed_characters, nearness
from gatepost.policy.write import write_policy

ACCOUNT, PARTNER = "111122223333", "444455556666"
ALICE, EVE = f"arn:aws:iam::{ACCOUNT}:user/alice", f"arn:aws:iam::{PARTNER}:user/eve"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Mailer/one"
FRANK = f"arn:aws:sts::{ACCOUNT}:federated-user/frank"
DOMAIN = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com"
NEWS = {"ses:FromAddress": "news@example.com", "ses:Recipients": ["a@example.net"]}


def policy(*statements: dict[str, Any]) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(action: str = "ses:SendEmail", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = "ses:SendEmail", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def why(held: Policies, who: str = ALICE, action: str = "ses:SendEmail", resource: str = DOMAIN, **context: Any) -> Rationale:
    return rationale(Request(who, action, resource, context=context.get("context", NEWS)), held)


def lacking(found: Rationale) -> list[str]:
    return [f"{lack.kind.name}{lack.level or ''}" for lack in found.shortfall.lacks]


# --- what is in the way -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "who", "kinds"),
    [
        (Policies(), ALICE, ["IDENTITY"]),
        (Policies(boundary=policy(allow("ses:SendRawEmail"))), ALICE, ["IDENTITY", "BOUNDARY"]),
        (Policies([policy(allow())], scps=[[policy(allow("*"))], [policy(allow("s3:*"))], [policy(allow("iam:*"))]]), ALICE,
         ["SCP1", "SCP2"]),
        (Policies(session=[policy(allow("s3:*"))], boundary=policy(allow("s3:*"))), SESSION, ["IDENTITY", "BOUNDARY", "SESSION"]),
        (Policies(resource=[policy(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/Mailer"}))],
                  boundary=policy(allow("s3:*"))), SESSION, ["BOUNDARY"]),
        (Policies(), EVE, ["IDENTITY", "RESOURCE"]),
        (Policies([policy(allow())]), EVE, ["RESOURCE"]),
        (Policies(resource=[policy(allow(Principal={"AWS": PARTNER}))]), EVE, ["IDENTITY"]),
        (Policies([policy(allow())]), FRANK, ["SESSION"]),
        (Policies(), "cognito-idp.amazonaws.com", ["RESOURCE"]),
        (Policies(), f"arn:aws:iam::{PARTNER}:root", ["RESOURCE"]),
    ],
    ids=["a user", "bounded", "two levels", "a session", "a role that the resource names", "across accounts", "the owner's side",
         "the caller's side", "a federated user", "a service", "a foreign root"],
)  # fmt: skip
def test_every_layer_that_lacks_an_allow_is_told(held: Policies, who: str, kinds: list[str]) -> None:
    found = why(held, who)
    assert lacking(found) == kinds
    assert found.remedy is not None
    assert [grant.lack.kind.name for grant in found.remedy.grants] == [kind.rstrip("12") for kind in kinds]
    assert found.remedy.after is Answer.YES


def test_every_deny_that_hits_is_told_and_what_remains_after_it() -> None:
    found = why(Policies([policy(deny(Sid="A"), allow("s3:*"))], [policy(deny(Sid="B", Principal={"AWS": "*"}))]))
    assert [denial.step.rule.statement.sid for denial in found.shortfall.denials] == ["A", "B"]
    assert lacking(found) == ["IDENTITY"]
    assert found.remedy is not None
    assert found.remedy.after is Answer.YES


def test_a_control_policy_denies_nobody_whom_it_does_not_bind() -> None:
    held = Policies(resource=[policy(allow(Principal={"Service": "cognito-idp.amazonaws.com"}))], scps=[[policy(deny("*"))]])
    assert not why(held, "cognito-idp.amazonaws.com").shortfall


# --- the nearest miss ---------------------------------------------------------------------------------------------------


def nearest(*statements: dict[str, Any], **request: Any) -> tuple[str | None, list[tuple[str, str | None]]]:
    """The Sid of the nearest miss among these statements, and the places where it fails."""
    misses = why(Policies([policy(*statements)]), **request).near_misses
    if not misses:
        return None, []
    return misses[0].step.rule.statement.sid, [(place.element, place.hint) for place in misses[0].places]


def test_the_nearest_miss_fails_in_the_fewest_places() -> None:
    both = {"StringEquals": {"ses:FromAddress": "ceo@example.org"}, "Bool": {"aws:SecureTransport": "true"}}
    one = {"StringEquals": {"ses:FromAddress": "sales@example.com"}}
    assert nearest(allow(Sid="Two", Condition=both), allow(Sid="One", Condition=one))[0] == "One"


def test_of_two_that_fail_in_one_place_the_one_that_nearly_fits_is_nearer() -> None:
    far = {"StringEquals": {"ses:FromAddress": "ceo@example.org"}}
    near = {"StringEquals": {"ses:FromAddress": "News@example.com"}}
    assert nearest(allow(Sid="Far", Condition=far), allow(Sid="Near", Condition=near)) == (
        "Near",
        [("ses:FromAddress", "differs in upper and lower case alone")],
    )


@pytest.mark.parametrize(
    ("statement", "request_", "place"),
    [
        (allow("ses:SendRawEmail"), {}, ("Action", "the raw form is an action of its own")),
        (allow(resource=DOMAIN.replace("us-east-1", "eu-west-1")), {}, ("Resource", "another region: us-east-1")),
        (allow(resource=DOMAIN.replace(ACCOUNT, PARTNER)), {}, ("Resource", f"another account: {ACCOUNT}")),
        (allow(resource=DOMAIN.replace("example", "exmaple")), {}, ("Resource", "one character differs")),
        (allow(resource=DOMAIN), {"resource": DOMAIN.replace("identity/", "identity/news@")},
         ("Resource", "the address is an identity of its own, and its policies are asked, not its domain's")),
        (allow("ses:PutIdentityPolicy", DOMAIN), {"action": "ses:PutIdentityPolicy", "resource": "*"},
         ("Resource", "ses:PutIdentityPolicy has no resource: `*` alone grants it")),
        (allow(Condition={"StringEquals": {"ses:FromAddress": "*@example.com"}}), {},
         ("ses:FromAddress", "`*` and `?` are wildcards for …Like operators alone")),
        (allow(Condition={"ForAllValues:StringLike": {"ses:Recipients": "*@Example.net"}}), {},
         ("ses:Recipients", "differs in upper and lower case alone")),
        (allow(Condition={"StringEquals": {"ses:FromAddress": "news@example.com "}}), {},
         ("ses:FromAddress", "differs in white space alone")),
    ],
)  # fmt: skip
def test_what_nearly_fits_is_said(statement: dict[str, Any], request_: dict[str, Any], place: tuple[str, str]) -> None:
    assert nearest(statement, **request_)[1] == [place]


def test_what_is_about_something_else_is_no_near_miss() -> None:
    assert nearest(allow("s3:GetObject"), allow("ses:GetSendQuota"), allow("ses:Delete*")) == (None, [])


@pytest.mark.parametrize(
    ("one", "other", "changes"),
    [
        ("news", "news", 0),
        ("news", "nwes", 1),
        ("news", "new", 1),
        ("news", "knews", 1),
        ("news", "mews!", 2),
        ("news", "olds", None),
    ],
)
def test_characters_are_counted_as_a_typist_errs(one: str, other: str, changes: int | None) -> None:
    assert changed_characters(one, other) == changes
    assert changed_characters(other, one) == changes


def test_short_texts_are_near_to_nothing() -> None:
    assert nearness("ab", "ac", wildcards=False) is None
    assert nearness("*", "x", wildcards=True) == "differs in upper and lower case alone"  # it would have matched
    assert arn_nearness("no ARN", DOMAIN) is None


# --- the smallest grant -------------------------------------------------------------------------------------------------


def test_the_smallest_grant_says_this_request_and_no_more() -> None:
    context = {**NEWS, "ses:FromDisplayName": "News", "ses:ApiVersion": "2", "aws:SourceIp": "10.0.0.1"}
    found = why(Policies(), context=context).remedy
    assert found is not None
    (grant,) = found.grants
    assert json.loads(write_policy(grant.policy))["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "ses:SendEmail",
            "Resource": DOMAIN,
            "Condition": {
                "StringEquals": {"ses:FromAddress": "news@example.com", "ses:FromDisplayName": "News"},
                "ForAllValues:StringEquals": {"ses:Recipients": "a@example.net"},
            },
        }
    ]
    assert grant.also_allows == ("with any return path", "at any time, over any connection, from any network")


@pytest.mark.parametrize(
    ("changed", "resource"),
    [
        ({"ses:FromAddress": "ceo@example.com"}, DOMAIN),
        ({"ses:Recipients": ["a@example.net", "b@example.net"]}, DOMAIN),
        ({"ses:FromAddress": None}, DOMAIN),
        ({}, DOMAIN.replace("example.com", "example.org")),
    ],
)
def test_the_smallest_grant_allows_no_other_request(changed: dict[str, Any], resource: str) -> None:
    found = why(Policies()).remedy
    assert found is not None
    granted = Policies([found.grants[0].policy])
    assert why(granted).answer is Answer.YES
    context = {key: value for key, value in {**NEWS, **changed}.items() if value is not None}
    assert why(granted, resource=resource, context=context).answer is Answer.NO


@pytest.mark.parametrize("sender", ["${aws:username}@example.com", "*@example.com", "$@example.com", "news+${*}@example.com"])
def test_a_value_that_looks_like_a_pattern_is_granted_as_it_stands(sender: str) -> None:
    context = {"ses:FromAddress": sender}
    found = why(Policies(), context=context, resource=f"{DOMAIN}/*?").remedy
    assert found is not None
    granted = Policies([found.grants[0].policy])
    assert why(granted, context=context, resource=f"{DOMAIN}/*?").answer is Answer.YES
    assert why(granted, context={"ses:FromAddress": "x@example.com"}, resource=f"{DOMAIN}/*?").answer is Answer.NO
    assert why(granted, context=context, resource=f"{DOMAIN}/xy").answer is Answer.NO


def test_a_value_that_no_document_may_hold_is_left_out_of_a_grant() -> None:
    found = why(Policies(), context={"ses:FromAddress": "news@example.com", "ses:FromDisplayName": "日本"}).remedy
    assert found is not None
    assert [condition.key for condition in found.grants[0].statement.conditions] == ["ses:FromAddress"]
    assert "under any display name" in found.grants[0].also_allows


# --- time ---------------------------------------------------------------------------------------------------------------


def window(**bounds: str) -> dict[str, Any]:
    return {operator: {"aws:CurrentTime": bound} for operator, bound in bounds.items()}


NIGHT = window(DateGreaterThanEquals="2026-11-23T17:00:00Z", DateLessThan="2026-11-24T09:00:00Z")


def timed(held: Policies, now: str) -> Rationale:
    return why(held, context={**NEWS, "aws:CurrentTime": now})


def test_a_window_says_when_it_opens_again_and_when_it_closes() -> None:
    held = Policies([policy(allow(), deny(Sid="Night", Condition=NIGHT))])
    for now, answer, changes in (
        ("2026-11-23T16:59:59Z", Answer.YES, "2026-11-23T17:00:00Z"),
        ("2026-11-23T17:00:00Z", Answer.NO, "2026-11-24T09:00:00Z"),
        ("2026-11-24T08:59:59Z", Answer.NO, "2026-11-24T09:00:00Z"),
    ):
        found = timed(held, now)
        assert found.timetable is not None
        change = found.timetable.next_change
        assert (found.answer, change and change.time) == (answer, changes)
        assert change is not None
        assert [rule.statement.sid for rule in change.rules] == ["Night"]
    late = timed(held, "2026-11-24T09:00:00Z").timetable
    assert late is not None
    assert late.next_change is None
    assert late.last_change is not None
    assert late.last_change.answer is Answer.YES


@pytest.mark.parametrize(
    ("condition", "opens"),
    [
        (window(DateGreaterThan="2026-11-24T09:00:00Z"), "2026-11-24T09:00:01Z"),
        (window(DateGreaterThanEquals="2026-11-24T09:00:00Z"), "2026-11-24T09:00:00Z"),
        (window(DateGreaterThanEquals="2026-11-24T09:00:00.5Z"), "2026-11-24T09:00:01Z"),
        (window(DateEquals="2026-11-24T09:00:00Z"), "2026-11-24T09:00:00Z"),
        (window(DateGreaterThanEquals="2026-11-24T10:00:00+01:00"), "2026-11-24T09:00:00Z"),
        (window(DateGreaterThanEquals="2026-11-25"), "2026-11-25T00:00:00Z"),
    ],
)
def test_the_first_second_that_is_open_is_told(condition: dict[str, Any], opens: str) -> None:
    table = timed(Policies([policy(allow(Condition=condition))]), "2026-11-23T12:00:00Z").timetable
    assert table is not None
    assert table.next_change is not None
    assert (table.next_change.time, table.next_change.answer) == (opens, Answer.YES)


def test_epoch_seconds_are_a_time_too() -> None:
    held = Policies([policy(allow(Condition={"NumericGreaterThan": {"aws:EpochTime": "1800000000"}}))])
    table = why(held, context={"aws:EpochTime": "1700000000", "aws:CurrentTime": "2023-11-14T22:13:20Z"}).timetable
    assert table is not None
    assert table.next_change is not None
    assert table.next_change.second == 1_800_000_001


@pytest.mark.parametrize(
    "statements",
    [
        [allow()],
        [allow(Condition={"StringLike": {"aws:CurrentTime": "2026-*"}})],
        [allow("s3:*", Condition=NIGHT)],
        [allow(Condition={"DateGreaterThan": {"aws:CurrentTime": "soon"}})],
    ],
    ids=["no time", "a pattern", "another action", "no date"],
)
def test_where_time_plays_no_part_there_is_no_timetable(statements: list[dict[str, Any]]) -> None:
    assert timed(Policies([policy(*statements)]), "2026-11-23T12:00:00Z").timetable is None
    assert why(Policies([policy(allow(Condition=NIGHT))])).timetable is None, "a request without a time"


def test_an_end_of_all_windows_is_told() -> None:
    table = timed(Policies([policy(allow(Condition=NIGHT))]), "2027-01-01T00:00:00Z").timetable
    assert table is not None
    assert table.next_change is None
    assert table.last_change is not None
    assert (table.last_change.time, table.last_change.answer) == ("2026-11-24T09:00:00Z", Answer.NO)
    assert LayerKind.IDENTITY.name == lacking(timed(Policies([policy(allow(Condition=NIGHT))]), "2027-01-01T00:00:00Z"))[0]
