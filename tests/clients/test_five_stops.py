"""The whole story with the aws CLI: a role of one account, assumed from another, sends through that one's identity.

Each of five layers stops it in turn; for each, the error's text, boto3's `iam-toolbox` client and `gatepost explain` name the very
statement. With the stop taken away, the next message goes out.
"""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from clients.organization import RCP, Managed, organize
from clients.people import EXPLAINED, PARTNER, Person, allow, deny, document, identity_arn, make_user
from live import BIN, Live

OWNER = "111122223333"  # account A: its identity, and alice who assumes
# account B: PARTNER, with the role
DOMAIN = identity_arn("example.com", OWNER)
SENDER = f"arn:aws:iam::{PARTNER}:role/sender"
SEND = ["ses:SendEmail", "ses:SendRawEmail"]
FULL = allow("*")


def account(live: Live, number: str) -> tuple[str, str]:
    """An account's root key."""
    command = [str(BIN / "gatepost"), "account", "create", number, "--data", str(live.data)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    key, secret = (line.partition("=")[2] for line in printed.splitlines())
    return key, secret


@dataclass(frozen=True)
class Stage:
    """The organization, both accounts' root keys, and alice of account A."""

    live: Live
    managed: Managed
    owner: tuple[str, str]
    partner: tuple[str, str]
    alice: Person

    def aws(self, *arguments: str, root: tuple[str, str] | None = None, **more: Any) -> Any:
        """What a command of the CLI prints, as root of an account or as alice."""
        key, secret = root or (self.alice.key, self.alice.secret)
        ran = self.live.aws(*arguments, key=key, secret=secret, **more)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout or "null")

    def assume(self, policy: str | None = None) -> tuple[str, str, str]:
        """Credentials of the role in account B, by its external ID and with a session policy."""
        narrow = policy or document(allow("ses:Send*", Sid="OnlySend"))
        answer = self.aws(
            "sts", "assume-role", "--role-arn", SENDER, "--role-session-name", "newsletter",
            "--external-id", "partner-7", "--policy", narrow,
        )  # fmt: skip
        given = answer["Credentials"]
        return given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]

    def send(self, credentials: tuple[str, str, str]) -> subprocess.CompletedProcess[str]:
        """One message through account A's identity."""
        key, secret, token = credentials
        return self.live.aws(
            "ses", "send-email", "--from", "news@example.com", "--to", "you@example.net", "--subject", "Hello",
            "--text", "Hello", "--source-arn", DOMAIN, key=key, secret=secret, token=token,
        )  # fmt: skip

    def explain(self, authorization_id: str) -> str:
        """What `gatepost explain` prints of a denial."""
        command = [str(BIN / "gatepost"), "explain", authorization_id, "--data", str(self.live.data)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 1, ran.stderr
        return ran.stdout


@pytest.fixture(scope="module")
def stage(server: Live) -> Stage:
    server.reset()
    owner, partner = account(server, OWNER), account(server, PARTNER)
    managed = organize(server)
    managed.join(OWNER, owner)
    managed.join(PARTNER, partner)
    managed.enable(RCP)
    stage = Stage(server, managed, owner, partner, make_user(server, "alice", owner))
    stage.aws("ses", "verify-domain-identity", "--domain", "example.com", root=owner)
    stage.aws(
        "ses", "put-identity-policy", "--identity", "example.com", "--policy-name", "partner",
        "--policy", document(allow(SEND, DOMAIN, Principal={"AWS": PARTNER})), root=owner,
    )  # fmt: skip
    trusting = {
        "Effect": "Allow",
        "Principal": {"AWS": stage.alice.arn},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "partner-7"}},
    }
    stage.aws("iam", "create-role", "--role-name", "sender", "--assume-role-policy-document", document(trusting), root=partner)
    stage.aws(
        "iam", "put-role-policy", "--role-name", "sender", "--policy-name", "send",
        "--policy-document", document(allow("ses:*", Sid="All")), root=partner,
    )  # fmt: skip
    stage.aws(
        "iam", "put-user-policy", "--user-name", "alice", "--policy-name", "assume",
        "--policy-document", document(allow("sts:AssumeRole", SENDER)), root=owner,
    )  # fmt: skip
    return stage


Undo = Callable[[], Any]


def by_boundary(stage: Stage) -> Undo:
    iam = stage.live.client("iam", *stage.partner)
    arn = iam.create_policy(PolicyName="limit", PolicyDocument=document(FULL, deny("ses:*", Sid="BoundaryStop")))["Policy"][
        "Arn"
    ]
    stage.aws(
        "iam", "put-role-permissions-boundary", "--role-name", "sender", "--permissions-boundary", arn, root=stage.partner
    )
    return lambda: stage.aws("iam", "delete-role-permissions-boundary", "--role-name", "sender", root=stage.partner)


def by_session_policy(_stage: Stage) -> Undo:
    return lambda: None  # it goes with the session


def by_scp(stage: Stage) -> Undo:
    return by_control_policy(stage, "ScpStop", PARTNER, "SERVICE_CONTROL_POLICY", {})


def by_rcp(stage: Stage) -> Undo:
    return by_control_policy(stage, "RcpStop", OWNER, RCP, {"Principal": "*"})


def by_control_policy(stage: Stage, sid: str, target: str, kind: str, more: dict[str, Any]) -> Undo:
    content = document(deny("ses:Send*", Sid=sid, **more))
    made = stage.managed.client.create_policy(Name=sid, Description="", Type=kind, Content=content)["Policy"]["PolicySummary"][
        "Id"
    ]
    ran = stage.live.aws("organizations", "attach-policy", "--policy-id", made, "--target-id", target)
    assert ran.returncode == 0, ran.stderr
    return lambda: stage.live.aws("organizations", "detach-policy", "--policy-id", made, "--target-id", target)


def by_resource_policy(stage: Stage) -> Undo:
    closed = deny(SEND, DOMAIN, Sid="ResourceStop", Principal={"AWS": SENDER})
    stage.aws(
        "ses", "put-identity-policy", "--identity", "example.com", "--policy-name", "closed", "--policy", document(closed),
        root=stage.owner,
    )  # fmt: skip
    return lambda: stage.aws(
        "ses", "delete-identity-policy", "--identity", "example.com", "--policy-name", "closed", root=stage.owner
    )


CONTROL = r"arn:aws:organizations::\d{12}:policy/o-\w+"
STOPS = {
    "BoundaryStop": (by_boundary, "PERMISSIONS_BOUNDARY", "a permissions boundary: arn:aws:iam::444455556666:policy/limit"),
    "SessionStop": (by_session_policy, "SESSION", "a session policy"),
    "ScpStop": (by_scp, "SERVICE_CONTROL_POLICY", rf"a service control policy: {CONTROL}/service_control_policy/p-\w+"),
    "RcpStop": (by_rcp, "RESOURCE_CONTROL_POLICY", rf"a resource control policy: {CONTROL}/resource_control_policy/p-\w+"),
    "ResourceStop": (by_resource_policy, "RESOURCE", r"a resource-based policy: closed \(of identity/example.com\)"),
}


@pytest.mark.parametrize("sid", STOPS)
def test_each_layer_stops_the_message_and_is_named(stage: Stage, sid: str) -> None:
    put, check, words = STOPS[sid]
    session_policy = document(allow("ses:*"), deny("ses:*", Sid=sid)) if sid == "SessionStop" else None
    undo = put(stage)
    try:
        assert_stopped(stage, stage.send(stage.assume(session_policy)), sid, check, words)
    finally:
        undo()
    assert stage.send(stage.assume()).returncode == 0, "and without it the message goes out"


def assert_stopped(stage: Stage, stopped: subprocess.CompletedProcess[str], sid: str, check: str, words: str) -> None:
    assert stopped.returncode != 0
    assert "(AccessDenied) when calling the SendEmail operation" in stopped.stderr
    assert re.search(f"with an explicit deny in {words}\\. For complete details", stopped.stderr), stopped.stderr
    explained = EXPLAINED.search(stopped.stderr)
    assert explained is not None
    toolbox = stage.live.client("iam-toolbox", *stage.partner)
    (evaluation,) = toolbox.get_request_authorization_details(authorizationId=explained.group(1))["evaluations"]
    denying = [each for each in evaluation["checks"] if each["evaluatedEffect"] == "EXPLICIT_DENY"]
    assert [each["checkType"] for each in denying] == [check]
    matched = [statement for policy in denying[0]["matchedPolicies"] for statement in policy["matchedStatements"]]
    assert matched == [{"sid": sid, "evaluatedEffect": "DENY"}]
    assert sid in stage.explain(explained.group(1))


def test_a_wrong_external_id_does_not_assume(stage: Stage) -> None:
    ran = stage.live.aws(
        "sts", "assume-role", "--role-arn", SENDER, "--role-session-name", "newsletter", "--external-id", "other",
        key=stage.alice.key, secret=stage.alice.secret,
    )  # fmt: skip
    assert "(AccessDenied) when calling the AssumeRole operation" in ran.stderr
