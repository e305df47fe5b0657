"""SES identities: domains and addresses of an account in a region."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update

from gatepost.store.configuration_sets import configuration_set_arn
from gatepost.store.schema import identities
from gatepost.store.transaction import Transaction, View

IDENTITY_ARN: Final = re.compile(
    r"arn:(aws[a-z-]*):ses:([a-z0-9-]+):(\d{12}):identity/(.+)"
)  # partition, region, account, name


@dataclass(frozen=True, slots=True)
class Identity:
    """A domain or an address. `attributes` are by the API's own member names (`DkimAttributes`, `MailFromAttributes`, …)."""

    account: str
    region: str
    name: str
    verification_status: str
    verification_token: str
    created_at: datetime
    configuration_set: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)  # JSON, as the API's model describes it
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def is_domain(self) -> bool:
        """Whether it is a domain, not an address."""
        return "@" not in self.name

    @property
    def verified(self) -> bool:
        """Whether mail may be sent as this identity."""
        return self.verification_status == "Success"

    @property
    def arn(self) -> str:
        """The identity's ARN."""
        return identity_arn(self.account, self.region, self.name)


def identity_arn(account: str, region: str, name: str) -> str:
    """The ARN of an identity, known or not."""
    return f"arn:aws:ses:{region}:{account}:identity/{name}"


def most_specific(known: Mapping[str, Identity], address: str) -> Identity | None:
    """The most specific verified identity that covers an address, of those by their names."""
    return next((known[name] for name in candidates(address) if name in known and known[name].verified), None)


def candidates(address: str) -> Iterator[str]:
    """The names of identities that cover an address, the most specific first."""
    yield address
    local, _, domain = address.rpartition("@")
    base, plus, _ = local.partition("+")
    if plus and base:
        yield f"{base}@{domain}"
    domain = domain.lower()
    while "." in domain:
        yield domain
        domain = domain.partition(".")[2]
    yield domain


def default_sets(known: Iterable[Identity]) -> Mapping[str, str]:
    """The ARN of the configuration set that mail takes by default, by the ARN of its identity."""
    return {
        each.arn: configuration_set_arn(each.account, each.region, each.configuration_set)
        for each in known
        if each.configuration_set is not None
    }


def covers(name: str, address: str) -> bool:
    """Whether an identity's name covers an address."""
    return name in candidates(address)


def put_identity(tx: Transaction, identity: Identity) -> None:
    """Keep an identity, new or changed."""
    values = {
        "verification_status": identity.verification_status,
        "verification_token": identity.verification_token,
        "created_at": identity.created_at,
        "configuration_set": identity.configuration_set,
        "attributes": dict(identity.attributes),
        "tags": dict(identity.tags),
    }
    if (
        tx.execute(update(identities).where(_is(identity.account, identity.region, identity.name)).values(**values)).rowcount
        == 0
    ):
        key = {"account": identity.account, "region": identity.region, "name": identity.name}
        tx.execute(insert(identities).values(**key, **values))
    tx.touch(identity.account)


def get_identity(tx: Transaction, account: str, region: str, name: str) -> Identity | None:
    """The identity of a name."""
    row = tx.execute(select(identities).where(_is(account, region, name))).one_or_none()
    return None if row is None else _identity(row)


def list_identities(tx: Transaction, account: str, region: str) -> tuple[Identity, ...]:
    """The identities of an account in a region, by name."""
    query = select(identities).where(identities.c.account == account, identities.c.region == region)
    return tuple(map(_identity, tx.execute(query.order_by(identities.c.name))))


def list_all_identities(tx: Transaction, account: str) -> tuple[Identity, ...]:
    """The identities of an account in every region, by region and name."""
    query = select(identities).where(identities.c.account == account).order_by(identities.c.region, identities.c.name)
    return tuple(map(_identity, tx.execute(query)))


def count_identities(tx: Transaction, account: str, region: str) -> int:
    """How many identities an account has in a region."""
    query = select(func.count()).select_from(identities)
    count: int = tx.execute(query.where(identities.c.account == account, identities.c.region == region)).scalar_one()
    return count


def held_identities(view: View, account: str, region: str) -> Mapping[str, Identity]:
    """Name → identity, held in memory: whole, so that a name without identity is known to be none."""

    def load(tx: Transaction) -> Mapping[str, Identity]:
        return {identity.name: identity for identity in list_identities(tx, account, region)}

    return view.recall(account, ("identities", region), load)


def delete_identity(tx: Transaction, account: str, region: str, name: str) -> None:
    """Delete an identity; nothing happens where there is none."""
    tx.execute(delete(identities).where(_is(account, region, name)))
    tx.touch(account)


def _is(account: str, region: str, name: str) -> Any:  # noqa: ANN401 -- SQLAlchemy's clause
    return (identities.c.account == account) & (identities.c.region == region) & (identities.c.name == name)


def _identity(row: Row[tuple[object, ...]]) -> Identity:
    return Identity(
        row.account,
        row.region,
        row.name,
        row.verification_status,
        row.verification_token,
        row.created_at,
        row.configuration_set,
        row.attributes,
        tuple(row.tags.items()),
    )
