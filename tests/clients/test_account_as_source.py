"""A running account as the place where policies come from."""

import json
from pathlib import Path

import pytest

from clients.people import allow, document, identity_arn, make_policy, make_user, trust
from gatepost.policy.read import PolicyKind
from gatepost.sources.find import find, find_policies
from gatepost.sources.found import AccountError, FoundIdentity, FoundPolicy, SourceError
from gatepost.sources.given import Given
from live import ACCOUNT, REGION, ROOT_KEY, ROOT_SECRET, Live

ARN = f"arn:aws:iam::{ACCOUNT}"
NAMES = [f"partner-{number:02}" for number in range(20)]  # as many as an identity may have
SPELLED = '{"Version": "2012-10-17",\n  "Statement": {"Effect": "Allow", "Action": "ses:Send*", "Resource": "*"}}'


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Nothing of AWS but what a test sets."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return monkeypatch


@pytest.fixture
def account(live: Live, environment: pytest.MonkeyPatch) -> Live:
    """An account with a policy of each kind, and its root in the environment."""
    environment.setenv("AWS_ACCESS_KEY_ID", ROOT_KEY)
    environment.setenv("AWS_SECRET_ACCESS_KEY", ROOT_SECRET)
    environment.setenv("AWS_ENDPOINT_URL", live.endpoint)
    iam, ses = live.client("iam"), live.client("ses")
    boundary = make_policy(live, "boundary", allow("ses:*"))
    shared = make_policy(live, "shared", allow("ses:SendEmail"))
    both = make_policy(live, "both", allow("ses:GetSendQuota"))
    make_policy(live, "idle", allow("ses:GetSendStatistics"))
    make_user(live, "alice")
    iam.put_user_policy(UserName="alice", PolicyName="send", PolicyDocument=SPELLED)
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=boundary)
    iam.create_group(GroupName="senders")
    iam.add_user_to_group(GroupName="senders", UserName="alice")
    iam.put_group_policy(GroupName="senders", PolicyName="raw", PolicyDocument=document(allow("ses:SendRawEmail")))
    iam.attach_group_policy(GroupName="senders", PolicyArn=shared)
    iam.create_role(
        RoleName="mailer",
        AssumeRolePolicyDocument=document(trust({"AWS": f"{ARN}:root"})),
        PermissionsBoundary=both,
    )
    iam.attach_role_policy(RoleName="mailer", PolicyArn=both)
    iam.attach_role_policy(RoleName="mailer", PolicyArn="arn:aws:iam::aws:policy/AmazonSESFullAccess")
    ses.verify_domain_identity(Domain="example.com")
    ses.verify_domain_identity(Domain="example.net")
    for name in NAMES:
        ses.put_identity_policy(Identity="example.com", PolicyName=name, Policy=partner())
    return live


def partner() -> str:
    return document(allow("ses:SendEmail", identity_arn("example.com"), Principal={"AWS": "444455556666"}))


def addresses(name: str) -> list[tuple[str, PolicyKind]]:
    return [(each.address, each.kind) for each in find_policies([name])]


@pytest.mark.usefixtures("account")
def test_a_whole_account_has_the_policies_of_everybody_with_who_holds_them() -> None:
    found = list(find(["aws://"]))
    identities = [each for each in found if isinstance(each, FoundIdentity)]
    assert [(each.identity, each.address) for each in identities] == [
        ("example.com", identity_arn("example.com")),
        ("example.net", identity_arn("example.net")),
    ]
    policies = [each for each in found if isinstance(each, FoundPolicy)]
    alice, senders, mailer = f"{ARN}:user/alice", f"{ARN}:group/senders", f"{ARN}:role/mailer"
    of_identity = [
        (f"{identity_arn('example.com')}: {name}", PolicyKind.RESOURCE, (identity_arn("example.com"),)) for name in NAMES
    ]
    assert sorted((each.address, each.kind.value, each.holders) for each in policies) == sorted(
        (address, kind.value, holders)
        for address, kind, holders in [
            (f"{alice}: send", PolicyKind.IDENTITY, (alice,)),
            (f"{senders}: raw", PolicyKind.IDENTITY, (senders,)),
            (f"{mailer}: trust policy", PolicyKind.TRUST, (mailer,)),
            (f"{ARN}:policy/boundary", PolicyKind.BOUNDARY, (alice,)),
            (f"{ARN}:policy/shared", PolicyKind.IDENTITY, (senders,)),
            (f"{ARN}:policy/both", PolicyKind.IDENTITY, (mailer,)),
            (f"{ARN}:policy/both", PolicyKind.BOUNDARY, (mailer,)),
            (f"{ARN}:policy/idle", PolicyKind.IDENTITY, ()),
            ("arn:aws:iam::aws:policy/AmazonSESFullAccess", PolicyKind.IDENTITY, (mailer,)),
            *of_identity,
        ]
    )
    (spelled,) = (each for each in policies if each.address == f"{alice}: send")
    assert (spelled.text, spelled.places.place(spelled.text.index("ses:Send"))) == (SPELLED, (2, 47))


@pytest.mark.usefixtures("account")
def test_a_part_of_an_account_is_asked_by_its_arn() -> None:
    assert addresses(f"{ARN}:policy/idle") == [(f"{ARN}:policy/idle", PolicyKind.IDENTITY)]
    assert [address for address, _ in addresses(f"{ARN}:user/alice")] == [
        f"{ARN}:user/alice: send",
        f"{ARN}:group/senders: raw",
        f"{ARN}:policy/boundary",
        f"{ARN}:policy/shared",
    ]
    for name in ("identity/example.com", identity_arn("example.com")):
        assert [json.loads(each.text) for each in find_policies([name])] == [json.loads(partner())] * len(NAMES)
    assert list(find_policies(["identity/example.net"])) == []


def test_a_profile_names_the_credentials(account: Live, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        environment.delenv(name)
    keys = f"aws_access_key_id = {ROOT_KEY}\naws_secret_access_key = {ROOT_SECRET}\n"
    (tmp_path / "credentials").write_text(f"[staging]\n{keys}")
    given = Given(endpoint_url=account.endpoint, region=REGION)
    assert len(list(find_policies(["aws://staging"], given=given))) == 9 + len(NAMES)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        (f"{ARN}:policy/absent", "GetPolicy: NoSuchEntity: "),
        (f"{ARN}:user/absent", "no such user, group or role in the account that answers"),
        (f"{ARN}:mfa/x", "expected the ARN of a policy, user, group, role or SES identity"),
        ("arn:aws:s3:::bucket", "expected the ARN of a policy, user, group, role or SES identity"),
        (f"arn:aws:iam::{ACCOUNT}:identity/example.com", "expected the ARN of a policy, user, group, role or SES identity"),
    ],
)
def test_what_the_account_does_not_have_is_no_fault_of_the_account(name: str, says: str) -> None:
    with pytest.raises(SourceError) as raised:
        list(find_policies([name]))
    assert not isinstance(raised.value, AccountError)
    assert str(raised.value).startswith(f"{name}: {says}")


def test_an_account_that_cannot_be_asked_is_an_error_of_its_own(live: Live, environment: pytest.MonkeyPatch) -> None:
    def problem(name: str, given: Given) -> str:
        with pytest.raises(AccountError) as raised:
            list(find_policies([name], given=given))
        return raised.value.problem

    here = Given(endpoint_url=live.endpoint)
    assert problem("aws://", here) == "Unable to locate credentials"
    assert problem("aws://absent", here) == "The config profile (absent) could not be found"
    nobody = make_user(live, "nobody")
    environment.setenv("AWS_ACCESS_KEY_ID", nobody.key)
    environment.setenv("AWS_SECRET_ACCESS_KEY", nobody.secret)
    assert problem("aws://", here).startswith("GetAccountAuthorizationDetails: AccessDenied: ")
    assert problem("aws://", Given(endpoint_url="http://127.0.0.1:9")).startswith("Could not connect to the endpoint URL")
