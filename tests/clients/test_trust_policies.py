"""Roles and their trust policies: what AWS takes, whom a policy names, and what stays of a principal that is gone."""

import json
from typing import Any

import pytest
from botocore.config import Config

from clients.people import allow, document, make_user, refused, trust
from live import ACCOUNT, Live

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
MAILER = f"arn:aws:iam::{ACCOUNT}:role/mailer"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/"
GITHUB = f"{OIDC}token.actions.githubusercontent.com"
WEB = "sts:AssumeRoleWithWebIdentity"
ONLY_STS = "AssumeRole policy may only specify STS AssumeRole actions."
FEDERATED = "Federated principals must be valid domain names or SAML metadata ARNs"


def with_resource(element: str) -> str:
    return document(trust({"AWS": ACCOUNT}, **{element: "*"}))


def github(**condition: Any) -> str:
    return document(trust({"Federated": GITHUB}, WEB, **({"Condition": condition} if condition else {})))


REFUSED: dict[str, tuple[str, str]] = {
    "no JSON": ("{", "This policy contains invalid Json"),
    "no principal": (document({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Missing required field Principal"),
    "everyone without a type": (
        document(trust("*")),
        'AssumeRolepolicy contained an invalid principal: "STAR":"*".',
    ),
    "a resource": (with_resource("Resource"), "Has prohibited field Resource"),
    "all but a resource": (with_resource("NotResource"), "AssumeRole policy must not contain resources."),
    "another service's action": (document(trust({"AWS": ACCOUNT}, "ses:SendEmail")), ONLY_STS),
    "an action of STS that assumes nothing": (document(trust({"AWS": ACCOUNT}, "sts:GetCallerIdentity")), ONLY_STS),
    "every action of STS": (document(trust({"AWS": ACCOUNT}, "sts:*")), ONLY_STS),
    "every action": (document(trust({"AWS": ACCOUNT}, "*")), ONLY_STS),
    "all but a principal": (
        document({"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}),
        "Allow with NotPrincipal is not allowed.",
    ),
    "a Deny for all but a principal": (
        document({"Effect": "Deny", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}),
        "AssumeRole policy must not contain NotPrincipal field.",
    ),
    "a user who does not exist": (
        document(trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"})),
        f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:user/nobody"',
    ),
    "a role with another path": (
        document(trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/mailer"})),
        f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:role/team/mailer"',
    ),
    "a group": (
        document(trust({"AWS": f"arn:aws:iam::{ACCOUNT}:group/g"})),
        f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:group/g"',
    ),
    "an ID that nobody has": (
        document(trust({"AWS": "AIDAAAAAAAAAAAAAAAAAA"})),
        'Invalid principal in policy: "AWS":"AIDAAAAAAAAAAAAAAAAAA"',
    ),
    "a wildcard in a principal": (document(trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"})), "Invalid principal in policy"),
    "a service that is none": (
        document(trust({"Service": "ec2.example.com"})),
        'Invalid principal in policy: "SERVICE":"ec2.example.com"',
    ),
    "every service": (document(trust({"Service": "*"})), 'Invalid principal in policy: "SERVICE":"*"'),
    "a canonical user": (document(trust({"CanonicalUser": "79a5"})), 'Invalid principal in policy: "CANONICALUSER":"79a5"'),
    "a provider that is no ARN": (document(trust({"Federated": "google"}, WEB)), FEDERATED),
    "a provider's ARN without its account": (
        document(trust({"Federated": "arn:aws:iam:::oidc-provider/x.example"}, WEB)),
        FEDERATED,
    ),
    "every identity pool": (
        document(trust({"Federated": "cognito-identity.amazonaws.com"}, WEB)),
        "A condition block must be present for the Cognito provider",
    ),
    "every repository of GitHub": (github(), "Trust policy must evaluate token.actions.githubusercontent.com:sub"),
    "every repository, by a star": (
        github(StringLike={"token.actions.githubusercontent.com:sub": "*"}),
        "Trust policy must evaluate token.actions.githubusercontent.com:sub",
    ),
    "every repository but one": (
        github(StringNotLike={"token.actions.githubusercontent.com:sub": "repo:a/b:*"}),
        "Trust policy must evaluate token.actions.githubusercontent.com:sub",
    ),
}

TAKEN = {
    "the account": document(trust({"AWS": ACCOUNT})),
    "an account of another installation": document(trust({"AWS": "arn:aws:iam::999988887777:role/theirs"})),
    "everyone": document(trust({"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a"}})),
    "a user": document(trust({"AWS": ALICE})),
    "a session": document(trust({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/mailer/run"})),
    "a service": document(trust({"Service": ["ec2.amazonaws.com", "ses.amazonaws.com"]})),
    "tags and source identity": document(
        trust({"AWS": ACCOUNT}, ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])
    ),
    "a web identity": document(trust({"Federated": "accounts.google.com"}, WEB)),
    "a provider that is not registered": document(trust({"Federated": f"{OIDC}issuer.example.com"}, WEB)),
    "a SAML provider": document(trust({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/adfs"}, "sts:AssumeRoleWithSAML")),
    "one repository of GitHub": github(StringLike={"token.actions.githubusercontent.com:sub": "repo:a/b:*"}),
    "a Deny for GitHub": document({**trust({"Federated": GITHUB}, WEB), "Effect": "Deny"}),
    "only a Deny": document({**trust({"AWS": ACCOUNT}), "Effect": "Deny"}),
    "a provider for AssumeRole": document(trust({"Federated": "accounts.google.com"})),
    "a user for a web identity": document(trust({"AWS": ALICE}, WEB)),
    "all actions but one": document(
        {"Effect": "Deny", "Principal": {"AWS": ACCOUNT}, "NotAction": "sts:AssumeRole"}, trust({"AWS": ACCOUNT})
    ),
}


@pytest.fixture(autouse=True)
def alice_and_mailer(live: Live) -> None:
    make_user(live, "alice")
    live.client("iam").create_role(RoleName="mailer", AssumeRolePolicyDocument=TAKEN["the account"])


@pytest.mark.parametrize("name", REFUSED)
def test_a_trust_policy_that_aws_refuses(live: Live, name: str) -> None:
    policy, says = REFUSED[name]
    iam = live.client("iam")
    before = iam.get_role(RoleName="mailer")["Role"]["AssumeRolePolicyDocument"]
    for code, text in (
        refused(iam.create_role, RoleName="other", AssumeRolePolicyDocument=policy),
        refused(iam.update_assume_role_policy, RoleName="mailer", PolicyDocument=policy),
    ):
        assert code == "MalformedPolicyDocument"
        assert text.startswith(says)
    assert iam.get_role(RoleName="mailer")["Role"]["AssumeRolePolicyDocument"] == before
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["mailer"]


@pytest.mark.parametrize("name", TAKEN)
def test_a_trust_policy_that_aws_takes(live: Live, name: str) -> None:
    iam = live.client("iam")
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=TAKEN[name])
    assert iam.get_role(RoleName="other")["Role"]["AssumeRolePolicyDocument"] == json.loads(TAKEN[name])


def test_a_principal_is_shown_as_it_is_called_now_and_by_its_id_when_it_is_gone(live: Live) -> None:
    iam = live.client("iam")
    condition = {"ArnEquals": {"aws:PrincipalArn": ALICE}}
    iam.update_assume_role_policy(
        RoleName="mailer", PolicyDocument=document(trust({"AWS": [ALICE, MAILER]}, Condition=condition))
    )

    def named() -> list[str]:
        statement = iam.get_role(RoleName="mailer")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]
        assert statement["Condition"] == condition, "an ARN in a condition is no principal"
        principals: list[str] = statement["Principal"]["AWS"]
        return principals

    assert named() == [ALICE, MAILER]
    user_id = iam.get_user(UserName="alice")["User"]["UserId"]
    iam.update_user(UserName="alice", NewUserName="alicia", NewPath="/mail/")
    assert named() == [f"arn:aws:iam::{ACCOUNT}:user/mail/alicia", MAILER]
    (key,) = iam.list_access_keys(UserName="alicia")["AccessKeyMetadata"]
    iam.delete_access_key(UserName="alicia", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="alicia")
    assert named() == [user_id, MAILER]
    make_user(live, "alice")
    assert named() == [user_id, MAILER], "the new alice is somebody else"


def test_a_document_that_names_who_is_gone_cannot_be_put_again(live: Live) -> None:
    iam = live.client("iam")
    iam.create_user(UserName="bob")
    bob = iam.get_user(UserName="bob")["User"]
    iam.update_assume_role_policy(RoleName="mailer", PolicyDocument=document(trust({"AWS": bob["UserId"]})))
    shown = iam.get_role(RoleName="mailer")["Role"]["AssumeRolePolicyDocument"]
    assert shown["Statement"][0]["Principal"] == {"AWS": bob["Arn"]}
    iam.delete_user(UserName="bob")
    shown = iam.get_role(RoleName="mailer")["Role"]["AssumeRolePolicyDocument"]
    code, text = refused(iam.update_assume_role_policy, RoleName="mailer", PolicyDocument=json.dumps(shown))
    assert (code, text) == ("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{bob["UserId"]}"')


def test_a_role_is_changed(live: Live) -> None:
    iam = live.client("iam")
    made = iam.create_role(
        RoleName="worker", AssumeRolePolicyDocument=TAKEN["a service"], Description="works", MaxSessionDuration=43200
    )["Role"]
    assert "Description" not in made
    assert "MaxSessionDuration" not in made

    def told() -> tuple[Any, Any]:
        role = iam.get_role(RoleName="worker")["Role"]
        return role.get("Description"), role["MaxSessionDuration"]

    assert told() == ("works", 43200)
    iam.update_role(RoleName="worker")
    assert told() == ("works", 43200)
    iam.update_role(RoleName="worker", MaxSessionDuration=3600)
    assert told() == ("works", 3600)
    iam.update_role(RoleName="worker", Description="")
    assert told() == ("", 3600)
    assert iam.update_role_description(RoleName="worker", Description="again")["Role"]["RoleName"] == "worker"
    assert told() == ("again", 3600)


@pytest.mark.parametrize("seconds", [3599, 43201])
def test_a_session_lasts_from_one_hour_to_twelve(live: Live, seconds: int) -> None:
    iam = live.client("iam", config=Config(parameter_validation=False))
    for call, more in (
        (iam.update_role, {"RoleName": "mailer"}),
        (iam.create_role, {"RoleName": "other", "AssumeRolePolicyDocument": TAKEN["a service"]}),
    ):
        assert refused(call, **more, MaxSessionDuration=seconds)[0] == "ValidationError"
    assert iam.get_role(RoleName="mailer")["Role"]["MaxSessionDuration"] == 3600


def test_a_role_is_deleted_as_terraform_does_it(live: Live) -> None:
    iam = live.client("iam")
    iam.put_role_policy(RoleName="mailer", PolicyName="p", PolicyDocument=document(allow("ses:SendEmail")))
    assert refused(iam.delete_role, RoleName="mailer") == (
        "DeleteConflict",
        "Cannot delete entity, must delete policies first.",
    )
    assert iam.list_instance_profiles_for_role(RoleName="mailer")["InstanceProfiles"] == []
    iam.delete_role_policy(RoleName="mailer", PolicyName="p")
    iam.delete_role(RoleName="mailer")
    assert refused(iam.list_instance_profiles_for_role, RoleName="mailer")[0] == "NoSuchEntity"
