"""Placement are held until something on the tree changes, and then read anew."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatepost.access.placement import NONE, Placement, placement
from gatepost.policy.match import PolicySource
from gatepost.store.accounts import create_account
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Cold, Memory
from gatepost.store.organizations.attachments import attach, attach_defaults, detach
from gatepost.store.organizations.control_policies import (
    FULL_AWS_ACCESS,
    ControlPolicy,
    create_control_policy,
    update_control_policy,
)
from gatepost.store.organizations.members import JoinedMethod, add_member, get_member, move_member, remove_member
from gatepost.store.organizations.organization import (
    ControlPolicyType,
    FeatureSet,
    Organization,
    create_organization,
    set_policy_types,
)
from gatepost.store.organizations.units import Unit, create_unit
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MANAGER, MEMBER, STRANGER = "111111111111", "222222222222", "333333333333"
TYPES = (ControlPolicyType.RCP, ControlPolicyType.SCP)
OURS = Organization("o-0123456789", MANAGER, "r-abcd", FeatureSet.ALL, TYPES, NOW)
OUTER = Unit("ou-abcd-11111111", OURS.id, OURS.root, "outer", NOW)
INNER = Unit("ou-abcd-22222222", OURS.id, OUTER.id, "inner", NOW)
DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "ses:*", "Resource": "*"}}'
POLICY = ControlPolicy("p-0123456789", "arn:p", ControlPolicyType.SCP, "no mail", "", DOCUMENT)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An organization whose member is in a unit of a unit."""
    opened = Database.open(f"sqlite:///{tmp_path / 'x.db'}", keyring=Keyring.of(tmp_path), memory=Memory())
    run_once(opened, _make)
    yield opened
    opened.close()


def _make(tx: Transaction) -> None:
    for account in (MANAGER, MEMBER, STRANGER):
        create_account(tx, account, "", NOW)
    create_organization(tx, OURS)
    for unit in (OUTER, INNER):
        create_unit(tx, unit)
    for account in (MANAGER, MEMBER):
        add_member(tx, OURS, account, JoinedMethod.INVITED, NOW)
    for target in (OURS.root, OUTER.id, INNER.id, MANAGER, MEMBER):
        attach_defaults(tx, OURS, target, NOW)
    create_control_policy(tx, OURS, POLICY, NOW)
    _move(tx, INNER.id)


def _move(tx: Transaction, parent: str) -> None:
    member = get_member(tx, OURS, MEMBER)
    assert member is not None
    move_member(tx, member, parent)


def _remove(tx: Transaction) -> None:
    member = get_member(tx, OURS, MEMBER)
    assert member is not None
    remove_member(tx, OURS, member)


def of(database: Database, account: str) -> Placement:
    with database.reader() as tx:
        return placement(tx, account)


def test_every_level_is_there_from_the_root_to_the_account(database: Database) -> None:
    place = of(database, MEMBER)
    assert (place.organization_id, place.path) == (OURS.id, f"{OURS.id}/r-abcd/{OUTER.id}/{INNER.id}/")
    targets = [
        OURS.root_arn,
        OURS.arn_of("ou", OUTER.id),
        OURS.arn_of("ou", INNER.id),
        OURS.account_arn(MEMBER),
    ]
    for levels, source in ((place.scps, PolicySource.SCP), (place.rcps, PolicySource.RCP)):
        assert levels is not None
        assert [level.target for level in levels] == targets
        assert {(each.source, each.label) for level in levels for each in level.attached} == {
            (source, "RCPFullAWSAccess" if source is PolicySource.RCP else "FullAWSAccess")
        }


def test_an_attached_policy_says_what_it_is_and_where_it_hangs(database: Database) -> None:
    run_once(database, lambda tx: attach(tx, OURS, OUTER.id, POLICY.id, NOW + timedelta(days=1)))
    (_, level, *_) = of(database, MEMBER).scps or ()
    attached = level.attached[-1]
    arn = f"arn:aws:organizations::{MANAGER}:policy/{OURS.id}/service_control_policy/{POLICY.id}"
    assert (attached.name, attached.owner, attached.label) == (arn, OURS.arn_of("ou", OUTER.id), "no mail")


def test_neither_binds_the_manager_nor_a_stranger(database: Database) -> None:
    assert of(database, MANAGER) == Placement(OURS.id, f"{OURS.id}/r-abcd/")
    assert of(database, STRANGER) == of(database, "999999999999") == NONE


def test_a_type_that_is_not_enabled_binds_nobody(database: Database) -> None:
    run_once(database, lambda tx: set_policy_types(tx, OURS, (ControlPolicyType.SCP,)))
    place = of(database, MEMBER)
    assert place.rcps is None
    assert place.scps is not None


def test_members_share_the_levels_above_them(database: Database) -> None:
    def join(tx: Transaction) -> None:
        add_member(tx, OURS, STRANGER, JoinedMethod.INVITED, NOW)
        attach_defaults(tx, OURS, STRANGER, NOW)

    run_once(database, join)
    first, second = of(database, MEMBER).scps or (), of(database, STRANGER).scps or ()
    assert first[0] is second[0]


CHANGES: dict[str, Callable[[Transaction], object]] = {
    "attached": lambda tx: attach(tx, OURS, OURS.root, POLICY.id, NOW),
    "detached": lambda tx: detach(tx, OURS, MEMBER, FULL_AWS_ACCESS.id),
    "rewritten": lambda tx: update_control_policy(tx, OURS, replace(POLICY, document=DOCUMENT.replace("ses", "iam"))),
    "moved": lambda tx: _move(tx, OURS.root),
    "removed": _remove,
    "type disabled": lambda tx: set_policy_types(tx, OURS, ()),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("account", [MANAGER, MEMBER, STRANGER])
def test_what_is_held_is_dropped_by_a_change_and_by_nothing_else(database: Database, account: str, change: str) -> None:
    held = database.memory.held()
    with pytest.raises(Cold):
        placement(held, account)
    first = of(database, account)
    assert placement(held, account) is first
    run_once(database, lambda tx: create_account(tx, "444444444444", "", NOW))
    assert placement(held, account) is first, "an account more changes no place"
    run_once(database, CHANGES[change])
    with pytest.raises(Cold):
        placement(held, account)
    assert of(database, account) is placement(held, account)
