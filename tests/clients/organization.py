"""An organization made through the API, in the words of the tests."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from clients.people import document
from live import Live

SCP = "SERVICE_CONTROL_POLICY"
RCP = "RESOURCE_CONTROL_POLICY"
FULL_ACCESS = "p-FullAWSAccess"
# What a call leaves whether or not it succeeds: its Event, the head of their chain, and the policies that decided it.
ALWAYS_WRITTEN = (
    "events", "event_kinds", "event_kind_terms", "event_terms", "event_blocks", "snapshots", "unauthenticated_events", "checkpoints",
    "installation",
)  # fmt: skip


@dataclass(frozen=True)
class Managed:
    """An organization and the client of its management account."""

    live: Live
    client: Any
    id: str
    root: str

    def unit(self, name: str, parent: str | None = None) -> str:
        """A new unit's ID."""
        made = self.client.create_organizational_unit(ParentId=parent or self.root, Name=name)
        unit_id: str = made["OrganizationalUnit"]["Id"]
        return unit_id

    def policy(self, name: str, *statements: Mapping[str, Any], type: str = SCP) -> str:  # noqa: A002 -- the API's word
        """A new policy's ID."""
        content = document(*statements)
        made = self.client.create_policy(Name=name, Description="", Type=type, Content=content)
        policy_id: str = made["Policy"]["PolicySummary"]["Id"]
        return policy_id

    def guard(self, target: str, *statements: Mapping[str, Any], type: str = SCP) -> str:  # noqa: A002 -- the API's word
        """The ID of a new policy that is attached to a target."""
        policy_id = self.policy(f"guard-{target}", *statements, type=type)
        self.client.attach_policy(PolicyId=policy_id, TargetId=target)
        return policy_id

    def join(self, account: str, root: tuple[str, str]) -> None:
        """Let an existing account join."""
        invited = self.client.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": account})
        self.live.client("organizations", *root).accept_handshake(HandshakeId=invited["Handshake"]["Id"])

    def move(self, account: str, destination: str) -> None:
        """Move an account from wherever it is."""
        source = self.client.list_parents(ChildId=account)["Parents"][0]["Id"]
        self.client.move_account(AccountId=account, SourceParentId=source, DestinationParentId=destination)

    def enable(self, type: str) -> None:  # noqa: A002 -- the API's word
        """Enable a policy type."""
        self.client.enable_policy_type(RootId=self.root, PolicyType=type)

    def attached(self, target: str, type: str = SCP) -> list[str]:  # noqa: A002 -- the API's word
        """The IDs of the policies that are attached to a target itself."""
        listed = self.client.list_policies_for_target(TargetId=target, Filter=type)["Policies"]
        return [policy["Id"] for policy in listed]


def organize(live: Live, *root: str, **options: Any) -> Managed:
    """An organization whose management account is the one of a root key, by default the first."""
    client = live.client("organizations", *root)
    made = client.create_organization(**options)["Organization"]
    return Managed(live, client, made["Id"], client.list_roots()["Roots"][0]["Id"])


def failure(call: Any, *arguments: Any, **keywords: Any) -> tuple[str, str | None]:
    """The code and the reason of the error that a call must end in."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **keywords)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400, answer
    return answer["Error"]["Code"], answer.get("Reason")


def everything(live: Live) -> dict[str, list[Any]]:
    """Every row of the store, but for what each call leaves."""
    with sqlite3.connect(f"file:{live.data / 'gatepost.db'}?mode=ro", uri=True) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: store.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 -- the store's own names
            for table in tables
            if table not in ALWAYS_WRITTEN
        }
