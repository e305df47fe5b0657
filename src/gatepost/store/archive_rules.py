"""Archive rules of an analyzer: new findings that meet one are archived at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from gatepost.store.analyzers import Analyzer
from gatepost.store.schema import archive_rules
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class ArchiveRule:
    """A rule. `filter` has the criteria by key: `{"resource": {"contains": ["example.com"]}}`; all must hold."""

    name: str
    filter: Mapping[str, Any]  # the API's FilterCriteriaMap
    created_at: datetime
    updated_at: datetime


def create_archive_rule(tx: Transaction, analyzer: Analyzer, rule: ArchiveRule) -> None:
    """Keep a new rule."""
    tx.execute(
        insert(archive_rules).values(
            account=analyzer.account,
            region=analyzer.region,
            analyzer=analyzer.name,
            name=rule.name,
            filter=dict(rule.filter),
            created_at=rule.created_at,
            updated_at=rule.updated_at,
        )
    )


def get_archive_rule(tx: Transaction, analyzer: Analyzer, name: str) -> ArchiveRule | None:
    """The rule of a name."""
    row = tx.execute(select(archive_rules).where(_of(analyzer), archive_rules.c.name == name)).one_or_none()
    return None if row is None else _rule(row)


def list_archive_rules(tx: Transaction, analyzer: Analyzer) -> tuple[ArchiveRule, ...]:
    """An analyzer's rules, by name."""
    return tuple(map(_rule, tx.execute(select(archive_rules).where(_of(analyzer)).order_by(archive_rules.c.name))))


def set_filter(tx: Transaction, analyzer: Analyzer, name: str, criteria: Mapping[str, Any], now: datetime) -> None:
    """Replace a rule's criteria."""
    where = _of(analyzer) & (archive_rules.c.name == name)
    tx.execute(update(archive_rules).where(where).values(filter=dict(criteria), updated_at=now))


def delete_archive_rule(tx: Transaction, analyzer: Analyzer, name: str) -> None:
    """Delete a rule; what it has archived stays archived."""
    tx.execute(delete(archive_rules).where(_of(analyzer), archive_rules.c.name == name))


def _of(analyzer: Analyzer) -> ColumnElement[bool]:
    column = archive_rules.c
    return (column.account == analyzer.account) & (column.region == analyzer.region) & (column.analyzer == analyzer.name)


def _rule(row: Row[tuple[object, ...]]) -> ArchiveRule:
    return ArchiveRule(row.name, row.filter, row.created_at, row.updated_at)
