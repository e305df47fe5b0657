"""OpenID Connect providers: whose tokens an account's roles may trust.

A provider is known by its URL without the scheme, which its ARN ends in; an account has it once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from gatepost.store.schema import oidc_providers
from gatepost.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """A provider. `url` has no scheme; `client_ids` are the audiences that its tokens may be for."""

    account: str
    url: str
    scheme: str
    client_ids: tuple[str, ...]
    thumbprints: tuple[str, ...]
    created_at: datetime
    tags: tuple[tuple[str, str], ...]

    @property
    def arn(self) -> str:
        """The provider's ARN."""
        return f"arn:aws:iam::{self.account}:oidc-provider/{self.url}"

    @property
    def issuer(self) -> str:
        """What its tokens say as `iss`, and where its discovery document is found."""
        return f"{self.scheme}://{self.url}"


def create_provider(tx: Transaction, provider: OidcProvider) -> None:
    """Keep a new provider."""
    tx.execute(
        insert(oidc_providers).values(
            account=provider.account,
            url=provider.url,
            scheme=provider.scheme,
            client_ids=list(provider.client_ids),
            thumbprints=list(provider.thumbprints),
            created_at=provider.created_at,
            tags=dict(provider.tags),
        )
    )
    tx.touch(provider.account)


def get_provider(tx: Transaction, account: str, url: str) -> OidcProvider | None:
    """The account's provider of a URL, which is given without its scheme."""
    row = tx.execute(select(oidc_providers).where(_of(account, url))).one_or_none()
    return None if row is None else _provider(row)


def get_provider_by_arn(tx: Transaction, arn: str) -> OidcProvider | None:
    """The provider of an ARN."""
    owner, _, url = arn.partition(":oidc-provider/")
    return get_provider(tx, owner.rpartition(":")[2], url) if owner.startswith("arn:aws:iam::") else None


def list_providers(tx: Transaction, account: str) -> tuple[OidcProvider, ...]:
    """The account's providers, by URL."""
    query = select(oidc_providers).where(oidc_providers.c.account == account).order_by(oidc_providers.c.url)
    return tuple(map(_provider, tx.execute(query)))


def count_providers(tx: Transaction, account: str) -> int:
    """How many providers an account has."""
    query = select(func.count()).where(oidc_providers.c.account == account)
    return tx.execute(query).scalar_one()  # type: ignore[no-any-return]  # a count


def set_client_ids(tx: Transaction, provider: OidcProvider, client_ids: Sequence[str]) -> None:
    """Replace the audiences that a provider's tokens may be for."""
    tx.execute(update(oidc_providers).where(_of(provider.account, provider.url)).values(client_ids=list(client_ids)))
    tx.touch(provider.account)


def set_thumbprints(tx: Transaction, provider: OidcProvider, thumbprints: Sequence[str]) -> None:
    """Replace a provider's thumbprints."""
    tx.execute(update(oidc_providers).where(_of(provider.account, provider.url)).values(thumbprints=list(thumbprints)))
    tx.touch(provider.account)


def set_tags(tx: Transaction, provider: OidcProvider, tags: Mapping[str, str]) -> None:
    """Replace a provider's tags."""
    tx.execute(update(oidc_providers).where(_of(provider.account, provider.url)).values(tags=dict(tags)))
    tx.touch(provider.account)


def delete_provider(tx: Transaction, provider: OidcProvider) -> None:
    """Delete a provider; the roles that trust it can be assumed through it no more."""
    tx.execute(delete(oidc_providers).where(_of(provider.account, provider.url)))
    tx.touch(provider.account)


def _of(account: str, url: str) -> ColumnElement[bool]:
    return (oidc_providers.c.account == account) & (oidc_providers.c.url == url)


def _provider(row: Row[tuple[object, ...]]) -> OidcProvider:
    return OidcProvider(
        row.account,
        row.url,
        row.scheme,
        tuple(row.client_ids),
        tuple(row.thumbprints),
        row.created_at,
        tuple(row.tags.items()),
    )
