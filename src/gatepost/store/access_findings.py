"""Findings of external access: who outside the zone of trust is let in, kept from when it was first seen until after it is gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import ColumnElement, Row, insert, select, update

from gatepost.store.analyzers import Analyzer
from gatepost.store.schema import access_findings
from gatepost.store.transaction import Transaction


class FindingStatus(Enum):
    """What has become of a finding."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class AccessFinding:
    """One finding. `principal` is as AWS tells it: `{"AWS": "222222222222"}`; `condition` has the values by key."""

    id: str
    resource: str
    resource_type: str
    resource_owner: str
    principal: Mapping[str, str]
    action: tuple[str, ...]
    condition: Mapping[str, str]
    is_public: bool
    status: FindingStatus
    created_at: datetime
    updated_at: datetime
    analyzed_at: datetime


def add_finding(tx: Transaction, analyzer: Analyzer, finding: AccessFinding, status: FindingStatus) -> None:
    """Keep a new finding, under this status."""
    tx.execute(
        insert(access_findings).values(
            account=analyzer.account,
            region=analyzer.region,
            analyzer=analyzer.name,
            id=finding.id,
            resource=finding.resource,
            resource_type=finding.resource_type,
            resource_owner=finding.resource_owner,
            principal=dict(finding.principal),
            action=list(finding.action),
            condition=dict(finding.condition),
            is_public=finding.is_public,
            status=status.value,
            created_at=finding.created_at,
            updated_at=finding.updated_at,
            analyzed_at=finding.analyzed_at,
        )
    )


def list_findings(tx: Transaction, analyzer: Analyzer) -> tuple[AccessFinding, ...]:
    """An analyzer's findings, by resource and age."""
    column = access_findings.c
    query = select(access_findings).where(_of(analyzer)).order_by(column.resource, column.created_at, column.id)
    return tuple(map(_finding, tx.execute(query)))


def set_status(tx: Transaction, analyzer: Analyzer, ids: Iterable[str], status: FindingStatus, now: datetime) -> None:
    """Give findings another status."""
    chosen = list(ids)
    if chosen:
        where = _of(analyzer) & access_findings.c.id.in_(chosen)
        tx.execute(update(access_findings).where(where).values(status=status.value, updated_at=now))


def set_analyzed(tx: Transaction, analyzer: Analyzer, now: datetime) -> None:
    """Keep that every finding has been looked at."""
    tx.execute(update(access_findings).where(_of(analyzer)).values(analyzed_at=now))


def _of(analyzer: Analyzer) -> ColumnElement[bool]:
    column = access_findings.c
    return (column.account == analyzer.account) & (column.region == analyzer.region) & (column.analyzer == analyzer.name)


def _finding(row: Row[tuple[object, ...]]) -> AccessFinding:
    return AccessFinding(
        row.id,
        row.resource,
        row.resource_type,
        row.resource_owner,
        row.principal,
        tuple(row.action),
        row.condition,
        row.is_public,
        FindingStatus(row.status),
        row.created_at,
        row.updated_at,
        row.analyzed_at,
    )
