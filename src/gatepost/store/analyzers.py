"""Access Analyzer's analyzers: per account and region, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from gatepost.store.schema import analyzers
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Analyzer:
    """An analyzer. `type` is `ACCOUNT` or `ORGANIZATION`: whose members are trusted."""

    account: str
    region: str
    name: str
    type: str
    created_at: datetime
    tags: Mapping[str, str] = field(default_factory=dict)
    last_resource: str | None = None
    last_analyzed_at: datetime | None = None

    @property
    def arn(self) -> str:
        """The analyzer's ARN."""
        return analyzer_arn(self.account, self.region, self.name)


def analyzer_arn(account: str, region: str, name: str) -> str:
    """The ARN of an analyzer, known or not."""
    return f"arn:aws:access-analyzer:{region}:{account}:analyzer/{name}"


def create_analyzer(tx: Transaction, analyzer: Analyzer) -> None:
    """Keep a new analyzer."""
    tx.execute(
        insert(analyzers).values(
            account=analyzer.account,
            region=analyzer.region,
            name=analyzer.name,
            type=analyzer.type,
            created_at=analyzer.created_at,
            tags=dict(analyzer.tags),
        )
    )


def get_analyzer(tx: Transaction, account: str, region: str, name: str) -> Analyzer | None:
    """The analyzer of a name."""
    row = tx.execute(select(analyzers).where(_is(account, region, name))).one_or_none()
    return None if row is None else _analyzer(row)


def list_analyzers(tx: Transaction, account: str, region: str) -> tuple[Analyzer, ...]:
    """The analyzers of an account in a region, by name."""
    query = select(analyzers).where(analyzers.c.account == account, analyzers.c.region == region)
    return tuple(map(_analyzer, tx.execute(query.order_by(analyzers.c.name))))


def set_tags(tx: Transaction, analyzer: Analyzer, tags: Mapping[str, str]) -> None:
    """Replace an analyzer's tags."""
    tx.execute(update(analyzers).where(_is(analyzer.account, analyzer.region, analyzer.name)).values(tags=dict(tags)))


def set_analyzed(tx: Transaction, analyzer: Analyzer, resource: str, at: datetime) -> None:
    """Keep which resource was analyzed last, and when."""
    where = _is(analyzer.account, analyzer.region, analyzer.name)
    tx.execute(update(analyzers).where(where).values(last_resource=resource, last_analyzed_at=at))


def delete_analyzer(tx: Transaction, analyzer: Analyzer) -> None:
    """Delete an analyzer with its archive rules and findings."""
    tx.execute(delete(analyzers).where(_is(analyzer.account, analyzer.region, analyzer.name)))


def _is(account: str, region: str, name: str) -> ColumnElement[bool]:
    return (analyzers.c.account == account) & (analyzers.c.region == region) & (analyzers.c.name == name)


def _analyzer(row: Row[tuple[object, ...]]) -> Analyzer:
    return Analyzer(
        row.account, row.region, row.name, row.type, row.created_at, row.tags, row.last_resource, row.last_analyzed_at
    )
