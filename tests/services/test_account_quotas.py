"""The quotas that are too large to be reached through the API in a test: users, roles, policies and versions of an account."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert

import gatepost.services.registry  # noqa: F401  # declares the operations
from gatepost.access.credentials import caller_of_root
from gatepost.aws.call import Call, Origin, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import REGISTRY
from gatepost.store import schema
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

ACCOUNT = "123456789012"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:*", "Resource": "*"}]})
TRUST = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
)
Row = dict[str, Any]


def entity(number: int) -> Row:
    name = f"n{number}"
    return {"id": f"ID{number}", "account": ACCOUNT, "name": name, "name_key": name, "path": "/", "created_at": NOW, "tags": {}}


def role(number: int) -> Row:
    return {**entity(number), "trust_policy": TRUST, "principal_ids": {}, "max_session_seconds": 3600}


def policy(number: int) -> Row:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/n{number}"
    return {**entity(number), "arn": arn, "default_version": 1, "next_version": 2, "updated_at": NOW}


def version(number: int) -> Row:
    return {"policy_id": "ID0", "version": number + 2, "document": ALLOW, "created_at": NOW}


@dataclass(frozen=True)
class Quota:
    """Rows up to one before the quota, what makes one more, and what is said of one too many."""

    rows: list[tuple[Table, list[Row]]]
    operation: str
    given: Callable[[str], Shape]
    error: str


QUOTAS = {
    "users": Quota(
        [(schema.users, [entity(number) for number in range(4999)])],
        "CreateUser",
        lambda name: {"UserName": name},
        "Cannot exceed quota for UsersPerAccount: 5000",
    ),
    "roles": Quota(
        [(schema.roles, [role(number) for number in range(999)])],
        "CreateRole",
        lambda name: {"RoleName": name, "AssumeRolePolicyDocument": TRUST},
        "Cannot exceed quota for RolesPerAccount: 1000",
    ),
    "policies": Quota(
        [(schema.managed_policies, [policy(number) for number in range(1499)])],
        "CreatePolicy",
        lambda name: {"PolicyName": name, "PolicyDocument": ALLOW},
        "Cannot exceed quota for PoliciesPerAccount: 1500",
    ),
    "versions of policies": Quota(
        [
            (schema.managed_policies, [policy(0)]),
            (schema.managed_policy_versions, [version(number) for number in range(9999)]),
        ],
        "CreatePolicy",
        lambda name: {"PolicyName": name, "PolicyDocument": ALLOW},
        "Cannot exceed quota for PolicyVersionsInUse: 10000",
    ),
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'x.db'}", keyring=Keyring.of(tmp_path), memory=Memory())
    run_once(opened, lambda tx: bootstrap(tx, Root(ACCOUNT), NOW))
    yield opened
    opened.close()


def handled(tx: Transaction, operation: str, given: Shape) -> object:
    """What the root user's call of an operation does, without its decision."""
    origin = Origin("203.0.113.1", "tests", secure=True)
    call = Call("iam", operation, given, caller_of_root(ACCOUNT), "us-east-1", "id", NOW, NOW, origin)
    declared = REGISTRY["iam", operation]
    return declared.handler(call, tx, **declared.arguments(call))


@pytest.mark.parametrize("name", QUOTAS)
def test_the_last_one_is_taken_and_one_more_is_not(database: Database, name: str) -> None:
    quota = QUOTAS[name]

    def fill_and_pass(tx: Transaction) -> str:
        for table, rows in quota.rows:
            tx.execute(insert(table), rows)
        handled(tx, quota.operation, quota.given("last"))
        with pytest.raises(AwsError) as refused:
            handled(tx, quota.operation, quota.given("more"))
        assert refused.value.code == "LimitExceeded"
        return refused.value.message

    assert run_once(database, fill_and_pass) == quota.error
