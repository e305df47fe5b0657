"""IAM's quotas, as documented: the exact limit is taken, one more is refused, and what is refused is not kept."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config

from clients.people import allow, document, make_policy, refused, trust
from live import ACCOUNT, Live

UNCHECKED = Config(parameter_validation=False)
EC2 = document(trust({"Service": "ec2.amazonaws.com"}))


def of_size(characters: int) -> str:
    """An identity policy of so many characters without white space."""
    policy = json.dumps(json.loads(document(allow("ses:*", Sid=""))), separators=(",", ":"))
    return policy.replace('"Sid":""', f'"Sid":"{"x" * (characters - len(policy))}"')


def trust_of_size(characters: int) -> str:
    """A trust policy of so many characters without white space."""
    policy = json.dumps(json.loads(document(trust({"AWS": ACCOUNT}, Sid=""))), separators=(",", ":"))
    return policy.replace('"Sid":""', f'"Sid":"{"x" * (characters - len(policy))}"')


def spaced(policy: str) -> str:
    """The same policy with much white space, which does not count."""
    return policy.replace(",", ",\n\t   \r\n").replace("{", "{ ")


@dataclass(frozen=True)
class Size:
    """A document's size: how it is put, how it is read, and what is said of one character more."""

    most: int
    put: Callable[[Any, str], Any]
    kept: Callable[[Any], int]
    error: tuple[str, str]


def inline(kind: str, most: int) -> Size:
    name = {f"{kind.capitalize()}Name": "x"}

    def put(iam: Any, policy: str) -> Any:
        return getattr(iam, f"put_{kind}_policy")(**name, PolicyName="p", PolicyDocument=policy)

    def kept(iam: Any) -> int:
        return len(getattr(iam, f"list_{kind}_policies")(**name)["PolicyNames"])

    return Size(most, put, kept, ("LimitExceeded", f"Maximum policy size of {most} bytes exceeded for {kind} x"))


SIZES = {
    "a user's inline policies": inline("user", 2048),
    "a group's inline policies": inline("group", 5120),
    "a role's inline policies": inline("role", 10240),
    "a managed policy": Size(
        6144,
        lambda iam, policy: iam.create_policy(PolicyName="p", PolicyDocument=policy),
        lambda iam: len(iam.list_policies(Scope="Local")["Policies"]),
        ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"),
    ),
}


@pytest.fixture(autouse=True)
def somebody(live: Live) -> None:
    iam = live.client("iam")
    iam.create_user(UserName="x")
    iam.create_group(GroupName="x")
    iam.create_role(RoleName="x", AssumeRolePolicyDocument=EC2)


@pytest.mark.parametrize("name", SIZES)
def test_a_document_of_the_exact_size_is_taken_and_one_character_more_is_not(live: Live, name: str) -> None:
    size, iam = SIZES[name], live.client("iam")
    assert refused(size.put, iam, of_size(size.most + 1)) == size.error
    assert size.kept(iam) == 0
    size.put(iam, spaced(of_size(size.most)))
    assert size.kept(iam) == 1


@pytest.mark.parametrize(("kind", "most"), [("user", 2048), ("group", 5120), ("role", 10240)])
def test_inline_policies_of_an_owner_count_together(live: Live, kind: str, most: int) -> None:
    iam, name = live.client("iam"), {f"{kind.capitalize()}Name": "x"}
    put = getattr(iam, f"put_{kind}_policy")
    put(**name, PolicyName="a", PolicyDocument=of_size(most - 200))
    assert refused(put, **name, PolicyName="b", PolicyDocument=of_size(201))[0] == "LimitExceeded"
    put(**name, PolicyName="b", PolicyDocument=of_size(200))
    put(**name, PolicyName="a", PolicyDocument=of_size(most - 200))  # in place of one that counts
    assert refused(put, **name, PolicyName="a", PolicyDocument=of_size(most - 199))[0] == "LimitExceeded"


def test_a_trust_policy_has_2048_characters(live: Live) -> None:
    iam = live.client("iam")
    error = ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    long = trust_of_size(2049)
    assert refused(iam.create_role, RoleName="y", AssumeRolePolicyDocument=long) == error
    assert refused(iam.update_assume_role_policy, RoleName="x", PolicyDocument=long) == error
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["x"]
    assert iam.get_role(RoleName="x")["Role"]["AssumeRolePolicyDocument"] == json.loads(EC2)
    iam.create_role(RoleName="y", AssumeRolePolicyDocument=spaced(trust_of_size(2048)))
    iam.update_assume_role_policy(RoleName="x", PolicyDocument=spaced(trust_of_size(2048)))


def test_a_new_version_is_held_to_the_size_of_a_policy(live: Live) -> None:
    iam, arn = live.client("iam"), make_policy(live, "p", allow("ses:*"))
    error = ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=of_size(6145)) == error
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=of_size(6144))
    assert len(iam.list_policy_versions(PolicyArn=arn)["Versions"]) == 2


@dataclass(frozen=True)
class Count:
    """So many of something: how one more is made, how many there are, and what is said of one too many."""

    most: int
    make: Callable[[Any, int], Any]
    kept: Callable[[Any], int]
    error: str


def attached(kind: str) -> Count:
    name = {f"{kind.capitalize()}Name": "x"}

    def make(iam: Any, number: int) -> Any:
        arn = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=document(allow("ses:*")))["Policy"]["Arn"]
        return getattr(iam, f"attach_{kind}_policy")(**name, PolicyArn=arn)

    def kept(iam: Any) -> int:
        return len(getattr(iam, f"list_attached_{kind}_policies")(**name)["AttachedPolicies"])

    return Count(10, make, kept, f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: 10")


def join(iam: Any, number: int) -> Any:
    iam.create_group(GroupName=f"g{number}")
    return iam.add_user_to_group(GroupName=f"g{number}", UserName="x")


VERSIONS = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."
COUNTS = {
    "policies attached to a user": attached("user"),
    "policies attached to a group": attached("group"),
    "policies attached to a role": attached("role"),
    "groups of a user": Count(
        10,
        join,
        lambda iam: len(iam.list_groups_for_user(UserName="x")["Groups"]),
        "Cannot exceed quota for GroupsPerUser: 10",
    ),
    "keys of a user": Count(
        2,
        lambda iam, _: iam.create_access_key(UserName="x"),
        lambda iam: len(iam.list_access_keys(UserName="x")["AccessKeyMetadata"]),
        "Cannot exceed quota for AccessKeysPerUser: 2",
    ),
    "versions of a policy": Count(
        5,
        lambda iam, number: (
            iam.create_policy(PolicyName="v", PolicyDocument=document(allow("ses:*")))
            if number == 1
            else iam.create_policy_version(PolicyArn=version_arn(), PolicyDocument=document(allow("ses:*")))
        ),
        lambda iam: len(iam.list_policy_versions(PolicyArn=version_arn())["Versions"]),
        VERSIONS,
    ),
    "groups": Count(
        299,  # beside the one that there is
        lambda iam, number: iam.create_group(GroupName=f"g{number}"),
        lambda iam: iam.get_account_summary()["SummaryMap"]["Groups"] - 1,
        "Cannot exceed quota for GroupsPerAccount: 300",
    ),
    "identity providers": Count(
        100,
        lambda iam, number: iam.create_open_id_connect_provider(Url=f"https://issuer{number}.example.com"),
        lambda iam: len(iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]),
        "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100",
    ),
}


def version_arn() -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/v"


@pytest.mark.parametrize("name", COUNTS)
def test_the_last_one_is_taken_and_one_more_is_not(live: Live, name: str) -> None:
    count, iam = COUNTS[name], live.client("iam")
    for number in range(1, count.most + 1):
        count.make(iam, number)
    assert refused(count.make, iam, count.most + 1) == ("LimitExceeded", count.error)
    assert count.kept(iam) == count.most


LONG_PATH = f"/{'x' * 510}/"
NAMES: dict[str, tuple[Callable[[Any, str], Any], int]] = {
    "a user": (lambda iam, name: iam.create_user(UserName=name), 64),
    "a group": (lambda iam, name: iam.create_group(GroupName=name), 128),
    "a role": (lambda iam, name: iam.create_role(RoleName=name, AssumeRolePolicyDocument=EC2), 64),
    "a policy": (lambda iam, name: iam.create_policy(PolicyName=name, PolicyDocument=document(allow("ses:*"))), 128),
    "an inline policy": (
        lambda iam, name: iam.put_user_policy(UserName="x", PolicyName=name, PolicyDocument=document(allow("ses:*"))),
        128,
    ),
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_has_so_many_characters_of_some_kinds(live: Live, kind: str) -> None:
    make, most = NAMES[kind]
    iam = live.client("iam", config=UNCHECKED)
    for name in ("n" * (most + 1), "", "a b", "a/b", "a*", "é"):
        assert refused(make, iam, name)[0] == "ValidationError"
    make(iam, "n" * most)
    make(iam, "a+b=c,d.e@f-g_h")


PATHS: dict[str, Callable[[Any, str], Any]] = {
    "a user": lambda iam, path: iam.create_user(UserName="y", Path=path),
    "a group": lambda iam, path: iam.create_group(GroupName="y", Path=path),
    "a role": lambda iam, path: iam.create_role(RoleName="y", AssumeRolePolicyDocument=EC2, Path=path),
    "a policy": lambda iam, path: iam.create_policy(PolicyName="y", PolicyDocument=document(allow("ses:*")), Path=path),
}


@pytest.mark.parametrize("kind", PATHS)
def test_a_path_begins_and_ends_with_a_slash_and_has_512_characters(live: Live, kind: str) -> None:
    make, iam = PATHS[kind], live.client("iam", config=UNCHECKED)
    for path in ("", "team", "/team", "team/", "/a b/", "/é/", f"/{'x' * 511}/"):
        assert refused(make, iam, path)[0] == "ValidationError"
    (made,) = (each for each in make(iam, LONG_PATH).values() if "Path" in each)
    assert made["Path"] == LONG_PATH


def test_the_summary_tells_what_there_is_and_what_there_may_be(live: Live) -> None:
    iam = live.client("iam")
    arn = make_policy(live, "p", allow("ses:*"))
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow("ses:Send*")))
    iam.create_open_id_connect_provider(Url="https://issuer.example.com")
    summary = iam.get_account_summary()["SummaryMap"]
    there = {"Users": 1, "Groups": 1, "Roles": 1, "Policies": 1, "PolicyVersionsInUse": 2, "Providers": 1}
    assert {name: summary[name] for name in there} == there
    quotas = {name: value for name, value in summary.items() if name.endswith("Quota")}
    assert quotas == {
        "UsersQuota": 5000,
        "GroupsQuota": 300,
        "RolesQuota": 1000,
        "PoliciesQuota": 1500,
        "PolicyVersionsInUseQuota": 10000,
        "VersionsPerPolicyQuota": 5,
        "PolicySizeQuota": 6144,
        "UserPolicySizeQuota": 2048,
        "GroupPolicySizeQuota": 5120,
        "RolePolicySizeQuota": 10240,
        "AssumeRolePolicySizeQuota": 2048,
        "AttachedPoliciesPerUserQuota": 10,
        "AttachedPoliciesPerGroupQuota": 10,
        "AttachedPoliciesPerRoleQuota": 10,
        "GroupsPerUserQuota": 10,
        "AccessKeysPerUserQuota": 2,
    }
    assert summary["AccountAccessKeysPresent"] == 1
