"""GetSessionToken and GetFederationToken: what such sessions may do and never may; and keys, told apart by account."""

from typing import Any

import pytest

from clients.people import PARTNER, Person, allow, deny, document, identity_arn, is_allowed, make_user, refused, send
from clients.sessions import ASSUME, Temporary, assume, make_role, trust
from live import ACCOUNT, ROOT_KEY, Live

DOMAIN = identity_arn("example.com")
INVALID = ("InvalidClientTokenId", "The security token included in the request is invalid.")


@pytest.fixture
def alice(live: Live) -> Person:
    live.client("ses").verify_domain_identity(Domain="example.com")
    return make_user(live, "alice")


def grant(person: Person, *actions: str) -> None:
    policy = document(allow(list(actions)))
    person.live.client("iam").put_user_policy(UserName=person.name, PolicyName="p", PolicyDocument=policy)


def session_token(person: Person | Live, **more: Any) -> Temporary:
    live = person if isinstance(person, Live) else person.live
    return Temporary.of(live, person.client("sts").get_session_token(**more))


def federate(person: Person | Live, name: str = "frank", **more: Any) -> Temporary:
    live = person if isinstance(person, Live) else person.live
    return Temporary.of(live, person.client("sts").get_federation_token(Name=name, **more))


# --- GetSessionToken ------------------------------------------------------------------------------------------------------


def test_a_session_token_is_the_very_user_and_needs_no_permission(alice: Person) -> None:
    session = session_token(alice)
    assert not is_allowed(send, session.client("ses"))
    grant(alice, "ses:SendEmail", "sts:*")
    assert is_allowed(send, session.client("ses"))
    assert session.client("sts").get_caller_identity()["Arn"] == alice.arn
    denied = document(deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))
    alice.live.client("iam").put_user_policy(UserName="alice", PolicyName="mfa", PolicyDocument=denied)
    assert not is_allowed(send, session.client("ses"))


def test_with_a_session_token_neither_iam_nor_most_of_sts_can_be_called(alice: Person) -> None:
    grant(alice, "*")
    session = session_token(alice)
    assert refused(session.client("iam").list_users) == INVALID
    for call in ("get_session_token", "get_access_key_info"):
        given = {"AccessKeyId": alice.key} if call == "get_access_key_info" else {}
        code, text = refused(getattr(session.client("sts"), call), **given)
        assert code == "AccessDenied"
        assert text.startswith("Cannot call ")
    role = make_role(alice.live.client("iam"), "mailer", trust(alice.arn))
    assert is_allowed(assume, session, role)


def test_the_root_users_session_lasts_an_hour_whatever_it_asks_for(live: Live) -> None:
    live.set_clock("2026-01-01T12:00:00Z")
    answer = live.client("sts").get_session_token(DurationSeconds=129_600)
    assert f"{answer['Credentials']['Expiration']:%H:%M}" == "13:00"
    assert is_allowed(Temporary.of(live, answer).client("ses").get_send_quota)


def test_a_user_who_is_deleted_ends_the_sessions(alice: Person) -> None:
    grant(alice, "sts:*", "ses:*")
    iam, token, federated = alice.live.client("iam"), session_token(alice), federate(alice, Policy=document(allow("ses:*")))
    iam.update_access_key(UserName="alice", AccessKeyId=alice.key, Status="Inactive")
    assert refused(send, alice.client("ses")) == INVALID
    assert is_allowed(send, token.client("ses")), "a session outlives the key that made it, as on AWS"
    iam.delete_access_key(UserName="alice", AccessKeyId=alice.key)
    iam.delete_user_policy(UserName="alice", PolicyName="p")
    iam.delete_user(UserName="alice")
    assert refused(send, token.client("ses")) == INVALID
    assert refused(send, federated.client("ses")) == INVALID


# --- GetFederationToken ---------------------------------------------------------------------------------------------------


def test_federating_somebody_needs_permission(alice: Person) -> None:
    assert not is_allowed(federate, alice)
    grant(alice, "sts:GetFederationToken")
    assert is_allowed(federate, alice)
    assert not is_allowed(federate, alice, Tags=[{"Key": "team", "Value": "blue"}])
    grant(alice, "sts:GetFederationToken", "sts:TagSession")
    assert is_allowed(federate, alice, Tags=[{"Key": "team", "Value": "blue"}])


def test_a_federated_user_may_what_both_the_user_and_the_session_policy_allow(alice: Person) -> None:
    grant(alice, "sts:GetFederationToken", "ses:SendEmail")
    assert not is_allowed(send, federate(alice).client("ses")), "without a session policy nothing comes from the user"
    session = federate(alice, Policy=document(allow(["ses:SendEmail", "ses:GetSendQuota"])))
    assert is_allowed(send, session.client("ses"))
    assert not is_allowed(session.client("ses").get_send_quota), "the user may not"
    who = session.client("sts").get_caller_identity()
    assert (who["Arn"], who["UserId"]) == (f"arn:aws:sts::{ACCOUNT}:federated-user/frank", f"{ACCOUNT}:frank")


def test_a_resource_policy_may_name_the_federated_user_alone(alice: Person) -> None:
    grant(alice, "sts:GetFederationToken")
    share = allow("ses:SendEmail", DOMAIN, Principal={"AWS": f"arn:aws:sts::{ACCOUNT}:federated-user/frank"})
    alice.live.client("ses").put_identity_policy(Identity="example.com", PolicyName="s", Policy=document(share))
    assert is_allowed(send, federate(alice).client("ses"))
    assert not is_allowed(send, federate(alice, "greta").client("ses"))


def test_what_a_resource_policy_says_of_the_user_holds_for_whom_she_federates(alice: Person) -> None:
    grant(alice, "sts:*", "ses:*")
    ses, session = alice.live.client("ses"), federate(alice, Policy=document(allow("ses:*")))
    told = [
        deny("ses:SendEmail", DOMAIN, Principal={"AWS": alice.arn}),
        {"Effect": "Deny", "NotPrincipal": {"AWS": [alice.arn, ACCOUNT]}, "Action": "ses:SendEmail", "Resource": DOMAIN},
    ]
    for statement in told:
        ses.put_identity_policy(Identity="example.com", PolicyName="s", Policy=document(statement))
        assert not is_allowed(send, session.client("ses")), statement
    grant(alice, "sts:*")
    share = allow("ses:*", DOMAIN, Principal={"AWS": alice.arn})
    ses.put_identity_policy(Identity="example.com", PolicyName="s", Policy=document(share))
    assert is_allowed(send, session.client("ses"))
    assert not is_allowed(send, federate(alice, Policy=document(allow("ses:SendRawEmail"))).client("ses"))


def test_one_whom_the_root_user_federates_may_what_the_session_policy_allows(alice: Person) -> None:
    session = federate(alice.live, Policy=document(allow("ses:SendEmail")))
    assert is_allowed(send, session.client("ses"))
    assert not is_allowed(session.client("ses").get_send_quota)
    assert not is_allowed(send, federate(alice.live).client("ses"))


def test_session_tags_stand_above_the_users_own(alice: Person) -> None:
    grant(alice, "*")
    alice.live.client("iam").tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "blue"}, {"Key": "site", "Value": "x"}])
    both = {"StringEquals": {"aws:PrincipalTag/team": "red", "aws:PrincipalTag/site": "x"}}
    session = federate(alice, Policy=document(allow("*", Condition=both)), Tags=[{"Key": "Team", "Value": "red"}])
    assert is_allowed(send, session.client("ses"))


def test_a_federated_user_calls_neither_iam_nor_sts_but_for_its_own_name(alice: Person) -> None:
    grant(alice, "*")
    session = federate(alice, Policy=document(allow("*")))
    assert refused(session.client("iam").list_users) == INVALID
    role = make_role(alice.live.client("iam"), "mailer", trust(ACCOUNT, ASSUME))
    assert refused(assume, session, role)[0] == "AccessDenied"


# --- keys -----------------------------------------------------------------------------------------------------------------


def test_a_key_tells_its_account(live: Live, partner: tuple[str, str], alice: Person) -> None:
    sts = live.client("sts")
    assert sts.get_access_key_info(AccessKeyId=ROOT_KEY)["Account"] == ACCOUNT
    assert sts.get_access_key_info(AccessKeyId=partner[0])["Account"] == PARTNER
    assert sts.get_access_key_info(AccessKeyId=session_token(alice).key)["Account"] == ACCOUNT
    assert refused(sts.get_access_key_info, AccessKeyId="AKIAUNKNOWN000000001")[0] == "ValidationError"
