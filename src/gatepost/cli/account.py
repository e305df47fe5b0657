"""`gatepost account`: the accounts of an installation."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from gatepost.cli.exits import NO, USAGE, Exit
from gatepost.words.visible import visible_line

app = App(
    name="account",
    help="Create and list the accounts of an installation.",
    version_flags=[],
    default_parameter=Parameter(negative=()),
)


@app.command
def create(account_id: str, /, *, name: str = "", email: str | None = None, data: Path | None = None) -> int:
    """Create an account and print its root user's key as `export` lines.

    Example: gatepost account create 111122223333 --name partner

    Parameters
    ----------
    account_id
        Twelve digits.
    name
        A name for people.
    email
        The address of its owner, by which an organization may invite it.
    data
        The server's data folder. Default: ./gatepost-data
    """
    from gatepost.audit.event import Event  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.audit.sink import append_event  # noqa: PLC0415 -- the same
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the same
    from gatepost.policy.principal import is_account  # noqa: PLC0415 -- the same
    from gatepost.store import accounts, bootstrap  # noqa: PLC0415 -- the same
    from gatepost.store.transaction import Transaction  # noqa: PLC0415 -- the same
    from gatepost.store.writer import run_once  # noqa: PLC0415 -- the same

    if not is_account(account_id):
        raise Exit(USAGE, f"`{account_id}`: expected an account ID of twelve digits")
    now = datetime.now(UTC)

    with opened_store(data) as (settings, database):

        def make(tx: Transaction) -> bootstrap.Root:
            bootstrap.bootstrap(tx, settings.root, now)
            if accounts.get_account(tx, account_id) is not None:
                raise Exit(NO, f"account {account_id} exists already")
            if email is not None and accounts.find_account_by_email(tx, email) is not None:
                raise Exit(NO, f"`{email}` is the address of another account")
            accounts.create_account(tx, account_id, name, now, email)
            append_event(
                tx,
                Event(
                    now,
                    settings.account,
                    settings.region,
                    "organizations.amazonaws.com",
                    "CreateAccount",
                    "",
                    read_only=False,
                    source_ip="gatepost.cli",
                    user_agent="gatepost account create",
                    request_parameters={"accountId": account_id, "accountName": name},
                ),
            )
            return bootstrap.make_root_key(tx, bootstrap.Root(account_id), now)

        root = run_once(database, make)
    sys.stdout.write(f"export AWS_ACCESS_KEY_ID={root.access_key_id}\nexport AWS_SECRET_ACCESS_KEY={root.secret_access_key}\n")
    return 0


@app.command(name="list")
def list_(*, data: Path | None = None, as_json: Annotated[bool, Parameter(name="--json")] = False) -> int:
    """List the accounts.

    Example: gatepost account list

    Parameters
    ----------
    data
        The server's data folder. Default: ./gatepost-data
    as_json
        Print a JSON object a line.
    """
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.store.accounts import list_accounts  # noqa: PLC0415 -- the same

    with opened_store(data) as (_, database), database.reader() as tx:
        known = list_accounts(tx)
    for each in known:
        created = each.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if as_json:
            print(json.dumps({"Id": each.id, "Name": each.name, "CreatedAt": created}))
        else:
            print(visible_line(f"{each.id}  {created}  {each.name}".rstrip()))
    return 0
