"""The rest of what guides type: managed policies and roles, simulators, auditors' look, configuration sets, accounts' settings."""

import json
from typing import Any
from urllib.parse import unquote

import pytest

from clients.people import allow, denial, deny, document, identity_arn, is_allowed, make_user, refused, send, send_raw, send_v2
from live import ACCOUNT, Live

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def test_a_managed_policy_has_versions_of_which_one_counts(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice, iam = make_user(live, "alice"), live.client("iam")
    arn = iam.create_policy(PolicyName="senders", PolicyDocument=document(allow("ses:GetSendQuota")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    assert not is_allowed(send, alice.client("ses"))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("ses:SendEmail")), SetAsDefault=True)
    assert is_allowed(send, alice.client("ses"))
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert not is_allowed(send, alice.client("ses"))
    listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in listed] == [("v2", False), ("v1", True)]
    assert (
        iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"]["Statement"][0]["Action"]
        == "ses:SendEmail"
    )
    assert refused(iam.delete_policy, PolicyArn=arn)[0] == "DeleteConflict"
    assert iam.list_entities_for_policy(PolicyArn=arn)["PolicyUsers"][0]["UserName"] == "alice"
    iam.detach_user_policy(UserName="alice", PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)
    assert refused(iam.get_policy, PolicyArn=arn)[0] == "NoSuchEntity"


def test_awss_own_policies_are_attached_as_in_every_guide(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice, iam = make_user(live, "alice"), live.client("iam")
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AmazonSESFullAccess")
    assert is_allowed(send, alice.client("ses"))
    assert refused(alice.client("iam").list_users)[0] == "AccessDenied"
    attached = iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]
    assert [each["PolicyName"] for each in attached] == ["AmazonSESFullAccess"]


def test_a_role_is_made_with_its_trust_and_policies(live: Live) -> None:
    iam = live.client("iam")
    role = iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=TRUST)["Role"]
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/mailer"
    iam.put_role_policy(RoleName="mailer", PolicyName="send", PolicyDocument=document(allow("ses:SendEmail")))
    assert iam.list_role_policies(RoleName="mailer")["PolicyNames"] == ["send"]
    assert iam.get_role(RoleName="mailer")["Role"]["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert refused(iam.delete_role, RoleName="mailer")[0] == "DeleteConflict"
    answer = iam.simulate_principal_policy(PolicySourceArn=role["Arn"], ActionNames=["ses:SendEmail", "ses:SendRawEmail"])
    assert [each["EvalDecision"] for each in answer["EvaluationResults"]] == ["allowed", "implicitDeny"]


def test_simulate_custom_policy_says_which_statement_and_which_key_is_missing(live: Live) -> None:
    policy = document(
        allow("ses:SendEmail", Condition={"StringEquals": {"ses:FromAddress": "news@example.com"}}), deny("ses:SendRawEmail")
    )
    iam = live.client("iam")

    def asked(action: str, **context: str) -> dict[str, Any]:
        entries = [
            {"ContextKeyName": f"ses:{key}", "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in context.items()
        ]
        answer = iam.simulate_custom_policy(PolicyInputList=[policy], ActionNames=[action], ContextEntries=entries)
        result: dict[str, Any] = answer["EvaluationResults"][0]
        return result

    allowed = asked("ses:SendEmail", FromAddress="news@example.com")
    assert allowed["EvalDecision"] == "allowed"
    (statement,) = allowed["MatchedStatements"]
    assert statement["SourcePolicyId"] == "PolicyInputList.1"
    start = policy.index('{"Effect": "Allow"')
    assert statement["StartPosition"] == {"Line": 1, "Column": start + 2}  # counted from 1, just past the brace
    missing = asked("ses:SendEmail")
    assert (missing["EvalDecision"], missing["MissingContextValues"]) == ("implicitDeny", ["ses:FromAddress"])
    assert asked("ses:SendRawEmail")["EvalDecision"] == "explicitDeny"


def test_the_simulators_answer_is_the_gates(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice, iam = make_user(live, "alice"), live.client("iam")
    iam.create_group(GroupName="g")
    iam.put_group_policy(
        GroupName="g", PolicyName="p", PolicyDocument=document(allow("ses:SendEmail", identity_arn("example.com")))
    )
    iam.add_user_to_group(GroupName="g", UserName="alice")
    for action, call in (("ses:SendEmail", send), ("ses:SendRawEmail", send_raw)):
        answer = iam.simulate_principal_policy(
            PolicySourceArn=alice.arn, ActionNames=[action], ResourceArns=[identity_arn("example.com")]
        )
        simulated = answer["EvaluationResults"][0]["EvalDecision"] == "allowed"
        assert simulated is is_allowed(call, alice.client("ses"))


def test_an_auditor_sees_everyone_and_everything(live: Live) -> None:
    iam = live.client("iam")
    make_user(live, "alice")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="alice")
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=document(allow("ses:SendEmail")))
    iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=TRUST)
    own = iam.create_policy(PolicyName="own", PolicyDocument=document(allow("ses:*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=own)
    iam.attach_role_policy(RoleName="mailer", PolicyArn="arn:aws:iam::aws:policy/AmazonSESReadOnlyAccess")
    pages = iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 2})
    whole: dict[str, list[Any]] = {}
    for page in pages:
        for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
            whole.setdefault(name, []).extend(page[name])
    assert whole["UserDetailList"][0]["GroupList"] == ["g"]
    assert whole["UserDetailList"][0]["AttachedManagedPolicies"] == [{"PolicyName": "own", "PolicyArn": own}]
    assert whole["GroupDetailList"][0]["GroupPolicyList"][0]["PolicyDocument"]["Statement"][0]["Action"] == "ses:SendEmail"
    assert whole["RoleDetailList"][0]["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert sorted(policy["PolicyName"] for policy in whole["Policies"]) == ["AmazonSESReadOnlyAccess", "own"]
    assert len(json.loads(unquote(json.dumps(whole["Policies"][0]["PolicyVersionList"][0]["Document"])))) == 2


def test_a_configuration_set_is_asked_for_named_or_by_default(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice = make_user(live, "alice")
    v2, iam = live.client("sesv2"), live.client("iam")
    v2.create_configuration_set(ConfigurationSetName="tracked")
    only_identity = document(allow("ses:SendEmail", identity_arn("example.com")))
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=only_identity)
    assert is_allowed(send, alice.client("ses"))
    text, _ = denial(send, alice.client("ses"), ConfigurationSetName="tracked")
    assert f"on resource `arn:aws:ses:us-east-1:{ACCOUNT}:configuration-set/tracked'" in text
    v2.put_email_identity_configuration_set_attributes(EmailIdentity="example.com", ConfigurationSetName="tracked")
    assert not is_allowed(send_v2, alice.client("sesv2"))
    both = document(allow("ses:SendEmail", [identity_arn("example.com"), f"arn:aws:ses:*:{ACCOUNT}:configuration-set/tracked"]))
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=both)
    assert is_allowed(send_v2, alice.client("sesv2"))
    v2.put_configuration_set_sending_options(ConfigurationSetName="tracked", SendingEnabled=False)
    assert refused(send, alice.client("ses"))[0] == "ConfigurationSetSendingPausedException"


def test_an_account_that_is_paused_sends_nothing(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    live.client("ses").update_account_sending_enabled(Enabled=False)
    assert refused(send, live.client("ses"))[0] == "AccountSendingPausedException"
    assert refused(send_v2, live.client("sesv2"))[0] == "SendingPausedException"
    assert live.client("sesv2").get_account()["SendingEnabled"] is False


def test_version_1_s_operations_have_no_resource(live: Live) -> None:
    """A policy that scopes `ses:PutIdentityPolicy` to an identity never matches; version 2's names the identity."""
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice = make_user(live, "alice")
    scoped = document(allow(["ses:ListIdentityPolicies", "ses:GetEmailIdentity"], identity_arn("example.com")))
    live.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=scoped)
    assert not is_allowed(alice.client("ses").list_identity_policies, Identity="example.com")
    assert is_allowed(alice.client("sesv2").get_email_identity, EmailIdentity="example.com")


def test_the_version_of_the_api_is_a_condition(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice = make_user(live, "alice")
    second = document(allow("ses:SendEmail", Condition={"StringEquals": {"ses:ApiVersion": "2"}}))
    live.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=second)
    assert not is_allowed(send, alice.client("ses"))
    assert is_allowed(send_v2, alice.client("sesv2"))


def test_tags_of_a_user_are_principal_tags(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice, iam = make_user(live, "alice"), live.client("iam")
    own = document(
        allow("ses:SendEmail", Condition={"StringEquals": {"ses:FromAddress": "${aws:PrincipalTag/from}@example.com"}})
    )
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=own)
    assert not is_allowed(send, alice.client("ses"))
    iam.tag_user(UserName="alice", Tags=[{"Key": "from", "Value": "news"}])
    assert is_allowed(send, alice.client("ses"))
    iam.untag_user(UserName="alice", TagKeys=["FROM"])
    assert not is_allowed(send, alice.client("ses"))


def test_the_most_specific_verified_identity_stands_for_an_address(live: Live) -> None:
    ses = live.client("ses")
    alice = make_user(live, "alice")

    def denied_on() -> str:
        text, _ = denial(send, alice.client("ses"), source="news@mail.example.com")
        return text.partition("identity/")[2].partition("'")[0]

    assert denied_on() == "news@mail.example.com"
    ses.verify_domain_identity(Domain="EXAMPLE.com")
    assert denied_on() == "example.com"
    ses.verify_domain_identity(Domain="mail.example.com")
    assert denied_on() == "mail.example.com"
    ses.verify_email_identity(EmailAddress="news@mail.example.com")
    assert denied_on() == "news@mail.example.com"


def test_the_return_path_is_asked_for_too(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    live.client("ses").verify_domain_identity(Domain="bounces.example.org")
    alice = make_user(live, "alice")
    policy = document(allow("ses:SendEmail", identity_arn("example.com")))
    live.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=policy)
    ses = alice.client("ses")
    assert is_allowed(send, ses, ReturnPath="bounces@example.com")
    assert not is_allowed(send, ses, ReturnPath="b@bounces.example.org")


@pytest.mark.parametrize("version", ["ses", "sesv2"])
def test_lists_come_in_pages(live: Live, version: str) -> None:
    for number in range(5):
        live.client("ses").verify_domain_identity(Domain=f"d{number}.example")
    client = live.client(version)
    if version == "ses":
        pages = client.get_paginator("list_identities").paginate(PaginationConfig={"PageSize": 2})
        names = [name for page in pages for name in page["Identities"]]
    else:
        page = client.list_email_identities(PageSize=2)
        names = [each["IdentityName"] for each in page["EmailIdentities"]]
        while "NextToken" in page:
            page = client.list_email_identities(PageSize=2, NextToken=page["NextToken"])
            names += [each["IdentityName"] for each in page["EmailIdentities"]]
    assert names == [f"d{number}.example" for number in range(5)]


def test_a_sends_resources_carry_their_own_tags(live: Live) -> None:
    v2, iam = live.client("sesv2"), live.client("iam")
    v2.create_email_identity(EmailIdentity="example.com", Tags=[{"Key": "Team", "Value": "blue"}])
    v2.create_configuration_set(ConfigurationSetName="tracked", Tags=[{"Key": "Team", "Value": "red"}])
    alice = make_user(live, "alice")
    iam.tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "blue"}])
    own_team = allow("ses:SendEmail", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(own_team))
    assert is_allowed(send, alice.client("ses"))
    text, _ = denial(send, alice.client("ses"), ConfigurationSetName="tracked")
    assert "configuration-set/tracked" in text
    iam.tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "green"}])
    assert not is_allowed(send, alice.client("ses"))
