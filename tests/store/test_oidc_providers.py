"""Identity providers are kept by account and URL."""

from dataclasses import replace
from datetime import UTC, datetime

from gatepost.store import accounts, oidc_providers
from gatepost.store.database import Database
from gatepost.store.oidc_providers import OidcProvider
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT, OTHER = "123456789012", "111122223333"
ISSUER = OidcProvider(ACCOUNT, "issuer.example.com/ci", "https", ("gatepost",), (), NOW, (("team", "mail"),))


def make(tx: Transaction) -> None:
    accounts.create_account(tx, ACCOUNT, "", NOW)
    accounts.create_account(tx, OTHER, "", NOW)
    oidc_providers.create_provider(tx, ISSUER)


def test_a_provider_is_found_by_its_url_and_by_its_arn(database: Database) -> None:
    run_once(database, make)
    with database.reader() as tx:
        assert oidc_providers.get_provider(tx, ACCOUNT, "issuer.example.com/ci") == ISSUER
        assert oidc_providers.get_provider_by_arn(tx, ISSUER.arn) == ISSUER
        assert oidc_providers.list_providers(tx, ACCOUNT) == (ISSUER,)


def test_another_accounts_provider_is_not_found(database: Database) -> None:
    run_once(database, make)
    with database.reader() as tx:
        assert oidc_providers.get_provider_by_arn(tx, ISSUER.arn.replace(ACCOUNT, OTHER)) is None
        assert oidc_providers.get_provider_by_arn(tx, "token.actions.githubusercontent.com") is None
        assert oidc_providers.list_providers(tx, OTHER) == ()


def test_the_arn_ends_in_the_url_and_the_issuer_has_its_scheme() -> None:
    assert ISSUER.arn == f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example.com/ci"
    assert ISSUER.issuer == "https://issuer.example.com/ci"
    assert replace(ISSUER, scheme="http", url="127.0.0.1:8080").issuer == "http://127.0.0.1:8080"


def test_what_is_set_is_kept_and_what_is_deleted_is_gone(database: Database) -> None:
    def change(tx: Transaction) -> None:
        make(tx)
        oidc_providers.set_client_ids(tx, ISSUER, ["a", "b"])
        oidc_providers.set_thumbprints(tx, ISSUER, ["0" * 40])
        oidc_providers.set_tags(tx, ISSUER, {})

    run_once(database, change)
    changed = replace(ISSUER, client_ids=("a", "b"), thumbprints=("0" * 40,), tags=())
    with database.reader() as tx:
        assert oidc_providers.list_providers(tx, ACCOUNT) == (changed,)
    run_once(database, lambda tx: oidc_providers.delete_provider(tx, changed))
    with database.reader() as tx:
        assert oidc_providers.list_providers(tx, ACCOUNT) == ()
