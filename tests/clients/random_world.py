"""Two accounts of one organization, and all that random callers may do in them."""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.config import Config

from clients.organization import FULL_ACCESS, RCP, SCP, everything, organize
from clients.people import PARTNER, allow, document, identity_arn, make_account
from clients.sessions import ASSUME, trust
from live import ACCOUNT, ROOT_KEY, ROOT_SECRET, Live

UNCHECKED = Config(parameter_validation=False)
USERS, ROLES, GROUPS, POLICIES = ("ada", "ben"), ("mailer", "reader"), ("team",), ("one", "two")
IDENTITIES = {ACCOUNT: "example.com", PARTNER: "partner.example"}
ACTIONS = (
    "*", "ses:*", "ses:Send*", "ses:SendEmail", "iam:*", "iam:Get*", "sts:*", "sts:AssumeRole", "sts:TagSession", "organizations:*",
)  # fmt: skip
MOST_CALLERS = 24

T = TypeVar("T")
Key = tuple[str, str, str | None]  # access key, secret, session token


@dataclass
class World:
    """What the calls are about. `keys` are the callers', the root users' first; `ids` name decisions that were made."""

    live: Live
    seed: int
    random: random.Random
    keys: list[Key]
    targets: list[str]
    control: list[str] = field(default_factory=lambda: [FULL_ACCESS])
    ids: list[str] = field(default_factory=lambda: ["0" * 24])
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    state: bytes = b""  # of the store, after the last call

    def client(self, service: str, key: Key) -> Any:
        """A client that asks for no leave of its own to say odd things."""
        place = (service, key[0])
        if place not in self.clients:
            made = self.live.client(service, *key[:2], aws_session_token=key[2], config=UNCHECKED)
            self.clients[place] = made
        return self.clients[place]

    def one(self, *choices: T) -> T:
        return self.random.choice(choices)

    def some(self, choices: Sequence[Any]) -> list[Any]:
        return self.random.sample(choices, self.random.randint(1, 2))

    def account(self) -> str:
        return self.one(ACCOUNT, ACCOUNT, PARTNER)

    def arn(self) -> str:
        account = self.account()
        return self.one(
            f"arn:aws:iam::{account}:user/{self.one(*USERS)}",
            f"arn:aws:iam::{account}:role/{self.one(*ROLES)}",
            f"arn:aws:sts::{account}:assumed-role/{self.one(*ROLES)}/one",
            f"arn:aws:sts::{account}:federated-user/guest",
            account,
        )

    def policy_arn(self) -> str:
        return self.one(
            f"arn:aws:iam::{self.account()}:policy/{self.one(*POLICIES)}", "arn:aws:iam::aws:policy/AmazonSESFullAccess"
        )

    def identity_arn(self) -> str:
        account = self.account()
        return identity_arn(IDENTITIES[account], account)

    def statement(self, **more: Any) -> dict[str, Any]:
        told = {
            "Effect": self.one("Allow", "Allow", "Allow", "Deny"),
            "Action" if "Action" in more else self.one("Action", "Action", "Action", "NotAction"): self.some(ACTIONS),
            "Resource": self.one("*", "*", self.identity_arn(), "arn:aws:ses:*:*:identity/${aws:PrincipalTag/team}.com"),
            **more,
        }
        condition = self.one(
            None, None,
            {"StringEquals": {"aws:PrincipalTag/team": self.one("example", "red")}},
            {"StringNotEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}},
            {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{self.one(*ROLES)}"}},
            {"ForAnyValue:StringLike": {"ses:Recipients": "*@example.net"}},
            {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
            {"StringLike": {"aws:userid": "*:one", "aws:UserAgent": "Boto3*"}},
        )  # fmt: skip
        return told if condition is None else {**told, "Condition": condition}

    def policy(self) -> str:
        return document(*(self.statement() for _ in range(self.random.randint(1, 3))))

    def of_identity(self, identity: str) -> str:
        principal = self.one({"AWS": self.arn()}, {"AWS": [self.arn(), self.arn()]}, "*")
        actions = {"Action": self.one("ses:SendEmail", ["ses:Send*"])}
        element = self.one("Principal", "Principal", "NotPrincipal")
        return document({"Effect": self.one("Allow", "Allow", "Deny"), element: principal, **actions, "Resource": identity})

    def of_trust(self) -> str:
        return document(
            {
                "Effect": self.one(*["Allow"] * 7, "Deny"),
                "Principal": {"AWS": self.one(self.account(), self.account(), self.arn())},
                "Action": ["sts:AssumeRole", *self.one([], ["sts:TagSession", "sts:SetSourceIdentity"])],
            }
        )

    def of_control(self) -> str:
        return document(self.statement(Principal="*", Effect="Deny") if self.one(True, False) else self.statement(Resource="*"))

    def tags(self) -> list[dict[str, str]]:
        return [{"Key": self.one("team", "Team", "site"), "Value": self.one("example", "red", "")}]


Draw = Callable[[World], dict[str, Any]]


def user(world: World) -> dict[str, Any]:
    return {"UserName": world.one(*USERS)}


def role(world: World) -> dict[str, Any]:
    return {"RoleName": world.one(*ROLES)}


def managed(world: World) -> dict[str, Any]:
    return {"PolicyArn": world.policy_arn()}


def target(world: World) -> dict[str, Any]:
    return {"PolicyId": world.one(*world.control), "TargetId": world.one(*world.targets)}


def mail(world: World) -> dict[str, Any]:
    to = {"ToAddresses": [world.one("a@example.net", "b@example.org")]}
    body = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}
    more = world.one(
        {}, {"SourceArn": world.identity_arn()}, {"ReturnPath": "b@partner.example"}, {"ConfigurationSetName": "set"}
    )
    return {"Source": f"news@{world.one(*IDENTITIES.values())}", "Destination": to, "Message": body, **more}


def session(world: World) -> dict[str, Any]:
    return {
        **world.one({}, {}, {"Policy": world.policy()}, {"PolicyArns": [{"arn": world.policy_arn()}]}),
        **world.one({}, {}, {"Tags": world.tags()}),
    }


def assumption(world: World) -> dict[str, Any]:
    more = world.one({}, {}, {"SourceIdentity": "ada"}, {"ExternalId": "x-7"})
    arn = f"arn:aws:iam::{world.account()}:role/{world.one(*ROLES)}"
    return {"RoleArn": arn, "RoleSessionName": world.one("one", "two"), **session(world), **more}


def share(world: World) -> dict[str, Any]:
    account = world.account()
    policy = world.of_identity(identity_arn(IDENTITIES[account], account))
    return {"Identity": IDENTITIES[account], "PolicyName": "share", "Policy": policy}


CALLS: list[tuple[str, str, Draw]] = [
    ("iam", "create_user", user),
    ("iam", "delete_user", user),
    ("iam", "put_user_policy", lambda w: {**user(w), "PolicyName": "own", "PolicyDocument": w.policy()}),
    ("iam", "delete_user_policy", lambda w: {**user(w), "PolicyName": "own"}),
    ("iam", "attach_user_policy", lambda w: {**user(w), **managed(w)}),
    ("iam", "detach_user_policy", lambda w: {**user(w), **managed(w)}),
    ("iam", "put_user_permissions_boundary", lambda w: {**user(w), "PermissionsBoundary": w.policy_arn()}),
    ("iam", "delete_user_permissions_boundary", user),
    ("iam", "tag_user", lambda w: {**user(w), "Tags": w.tags()}),
    ("iam", "create_access_key", user),
    ("iam", "list_users", lambda _w: {}),
    ("iam", "create_group", lambda w: {"GroupName": w.one(*GROUPS)}),
    ("iam", "add_user_to_group", lambda w: {**user(w), "GroupName": w.one(*GROUPS)}),
    ("iam", "remove_user_from_group", lambda w: {**user(w), "GroupName": w.one(*GROUPS)}),
    ("iam", "put_group_policy", lambda w: {"GroupName": w.one(*GROUPS), "PolicyName": "own", "PolicyDocument": w.policy()}),
    ("iam", "create_role", lambda w: {**role(w), "AssumeRolePolicyDocument": w.of_trust()}),
    ("iam", "delete_role", role),
    ("iam", "update_assume_role_policy", lambda w: {**role(w), "PolicyDocument": w.of_trust()}),
    ("iam", "put_role_policy", lambda w: {**role(w), "PolicyName": "own", "PolicyDocument": w.policy()}),
    ("iam", "delete_role_policy", lambda w: {**role(w), "PolicyName": "own"}),
    ("iam", "put_role_permissions_boundary", lambda w: {**role(w), "PermissionsBoundary": w.policy_arn()}),
    ("iam", "delete_role_permissions_boundary", role),
    ("iam", "tag_role", lambda w: {**role(w), "Tags": w.tags()}),
    ("iam", "create_policy", lambda w: {"PolicyName": w.one(*POLICIES), "PolicyDocument": w.policy()}),
    ("iam", "create_policy_version", lambda w: {**managed(w), "PolicyDocument": w.policy(), "SetAsDefault": True}),
    ("iam", "delete_policy_version", lambda w: {**managed(w), "VersionId": w.one("v1", "v2", "v3")}),
    ("iam", "delete_policy", managed),
    ("iam", "get_account_authorization_details", lambda _w: {}),
    ("iam", "simulate_principal_policy", lambda w: {"PolicySourceArn": w.arn(), "ActionNames": ["ses:SendEmail"]}),
    ("sts", "get_caller_identity", lambda _w: {}),
    ("sts", "get_session_token", lambda _w: {}),
    ("sts", "get_federation_token", lambda w: {"Name": "guest", **session(w)}),
    ("sts", "decode_authorization_message", lambda w: {"EncodedMessage": w.one(*w.ids)}),
    ("iam-toolbox", "get_request_authorization_details", lambda w: {"authorizationId": w.one(*w.ids)}),
    ("organizations", "create_policy", lambda w: {
        "Name": w.one("x", "y", "z"), "Description": "", "Type": w.one(SCP, RCP), "Content": w.of_control()}),
    ("organizations", "update_policy", lambda w: {"PolicyId": w.one(*w.control), "Content": w.of_control()}),
    ("organizations", "attach_policy", target),
    ("organizations", "detach_policy", target),
    ("organizations", "delete_policy", lambda w: {"PolicyId": w.one(*w.control)}),
    ("organizations", "move_account", lambda w: {
        "AccountId": w.account(), "SourceParentId": w.one(*w.targets), "DestinationParentId": w.one(*w.targets)}),
    ("organizations", "describe_organization", lambda _w: {}),
    ("ses", "put_identity_policy", share),
    ("ses", "delete_identity_policy", lambda w: {"Identity": w.one(*IDENTITIES.values()), "PolicyName": "share"}),
    ("sesv2", "list_email_identities", lambda _w: {}),
    *[("sts", "assume_role", assumption)] * 5,
    *[("ses", "send_email", mail)] * 8,
]  # fmt: skip


def state(live: Live) -> bytes:
    return hashlib.sha256(repr(everything(live)).encode()).digest()


def make_world(live: Live, seed: int) -> World:
    """Two accounts of one organization, and somebody in each."""
    partner = make_account(live, PARTNER)
    organized = organize(live)
    organized.enable(RCP)
    organized.join(PARTNER, partner)
    unit = organized.unit("unit")
    world = World(
        live,
        seed,
        random.Random(seed),  # noqa: S311 -- an order, not a secret
        [(ROOT_KEY, ROOT_SECRET, None), (*partner, None)],
        [organized.root, unit, ACCOUNT, PARTNER],
    )
    for account, root in ((ACCOUNT, ()), (PARTNER, partner)):
        live.client("ses", *root).verify_domain_identity(Domain=IDENTITIES[account])
        iam = live.client("iam", *root)
        for name in USERS:
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(allow(["sts:*", "ses:*"])))
            key = iam.create_access_key(UserName=name)["AccessKey"]
            world.keys.append((key["AccessKeyId"], key["SecretAccessKey"], None))
        for name in ROLES:
            open_to_all = document(*(trust({"AWS": each}, ASSUME) for each in IDENTITIES))
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=open_to_all)
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(allow("*")))
    guards = [
        organized.guard(unit, allow(["ses:*", *world.some(ACTIONS)])),
        organized.guard(PARTNER, world.statement(Effect="Deny", Principal="*", Action="sts:AssumeRole"), type=RCP),
    ]
    organized.client.detach_policy(PolicyId=FULL_ACCESS, TargetId=unit)
    organized.move(PARTNER, unit)
    world.control += guards
    world.state = state(live)
    return world


def learn(world: World, answer: dict[str, Any]) -> None:
    """New callers and policies, from what a call answers."""
    made = answer.get("Credentials") or answer.get("AccessKey")
    if made is not None:
        world.keys.append((made["AccessKeyId"], made["SecretAccessKey"], made.get("SessionToken")))
        if len(world.keys) > MOST_CALLERS:
            world.keys.pop(2)
    summary = answer.get("Policy", {}).get("PolicySummary") if isinstance(answer.get("Policy"), dict) else None
    if summary is not None:
        world.control.append(summary["Id"])
