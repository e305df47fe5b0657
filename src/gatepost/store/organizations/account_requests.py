"""Requests to make an account, as DescribeCreateAccountStatus tells of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select

from gatepost.store.organizations.organization import Organization
from gatepost.store.schema import account_requests
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """A request that is done: `account` is what was made, or `failure` says why none was."""

    id: str
    name: str
    requested_at: datetime
    account: str | None = None
    failure: str | None = None

    @property
    def state(self) -> str:
        """The state as the API says it."""
        return "SUCCEEDED" if self.failure is None else "FAILED"


def keep_account_request(tx: Transaction, organization: Organization, request: AccountRequest) -> None:
    """Keep a request."""
    tx.execute(
        insert(account_requests).values(
            organization=organization.id,
            id=request.id,
            name=request.name,
            requested_at=request.requested_at,
            account=request.account,
            failure=request.failure,
        )
    )


def get_account_request(tx: Transaction, organization: Organization, request_id: str) -> AccountRequest | None:
    """The request of an ID."""
    columns = account_requests.c
    query = select(account_requests).where(columns.organization == organization.id, columns.id == request_id)
    row = tx.execute(query).one_or_none()
    return None if row is None else _request(row)


def list_account_requests(tx: Transaction, organization: Organization) -> tuple[AccountRequest, ...]:
    """An organization's requests, oldest first."""
    columns = account_requests.c
    query = select(account_requests).where(columns.organization == organization.id)
    return tuple(map(_request, tx.execute(query.order_by(columns.requested_at, columns.id))))


def _request(row: Row[tuple[object, ...]]) -> AccountRequest:
    return AccountRequest(row.id, row.name, row.requested_at, row.account, row.failure)
