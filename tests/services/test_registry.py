"""What holds of every declared operation."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatepost.access.credentials import Caller
from gatepost.aws.call import Call, Origin
from gatepost.aws.operation import REGISTRY, Need, Operation
from gatepost.policy import catalogue
from gatepost.policy.decide import Policies, decide
from gatepost.policy.principal import Principal
from gatepost.policy.request import Request
from gatepost.services.registry import ROUTES
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.organizations.control_policies import ControlPolicy, create_control_policy
from gatepost.store.organizations.handshakes import Handshake, HandshakeAction, HandshakeState, create_handshake
from gatepost.store.organizations.members import JoinedMethod, add_member
from gatepost.store.organizations.organization import (
    ControlPolicyType,
    FeatureSet,
    Organization,
    create_organization,
)
from gatepost.store.organizations.tags import tag
from gatepost.store.organizations.units import Unit, create_unit
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

ACCOUNT = "123456789012"
ALICE = Caller(ACCOUNT, Principal.of(f"arn:aws:iam::{ACCOUNT}:user/alice", unique_id="AIDAALICE"), "alice")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# What nobody signs is decided by a token (`clients/test_web_identity.py`).
SIGNED = [each for each in REGISTRY.values() if each.identify is None]
OPERATIONS = [pytest.param(each, id=f"{each.service}:{each.name}") for each in SIGNED]
# AWS: no permission is needed, and none can be denied.
FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}
RAW = b"From: a@example.com\r\nTo: b@example.com\r\n\r\nx"
EXAMPLES: dict[str, Any] = {
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/p",
    "OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example.com",
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/mailer",
    "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:user/alice",
    "Source": "a@example.com",
    "FromEmailAddress": "a@example.com",
    "Destination": {"ToAddresses": ["b@example.com"]},
    "Message": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}},
    "Content": {"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}},
    "RawMessage": {"Data": RAW},
    "ConfigurationSet": {"Name": "x"},
    "Tags": [{"Key": "k", "Value": "v"}],
    "TagKeys": ["k"],
    "analyzerArn": f"arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/ours",
    "resourceArn": f"arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/ours",
    "tags": {"k": "v"},
    "AccountId": ACCOUNT,
    "ChildId": "ou-abcd-12345678",
    "DestinationParentId": "ou-abcd-12345678",
    "Filter": "SERVICE_CONTROL_POLICY",
    "HandshakeId": "h-0123456789",
    "OrganizationalUnitId": "ou-abcd-12345678",
    "ParentId": "r-abcd",
    "PolicyId": "p-0123456789",
    "PolicyType": "RESOURCE_CONTROL_POLICY",
    "ResourceId": "p-0123456789",
    "RootId": "r-abcd",
    "SourceParentId": "r-abcd",
    "Target": {"Type": "ACCOUNT", "Id": "444455556666"},
    "TargetId": "ou-abcd-12345678",
    "Type": "SERVICE_CONTROL_POLICY",
}


def make(tx: Transaction) -> None:
    """The first account, and the organization that it manages."""
    bootstrap(tx, Root(ACCOUNT), NOW)
    organization = Organization("o-0123456789", ACCOUNT, "r-abcd", FeatureSet.ALL, (ControlPolicyType.SCP,), NOW)
    create_organization(tx, organization)
    add_member(tx, organization, ACCOUNT, JoinedMethod.INVITED, NOW)
    create_unit(tx, Unit("ou-abcd-12345678", organization.id, organization.root, "unit", NOW))
    policy = ControlPolicy("p-0123456789", "", ControlPolicyType.SCP, "policy", "", "{}")
    create_control_policy(tx, organization, policy, NOW)
    tag(tx, organization, policy.id, {"team": "mail"})
    invitation = HandshakeAction.INVITE, organization.id, ACCOUNT, "EMAIL", "a@example.com", HandshakeState.OPEN, NOW
    create_handshake(tx, Handshake("h-0123456789", *invitation, NOW + timedelta(days=15), "ALL"))


@pytest.fixture(scope="module")
def tx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transaction]:
    data = tmp_path_factory.mktemp("store")
    database = Database.open(f"sqlite:///{data / 'x.db'}", keyring=Keyring.of(data), memory=Memory())
    run_once(database, make)
    with database.reader() as reading:
        yield reading
    database.close()


def needs_of(operation: Operation, tx: Transaction) -> list[Need]:
    given = {
        member: EXAMPLES.get(member, "example")
        for member, required in operation.shape.input_members.items()
        if required or member in ("FromEmailAddress", "Destination") or member == operation.name.removeprefix("Create") + "Name"
    }
    origin = Origin("203.0.113.1", "tests", secure=True)
    call = Call(operation.service, operation.name, given, ALICE, "us-east-1", "id", NOW, NOW, origin)
    parsed = None if operation.parse is None else operation.parse(call, tx, **operation.arguments(call))
    return list(operation.needs(call, parsed, tx))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_without_policies_it_is_denied(operation: Operation, tx: Transaction) -> None:
    needs = needs_of(operation, tx)
    assert needs or (operation.service, operation.name) in FREE
    for need in needs:
        request = Request(ALICE.principal, need.action, need.resource, need.resource_account, need.context)
        assert not decide(request, Policies()).allowed


@pytest.mark.parametrize("operation", OPERATIONS)
def test_its_actions_resources_and_keys_are_the_catalogues(operation: Operation, tx: Transaction) -> None:
    for need in needs_of(operation, tx):
        action = catalogue.action(need.action)
        assert action is not None, need.action
        for key in need.context:
            assert catalogue.condition_key(key) is not None, key
        if need.resource != "*" and not need.resource.endswith((":user/", ":group/", ":role/", ":policy/")):
            forms = [catalogue.resource_arn(action.service, kind) for kind in action.resource_types]
            patterns = [re.sub(r"\\\$\\\{\w+\\\}", ".+", re.escape(form)) for form in forms]
            assert any(re.fullmatch(pattern.replace("iam::.+:", r"iam::\d+:"), need.resource) for pattern in patterns), (
                need.resource
            )


def test_every_operation_is_routed() -> None:
    assert {service for service, _ in REGISTRY} == {service.name for service in ROUTES._services}  # noqa: SLF001 -- the list itself


def test_nothing_calls_a_handler_but_the_pipeline() -> None:
    assert not any(callable(operation) for operation in REGISTRY.values())
    source = Path(__file__).parents[2] / "src/gatepost"
    calling = [file for file in source.rglob("*.py") if ".handler(" in file.read_text()]
    assert [file.name for file in calling] == ["pipeline.py"]
