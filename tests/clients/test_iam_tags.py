"""Tags of users, roles, policies and identity providers: kept, bounded, and condition keys of what is done to the tagged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config

from clients.people import allow, deny, document, is_allowed, make_user, refused, trust
from live import ACCOUNT, Live

UNCHECKED = Config(parameter_validation=False)
EC2 = document(trust({"Service": "ec2.amazonaws.com"}))
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/senders"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example.com"
Tags = Sequence[tuple[str, str]]


def pairs(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags]


@dataclass(frozen=True)
class Kind:
    """How one kind of thing is made, tagged, untagged and asked for its tags."""

    make: Callable[[Any, Tags], Any]
    named: dict[str, str]
    operation: str  # as in TagUser, UntagUser, ListUserTags

    def tag(self, iam: Any, *tags: tuple[str, str]) -> Any:
        return getattr(iam, f"tag_{self.operation}")(**self.named, Tags=pairs(tags))

    def untag(self, iam: Any, *keys: str) -> Any:
        return getattr(iam, f"untag_{self.operation}")(**self.named, TagKeys=list(keys))

    def tags(self, iam: Any, **pages: Any) -> Any:
        return getattr(iam, f"list_{self.operation}_tags")(**self.named, **pages)

    def pairs(self, iam: Any) -> list[tuple[str, str]]:
        return [(tag["Key"], tag["Value"]) for tag in self.tags(iam)["Tags"]]


KINDS = {
    "user": Kind(lambda iam, tags: iam.create_user(UserName="u", Tags=pairs(tags)), {"UserName": "u"}, "user"),
    "role": Kind(
        lambda iam, tags: iam.create_role(RoleName="r", AssumeRolePolicyDocument=EC2, Tags=pairs(tags)),
        {"RoleName": "r"},
        "role",
    ),
    "policy": Kind(
        lambda iam, tags: iam.create_policy(PolicyName="senders", PolicyDocument=document(allow("ses:*")), Tags=pairs(tags)),
        {"PolicyArn": POLICY},
        "policy",
    ),
    "provider": Kind(
        lambda iam, tags: iam.create_open_id_connect_provider(Url="https://issuer.example.com", Tags=pairs(tags)),
        {"OpenIDConnectProviderArn": PROVIDER},
        "open_id_connect_provider",
    ),
}
PRINCIPALS, RESOURCES = ("user", "role"), ("policy", "provider")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_tags_are_set_replaced_listed_and_taken(live: Live, kind: Kind) -> None:
    iam = live.client("iam")
    kind.make(iam, [("team", "mail"), ("env", "")])
    assert kind.pairs(iam) == [("env", ""), ("team", "mail")]
    kind.tag(iam, ("team", "ops"), ("cost/center", "4711 é@+=._:-"))
    assert kind.pairs(iam) == [("cost/center", "4711 é@+=._:-"), ("env", ""), ("team", "ops")]
    first = kind.tags(iam, MaxItems=2)
    assert [tag["Key"] for tag in first["Tags"]] == ["cost/center", "env"]
    assert [tag["Key"] for tag in kind.tags(iam, Marker=first["Marker"])["Tags"]] == ["team"]
    kind.untag(iam, "team", "never")
    assert kind.pairs(iam) == [("cost/center", "4711 é@+=._:-"), ("env", "")]


@pytest.mark.parametrize("kind", [KINDS[name] for name in PRINCIPALS], ids=PRINCIPALS)
def test_keys_of_principals_are_the_same_without_regard_to_case(live: Live, kind: Kind) -> None:
    iam = live.client("iam")
    error = ("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    assert refused(kind.make, iam, [("team", "a"), ("Team", "b")]) == error
    kind.make(iam, [("team", "a")])
    kind.tag(iam, ("TEAM", "b"))
    assert kind.pairs(iam) == [("TEAM", "b")]
    kind.untag(iam, "team")
    assert kind.pairs(iam) == []


@pytest.mark.parametrize("kind", [KINDS[name] for name in RESOURCES], ids=RESOURCES)
def test_keys_of_policies_and_providers_are_not(live: Live, kind: Kind) -> None:
    iam = live.client("iam")
    assert refused(kind.make, iam, [("team", "a"), ("team", "b")]) == ("InvalidInput", "Duplicate tag keys found.")
    kind.make(iam, [("team", "a"), ("Team", "b")])
    assert kind.pairs(iam) == [("Team", "b"), ("team", "a")]
    kind.untag(iam, "team")
    assert kind.pairs(iam) == [("Team", "b")]


PATTERN = r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]"
RESERVED = ("InvalidInput", "Tag keys and values must not begin with `aws:`")


def constraint(at: str, must: str) -> tuple[str, str]:
    text = f"1 validation error detected: Value at '{at}' failed to satisfy constraint: Member must {must}"
    return "ValidationError", text


BAD: dict[str, tuple[Tags, tuple[str, str]]] = {
    "a key of 129 characters": ([("x" * 129, "")], constraint("tags.1.member.key", "have length less than or equal to 128")),
    "a value of 257 characters": (
        [("a", "b"), ("x", "y" * 257)],
        constraint("tags.2.member.value", "have length less than or equal to 256"),
    ),
    "a character that a key cannot have": ([("team!", "")], constraint("tags.1.member.key", f"{PATTERN}+")),
    "a character that a value cannot have": ([("team", "*")], constraint("tags.1.member.value", f"{PATTERN}*")),
    "a reserved key": ([("AWS:x", "")], RESERVED),
    "a reserved value": ([("x", "aws:y")], RESERVED),
    "51 tags": ([(f"k{n}", "") for n in range(51)], constraint("tags", "have length less than or equal to 50")),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("name", BAD)
def test_tags_that_cannot_be(live: Live, kind: Kind, name: str) -> None:
    tags, (code, says) = BAD[name]
    iam = live.client("iam", config=UNCHECKED)
    answered, text = refused(kind.make, iam, tags)
    assert answered == code
    assert text.startswith(says)
    kind.make(iam, [])
    assert refused(kind.tag, iam, *tags)[0] == code
    assert kind.pairs(iam) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_fiftieth_tag_is_the_last(live: Live, kind: Kind) -> None:
    iam = live.client("iam")
    kind.make(iam, [(f"k{number}" + "x" * 120, "v" * 256) for number in range(50)])
    error = ("LimitExceeded", "The number of tags has reached the maximum limit.")
    assert refused(kind.tag, iam, ("one-more", "")) == error
    assert len(kind.pairs(iam)) == 50
    kind.tag(iam, ("k7" + "x" * 120, "in place of one that is there"))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_tags_of_what_a_call_is_about_are_condition_keys(live: Live, kind: Kind) -> None:
    root, bob = live.client("iam"), make_user(live, "bob")
    kind.make(root, [("team", "mail")])
    own = {"StringEquals": {"aws:ResourceTag/team": "mail"}}
    protected = {"StringEquals": {"iam:ResourceTag/Locked": "yes"}}
    root.put_user_policy(
        UserName="bob",
        PolicyName="p",
        PolicyDocument=document(allow("iam:*", Condition=own), deny("iam:*", Condition=protected)),
    )
    iam = bob.client("iam")
    assert is_allowed(kind.tags, iam)
    assert not is_allowed(iam.list_users)
    kind.tag(root, ("locked", "yes"))
    assert not is_allowed(kind.tags, iam)
    kind.untag(root, "locked")
    kind.tag(root, ("team", "ops"))
    assert not is_allowed(kind.tags, iam)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_tags_of_a_request_are_condition_keys(live: Live, kind: Kind) -> None:
    root, bob = live.client("iam"), make_user(live, "bob")
    given = {"StringEquals": {"aws:RequestTag/team": "mail"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
    taken = {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
    root.put_user_policy(
        UserName="bob",
        PolicyName="p",
        PolicyDocument=document(allow(["iam:Create*", "iam:Tag*"], Condition=given), allow("iam:Untag*", Condition=taken)),
    )
    iam = bob.client("iam")
    assert not is_allowed(kind.make, iam, [])
    assert not is_allowed(kind.make, iam, [("team", "ops")])
    assert not is_allowed(kind.make, iam, [("team", "mail"), ("env", "x")])
    assert is_allowed(kind.make, iam, [("team", "mail")])
    assert is_allowed(kind.tag, iam, ("team", "mail"))
    assert not is_allowed(kind.tag, iam, ("team", "ops"))
    assert not is_allowed(kind.untag, iam, "team", "env")
    assert is_allowed(kind.untag, iam, "team")
