"""What holds of every declared operation."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
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
from gatepost.services import ROUTES
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

ACCOUNT = "123456789012"
ALICE = Caller(ACCOUNT, Principal.of(f"arn:aws:iam::{ACCOUNT}:user/alice", unique_id="AIDAALICE"), "alice")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPERATIONS = [pytest.param(each, id=f"{each.service}:{each.name}") for each in REGISTRY.values()]
# AWS: no permission is needed, and none can be denied.
FREE = {("sts", "GetCallerIdentity")}
RAW = b"From: a@example.com\r\nTo: b@example.com\r\n\r\nx"
EXAMPLES: dict[str, Any] = {
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/p",
    "OpenIDConnectProviderArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example.com",
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
}


@pytest.fixture(scope="module")
def tx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transaction]:
    data = tmp_path_factory.mktemp("store")
    database = Database.open(f"sqlite:///{data / 'x.db'}", keyring=Keyring.of(data), memory=Memory())
    run_once(database, lambda writing: bootstrap(writing, Root(ACCOUNT), NOW))
    with database.reader() as reading:
        yield reading
    database.close()


def needs_of(operation: Operation, tx: Transaction) -> list[Need]:
    given = {
        member: EXAMPLES.get(member, "example")
        for member, required in operation.shape.input_members.items()
        if required or member in ("FromEmailAddress", "Destination")
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
