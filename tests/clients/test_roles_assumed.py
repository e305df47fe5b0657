"""AssumeRole: who may take on a role, what the session may then do, and when it ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.config import Config

from clients.people import (
    Person,
    allow,
    denial,
    deny,
    document,
    identity_arn,
    is_allowed,
    make_user,
    refused,
    send,
    send_v2,
)
from clients.sessions import ASSUME, Temporary, assume, make_role, trust
from clients.test_audit import events
from live import ACCOUNT, Live

DOMAIN = identity_arn("example.com")
UNCHECKED = Config(parameter_validation=False)
MAILER = f"arn:aws:iam::{ACCOUNT}:role/mailer"


@pytest.fixture
def alice(live: Live) -> Person:
    live.client("ses").verify_domain_identity(Domain="example.com")
    return make_user(live, "alice")


@pytest.fixture
def mailer(alice: Person) -> str:
    """A role that trusts alice and may send."""
    return make_role(alice.live.client("iam"), "mailer", trust(alice.arn, ASSUME), policy=allow("ses:Send*"))


def test_a_session_has_the_roles_rights_and_not_its_makers(alice: Person, mailer: str) -> None:
    alice.live.client("iam").put_user_policy(
        UserName="alice", PolicyName="p", PolicyDocument=document(allow("ses:GetSendQuota"))
    )
    session = assume(alice, mailer)
    assert is_allowed(send, session.client("ses"))
    assert is_allowed(send_v2, session.client("sesv2"))
    assert not is_allowed(session.client("ses").get_send_quota)
    assert not is_allowed(send, alice.client("ses"))


def test_the_answer_is_that_of_sts(alice: Person, mailer: str) -> None:
    before = datetime.now(UTC)
    answer = alice.client("sts").assume_role(RoleArn=mailer, RoleSessionName="one", DurationSeconds=900)
    role_id = alice.live.client("iam").get_role(RoleName="mailer")["Role"]["RoleId"]
    assert answer["AssumedRoleUser"] == {
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/mailer/one",
        "AssumedRoleId": f"{role_id}:one",
    }
    assert timedelta(seconds=898) < answer["Credentials"]["Expiration"] - before <= timedelta(seconds=901)
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert answer["PackedPolicySize"] == 0
    who = Temporary.of(alice.live, answer).client("sts").get_caller_identity()
    assert (who["UserId"], who["Arn"], who["Account"]) == (
        f"{role_id}:one",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/mailer/one",
        ACCOUNT,
    )


# --- who may --------------------------------------------------------------------------------------------------------------


def test_a_trust_policy_that_names_the_user_is_enough_at_home(alice: Person, mailer: str) -> None:
    bob = make_user(alice.live, "bob")
    assert is_allowed(assume, alice, mailer)
    assert not is_allowed(assume, bob, mailer)


def test_a_trust_policy_that_names_the_account_leaves_it_to_the_users_policies(alice: Person) -> None:
    iam = alice.live.client("iam")
    arn = make_role(iam, "shared", trust(ACCOUNT))
    assert not is_allowed(assume, alice, arn)
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(allow("sts:AssumeRole", arn)))
    assert is_allowed(assume, alice, arn)


def test_a_users_own_policy_alone_is_not_enough(alice: Person) -> None:
    iam = alice.live.client("iam")
    arn = make_role(iam, "mailer", trust({"Service": "ec2.amazonaws.com"}))
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(allow("sts:*")))
    text, _ = denial(assume, alice, arn)
    assert text == (
        f"User: {alice.arn} is not authorized to perform: sts:AssumeRole on resource: {arn} "
        "because no resource-based policy allows the sts:AssumeRole action"
    )


def test_across_accounts_both_sides_must_allow_and_the_external_id_must_be_known(live: Live, partner: tuple[str, str]) -> None:
    eve = make_user(live, "eve", partner)
    arn = make_role(live.client("iam"), "shared", trust(eve.arn, Condition={"StringEquals": {"sts:ExternalId": "secret-7"}}))
    assert not is_allowed(assume, eve, arn, ExternalId="secret-7"), "her own account is silent"
    live.client("iam", *partner).put_user_policy(
        UserName="eve", PolicyName="p", PolicyDocument=document(allow("sts:AssumeRole", arn))
    )
    assert not is_allowed(assume, eve, arn)
    assert not is_allowed(assume, eve, arn, ExternalId="other")
    assert is_allowed(assume, eve, arn, ExternalId="secret-7")


def test_the_root_user_cannot_assume_a_role(live: Live, mailer: str) -> None:
    call = live.client("sts").assume_role
    assert refused(call, RoleArn=mailer, RoleSessionName="one") == (
        "AccessDenied",
        "Roles may not be assumed by root accounts.",
    )


def test_a_role_that_is_not_there_is_denied_as_one_that_may_not_be_assumed(alice: Person) -> None:
    alice.live.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(allow("sts:*")))
    code, text = refused(assume, alice, f"{MAILER}-gone")
    assert code == "AccessDenied"
    assert f"is not authorized to perform: sts:AssumeRole on resource: {MAILER}-gone" in text


def test_a_role_of_another_path_is_another_role(alice: Person) -> None:
    arn = make_role(alice.live.client("iam"), "mailer", trust(alice.arn), Path="/mail/")
    assert is_allowed(assume, alice, arn)
    assert not is_allowed(assume, alice, MAILER)


# --- session policies, tags, source identity ------------------------------------------------------------------------------


def test_a_session_policy_only_takes_away(alice: Person, mailer: str) -> None:
    narrow = document(allow("*", Condition={"StringEquals": {"ses:FromAddress": "news@example.com"}}))
    session = assume(alice, mailer, Policy=narrow)
    assert is_allowed(send, session.client("ses"))
    text, _ = denial(send, session.client("ses"), source="ceo@example.com")
    assert text.endswith("because no session policy allows the ses:SendEmail action")
    assert not is_allowed(session.client("ses").get_send_quota), "it cannot give what the role has not"


def test_a_managed_session_policy_counts_as_it_is_now(alice: Person, mailer: str) -> None:
    iam = alice.live.client("iam")
    arn = iam.create_policy(PolicyName="raw", PolicyDocument=document(allow("ses:SendRawEmail")))["Policy"]["Arn"]
    session = assume(alice, mailer, PolicyArns=[{"arn": arn}])
    assert not is_allowed(send, session.client("ses"))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("ses:SendEmail")), SetAsDefault=True)
    assert is_allowed(send, session.client("ses"))


def test_a_resource_policy_that_names_the_session_is_not_limited_by_its_session_policy(alice: Person, mailer: str) -> None:
    session = assume(alice, mailer, Policy=document(allow("ses:GetSendQuota")))
    assert not is_allowed(send, session.client("ses"))
    share = allow("ses:SendEmail", DOMAIN, Principal={"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/mailer/one"})
    alice.live.client("ses").put_identity_policy(Identity="example.com", PolicyName="s", Policy=document(share))
    assert is_allowed(send, session.client("ses"))
    of_role = allow("ses:SendEmail", DOMAIN, Principal={"AWS": mailer})
    alice.live.client("ses").put_identity_policy(Identity="example.com", PolicyName="s", Policy=document(of_role))
    assert not is_allowed(send, session.client("ses")), "one that names the role is"


def test_session_tags_are_the_principals_above_the_roles_own(alice: Person, live: Live) -> None:
    team = allow("ses:SendEmail", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}})
    arn = make_role(
        live.client("iam"), "tagged", trust(alice.arn, ASSUME), policy=team, Tags=[{"Key": "Team", "Value": "blue"}]
    )
    assert is_allowed(send, assume(alice, arn).client("ses"))
    assert not is_allowed(send, assume(alice, arn, Tags=[{"Key": "team", "Value": "red"}]).client("ses"))


def test_passing_tags_needs_its_own_permission(alice: Person, live: Live) -> None:
    arn = make_role(live.client("iam"), "mailer", trust(alice.arn))
    assert is_allowed(assume, alice, arn)
    text, _ = denial(assume, alice, arn, Tags=[{"Key": "team", "Value": "blue"}])
    assert "perform: sts:TagSession on resource" in text
    text, _ = denial(assume, alice, arn, SourceIdentity="alice")
    assert "perform: sts:SetSourceIdentity on resource" in text


def test_the_trust_policy_sees_the_tags_of_the_request(alice: Person, live: Live) -> None:
    only_blue = {
        "StringEquals": {"aws:RequestTag/team": "blue"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"], "sts:TransitiveTagKeys": ["team"]},
    }
    arn = make_role(live.client("iam"), "mailer", trust(alice.arn, ASSUME, Condition=only_blue))
    blue, more = {"Key": "team", "Value": "blue"}, {"Key": "more", "Value": "x"}
    assert is_allowed(assume, alice, arn, Tags=[blue], TransitiveTagKeys=["team"])
    assert not is_allowed(assume, alice, arn, Tags=[{"Key": "team", "Value": "red"}])
    assert not is_allowed(assume, alice, arn, Tags=[blue, more])
    assert not is_allowed(assume, alice, arn)


def chain(alice: Person) -> tuple[str, str]:
    """Two roles: alice may assume the first, the first the second."""
    iam = alice.live.client("iam")
    first = make_role(iam, "first", trust(alice.arn, ASSUME))
    second = make_role(
        iam, "second", trust(first, ASSUME),
        policy=allow("ses:SendEmail", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}}),
    )  # fmt: skip
    iam.put_role_policy(RoleName="first", PolicyName="own", PolicyDocument=document(allow(ASSUME, second)))
    return first, second


def test_transitive_tags_are_handed_down_a_chain_and_others_are_not(alice: Person) -> None:
    first, second = chain(alice)
    tags = [{"Key": "team", "Value": "blue"}]
    assert is_allowed(send, assume(assume(alice, first, Tags=tags, TransitiveTagKeys=["team"]), second).client("ses"))
    assert not is_allowed(send, assume(assume(alice, first, Tags=tags), second).client("ses"))


def test_a_source_identity_stays_for_the_whole_chain(alice: Person) -> None:
    first, second = chain(alice)
    session = assume(alice, first, SourceIdentity="alice")
    answer = session.client("sts").assume_role(RoleArn=second, RoleSessionName="two")
    assert answer["SourceIdentity"] == "alice"
    last = Temporary.of(alice.live, answer)
    last.client("sts").get_caller_identity()
    assert events(alice.live, EventName="GetCallerIdentity")[-1]["userIdentity"]["sessionContext"]["sourceIdentity"] == "alice"
    assert refused(assume, session, second, SourceIdentity="bob")[0] == "ValidationError"


def test_a_chained_session_lasts_an_hour_at_most(alice: Person) -> None:
    first, second = chain(alice)
    assert refused(assume, assume(alice, first), second, DurationSeconds=3601) == (
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    )


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"DurationSeconds": 3601}, "ValidationError", "exceeds the MaxSessionDuration set for this role"),
    ({"DurationSeconds": 899}, "ValidationError", "greater than or equal to 900"),
    ({"RoleSessionName": "a b"}, "ValidationError", "roleSessionName"),
    ({"RoleSessionName": "a"}, "ValidationError", "roleSessionName"),
    ({"RoleArn": "nothing-valid-in-here"}, "ValidationError", "nothing-valid-in-here is invalid"),
    ({"Policy": "{"}, "MalformedPolicyDocument", "invalid Json"),
    ({"Policy": document(allow("ses:*", Principal="*"))}, "MalformedPolicyDocument", "should not specify a principal"),
    ({"Policy": document(allow("ses:*", [f"arn:aws:ses:::{'x' * 2000}"]))}, "PackedPolicyTooLarge", "of allotted space"),
    ({"PolicyArns": [{"arn": f"arn:aws:iam::{ACCOUNT}:policy/none"}]}, "ValidationError", "does not exist"),
    ({"PolicyArns": [{"arn": f"arn:aws:iam::aws:policy/p{n}"} for n in range(11)]}, "ValidationError", "policyArns"),
    (
        {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
        "InvalidParameterValue",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    ),
    (
        {"Tags": [{"Key": "a", "Value": "1"}], "TransitiveTagKeys": ["b"]},
        "InvalidParameterValue",
        "The specified transitive tag key must be included in the requested tags.",
    ),
    ({"Tags": [{"Key": "aws:a", "Value": "1"}]}, "InvalidParameterValue", "reserved prefix"),
    ({"Tags": [{"Key": f"k{n}", "Value": "1"} for n in range(51)]}, "ValidationError", "50"),
    ({"SerialNumber": "arn:aws:iam::1:mfa/a", "TokenCode": "123456"}, "AccessDenied", "MultiFactorAuthentication failed"),
]


@pytest.mark.parametrize(("given", "code", "says"), BAD, ids=lambda value: str(value)[:50])
def test_bad_input_has_the_words_of_sts_and_makes_no_session(
    alice: Person, mailer: str, given: dict[str, Any], code: str, says: str
) -> None:
    call = alice.client("sts", config=UNCHECKED).assume_role
    answer = refused(call, **{"RoleArn": mailer, "RoleSessionName": "one", **given})
    assert answer[0] == code, answer
    assert says in answer[1]


# --- the end --------------------------------------------------------------------------------------------------------------


def test_a_role_that_is_deleted_ends_its_sessions(alice: Person, mailer: str) -> None:
    session, iam = assume(alice, mailer), alice.live.client("iam")
    iam.delete_role_policy(RoleName="mailer", PolicyName="own")
    assert not is_allowed(send, session.client("ses"))
    iam.delete_role(RoleName="mailer")
    assert refused(send, session.client("ses"))[0] == "InvalidClientTokenId"
    make_role(iam, "mailer", trust(alice.arn), policy=allow("ses:Send*"))
    assert refused(send, session.client("ses"))[0] == "InvalidClientTokenId", "a role made anew is another"


def test_a_session_ends_with_its_time(alice: Person, mailer: str) -> None:
    alice.live.set_clock("2026-01-01T12:00:00Z")
    session = assume(alice, mailer)
    alice.live.set_clock("2026-01-01T12:59:59Z")
    assert is_allowed(send, session.client("ses"))
    alice.live.set_clock("2026-01-01T13:00:00Z")
    assert refused(send, session.client("ses")) == ("ExpiredToken", "The security token included in the request is expired")
    assert refused(send_v2, session.client("sesv2"))[0] == "ExpiredTokenException"
    assert refused(session.client("cloudtrail").lookup_events)[0] == "ExpiredTokenException"


def test_the_token_must_go_with_the_key(alice: Person, mailer: str) -> None:
    one, two = assume(alice, mailer), assume(alice, mailer)
    invalid = ("InvalidClientTokenId", "The security token included in the request is invalid.")
    live = alice.live
    for key, secret, token in (
        (one.key, one.secret, None),
        (one.key, one.secret, two.token),
        (one.key, one.secret, one.token[:-2] + "AA"),
        (alice.key, alice.secret, one.token),
    ):
        options = {} if token is None else {"aws_session_token": token}
        assert refused(send, live.client("ses", key, secret, **options)) == invalid
    assert refused(send, live.client("ses", one.key, two.secret, aws_session_token=one.token))[0] == "SignatureDoesNotMatch"


def test_older_sessions_can_be_revoked_by_the_time_of_their_tokens(alice: Person, mailer: str) -> None:
    alice.live.set_clock("2026-01-01T12:00:00Z")
    old = assume(alice, mailer)
    alice.live.set_clock("2026-01-01T12:10:00Z")
    new = assume(alice, mailer)
    revoke = deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T12:05:00Z"}})
    alice.live.client("iam").put_role_policy(RoleName="mailer", PolicyName="revoke", PolicyDocument=document(revoke))
    assert not is_allowed(send, old.client("ses"))
    assert is_allowed(send, new.client("ses"))


def test_the_audit_log_tells_the_session_and_hides_its_secrets(alice: Person, mailer: str) -> None:
    session = assume(alice, mailer, Tags=[{"Key": "team", "Value": "blue"}])
    send(session.client("ses"))
    made = events(alice.live, EventName="AssumeRole")[-1]
    credentials = made["responseElements"]["credentials"]
    assert credentials["accessKeyId"] == session.key
    assert credentials["secretAccessKey"] == credentials["sessionToken"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    sent = events(alice.live, EventName="SendEmail")[-1]["userIdentity"]
    role = alice.live.client("iam").get_role(RoleName="mailer")["Role"]
    assert sent["type"] == "AssumedRole"
    assert sent["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/mailer/one"
    assert sent["sessionContext"]["sessionIssuer"] == {
        "type": "Role",
        "principalId": role["RoleId"],
        "arn": mailer,
        "accountId": ACCOUNT,
        "userName": "mailer",
    }
    assert session.secret not in str(events(alice.live))
    assert session.token not in str(events(alice.live))
