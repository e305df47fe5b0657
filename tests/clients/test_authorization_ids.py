"""Every decision has an ID, by which boto3's `iam-toolbox` client, and STS, tell how it was made."""

import json
from typing import Any

import pytest

from clients.people import Person, allow, denial, deny, document, identity_arn, make_user, refused, send, send_v2
from clients.test_audit import events
from live import Live

DOMAIN = identity_arn("example.com")
SEND = ["ses:SendEmail", "ses:SendRawEmail"]


@pytest.fixture
def alice(live: Live) -> Person:
    live.client("ses").verify_domain_identity(Domain="example.com")
    return make_user(live, "alice")


def details(live: Live, authorization_id: str, key: tuple[str, str] | None = None) -> Any:
    return live.client("iam-toolbox", *(key or ())).get_request_authorization_details(authorizationId=authorization_id)


def checks(evaluation: Any) -> dict[str, tuple[str, list[str]]]:
    """Check type → its effect and the Sids that matched."""
    return {
        check["checkType"]: (
            check["evaluatedEffect"],
            [each["sid"] for policy in check["matchedPolicies"] for each in policy["matchedStatements"]],
        )
        for check in evaluation["checks"]
    }


def grant(person: Person, *statements: dict[str, Any]) -> None:
    person.live.client("iam").put_user_policy(UserName=person.name, PolicyName="own", PolicyDocument=document(*statements))


def share(live: Live, *statements: dict[str, Any]) -> None:
    live.client("ses").put_identity_policy(Identity="example.com", PolicyName="share", Policy=document(*statements))


def test_a_denial_by_silence_is_told(alice: Person) -> None:
    grant(alice, allow("ses:SendRawEmail", Sid="RawOnly"))
    _, authorization_id = denial(send, alice.client("ses"))
    told = details(alice.live, authorization_id)
    (evaluation,) = told["evaluations"]
    assert (evaluation["action"], evaluation["resource"]) == ("ses:SendEmail", DOMAIN)
    assert evaluation["evaluatedEffect"] == "IMPLICIT_DENY"
    assert checks(evaluation) == {"PRINCIPAL": ("IMPLICIT_DENY", [])}
    assert evaluation["context"]["ses:FromAddress"] == "news@example.com"
    assert evaluation["context"]["ses:Recipients"] == ["a@example.net"]
    assert told["requestContext"]["aws:username"] == "alice"
    assert told["policies"] == [
        {
            "type": "IDENTITY_BASED_POLICY",
            "inline": True,
            "uri": f"inline:{alice.arn}#own",
            "attachedTo": [{"arn": alice.arn}],
        }
    ]


def test_an_explicit_deny_names_the_very_statement(alice: Person) -> None:
    grant(alice, allow("ses:*", Sid="All"), deny("ses:SendEmail", Sid="NotToday"))
    text, authorization_id = denial(send, alice.client("ses"))
    assert text.endswith("with an explicit deny in an identity-based policy: own (inline policy of user/alice)")
    (evaluation,) = details(alice.live, authorization_id)["evaluations"]
    assert evaluation["evaluatedEffect"] == "EXPLICIT_DENY"
    assert checks(evaluation) == {"PRINCIPAL": ("EXPLICIT_DENY", ["NotToday"])}


def test_a_managed_policy_is_named_by_its_arn(alice: Person) -> None:
    iam = alice.live.client("iam")
    arn = iam.create_policy(PolicyName="never", PolicyDocument=document(deny("ses:*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    text, authorization_id = denial(send, alice.client("ses"))
    assert text.endswith(f"with an explicit deny in an identity-based policy: {arn}")
    (evaluation,) = details(alice.live, authorization_id)["evaluations"]
    assert evaluation["checks"][0]["matchedPolicies"] == [
        {"uri": arn, "matchedStatements": [{"sid": "Statement1", "evaluatedEffect": "DENY"}]}
    ]


def test_a_deny_of_the_resource_and_its_allow_are_told(alice: Person) -> None:
    share(alice.live, allow(SEND, DOMAIN, Principal={"AWS": alice.arn}, Sid="Alice"))
    send(alice.client("ses"))
    allowed = events(alice.live, EventName="SendEmail")[-1]["additionalEventData"]["authorizationId"]
    (evaluation,) = details(alice.live, allowed)["evaluations"]
    assert evaluation["evaluatedEffect"] == "ALLOW"
    assert checks(evaluation) == {"RESOURCE": ("ALLOW", ["Alice"]), "PRINCIPAL": ("NO_IMPACT", [])}
    share(alice.live, deny(SEND, DOMAIN, Principal="*", Sid="Closed"))
    text, denied = denial(send, alice.client("ses"))
    assert text.endswith("with an explicit deny in a resource-based policy: share (of identity/example.com)")
    assert checks(details(alice.live, denied)["evaluations"][0])["RESOURCE"] == ("EXPLICIT_DENY", ["Closed"])


def test_the_policies_are_those_of_the_moment(alice: Person) -> None:
    grant(alice, allow("ses:GetSendQuota", Sid="Then"))
    _, authorization_id = denial(send, alice.client("ses"))
    grant(alice, allow("ses:*", Sid="Now"))
    toolbox = alice.live.client("iam-toolbox")
    uri = details(alice.live, authorization_id)["policies"][0]["uri"]
    document_then = toolbox.get_request_authorization_policy(authorizationId=authorization_id, policyUri=uri)["policyDocument"]
    assert document_then["Statement"][0]["Sid"] == "Then"
    assert details(alice.live, authorization_id)["evaluations"][0]["evaluatedEffect"] == "IMPLICIT_DENY"
    alice.live.client("iam").delete_user_policy(UserName="alice", PolicyName="own")
    assert details(alice.live, authorization_id)["policies"][0]["uri"] == uri


def test_every_need_of_a_denied_call_is_told_at_once(alice: Person) -> None:
    alice.live.client("sesv2").create_configuration_set(ConfigurationSetName="tracked")
    _, authorization_id = denial(send_v2, alice.client("sesv2"), ConfigurationSetName="tracked")
    evaluations = details(alice.live, authorization_id)["evaluations"]
    assert [each["resource"].rpartition(":")[2] for each in evaluations] == [
        "identity/example.com",
        "configuration-set/tracked",
    ]
    assert {each["evaluatedEffect"] for each in evaluations} == {"IMPLICIT_DENY"}


def test_only_the_callers_own_account_may_ask(alice: Person, partner: tuple[str, str]) -> None:
    _, authorization_id = denial(send, alice.client("ses"))
    assert refused(details, alice.live, authorization_id, partner)[0] == "ResourceNotFoundException"
    assert refused(details, alice.live, authorization_id, (alice.key, alice.secret))[0] == "AccessDeniedException"
    grant(alice, allow("iam:GetRequestAuthorizationDetails"))
    assert details(alice.live, authorization_id, (alice.key, alice.secret))["evaluations"]


def test_the_policies_of_another_account_are_not_shown(live: Live, partner: tuple[str, str]) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    eve = make_user(live, "eve", partner)
    live.client("iam", *partner).put_user_policy(UserName="eve", PolicyName="p", PolicyDocument=document(allow("ses:*")))
    share(live, deny(SEND, DOMAIN, Principal={"AWS": eve.arn}, Sid="NotEve"))
    text, authorization_id = denial(send, eve.client("ses"), SourceArn=DOMAIN)
    assert text.endswith("with an explicit deny in a resource-based policy"), "its name is the owner's own affair"
    told = details(live, authorization_id, partner)
    assert checks(told["evaluations"][0])["RESOURCE"] == ("EXPLICIT_DENY", [])
    assert [policy["type"] for policy in told["policies"]] == ["IDENTITY_BASED_POLICY"]


BAD = [("unknown0", "ResourceNotFoundException"), ("Not-An-ID", "ValidationException"), ("x" * 257, "ValidationException")]


@pytest.mark.parametrize(("authorization_id", "code"), BAD)
def test_an_id_that_is_none_is_refused(live: Live, authorization_id: str, code: str) -> None:
    assert refused(details, live, authorization_id)[0] == code


def test_a_policy_that_was_not_asked_is_not_found(alice: Person) -> None:
    _, authorization_id = denial(send, alice.client("ses"))
    call = alice.live.client("iam-toolbox").get_request_authorization_policy
    assert refused(call, authorizationId=authorization_id, policyUri="none")[0] == "ResourceNotFoundException"


def test_sts_decodes_the_id(alice: Person) -> None:
    grant(alice, deny("ses:SendEmail", Sid="NotToday", Condition={"StringLike": {"ses:FromAddress": "news@*"}}))
    _, authorization_id = denial(send, alice.client("ses"))
    sts = alice.live.client("sts")
    told = json.loads(sts.decode_authorization_message(EncodedMessage=authorization_id)["DecodedMessage"])
    assert (told["allowed"], told["explicitDeny"]) == (False, True)
    (statement,) = told["matchedStatements"]["items"]
    assert (statement["statementId"], statement["effect"]) == ("NotToday", "DENY")
    assert (told["context"]["action"], told["context"]["resource"]) == ("ses:SendEmail", DOMAIN)
    assert told["context"]["principal"]["arn"] == alice.arn
    assert {"key": "ses:FromAddress", "values": {"items": [{"value": "news@example.com"}]}} in told["context"]["conditions"][
        "items"
    ]
    assert refused(sts.decode_authorization_message, EncodedMessage="nonsense") == (
        "InvalidAuthorizationMessageException",
        "Message is not valid",
    )
