"""`gatepost init`: a data folder with an administrator who is not the root user."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from gatepost.cli.exits import NO, Exit


def init(*, data: Path | None = None, admin: str = "admin", print_env: bool = False) -> int:
    """Make the data folder: the first account, its root key, and an administrator with a key of his own.

    Parameters
    ----------
    data
        The folder to make. Default: ./gatepost-data
    admin
        The administrator's user name; AdministratorAccess is attached.
    print_env
        Print the administrator's key as `export` lines, for eval.
    """
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.services.iam.naming import new_id  # noqa: PLC0415 -- the same
    from gatepost.store import access_keys, bootstrap, managed_policies, users  # noqa: PLC0415 -- the same
    from gatepost.store.transaction import Transaction  # noqa: PLC0415 -- the same
    from gatepost.store.writer import run_once  # noqa: PLC0415 -- the same

    now = datetime.now(UTC)

    with opened_store(data, create=True) as (settings, database):
        account = settings.account

        def make(tx: Transaction) -> tuple[str, str]:
            bootstrap.bootstrap(tx, settings.root, now)
            if users.get_user(tx, account, admin) is not None:
                raise Exit(NO, f"account {account} in {settings.data} has a user `{admin}` already; nothing was changed")
            user = users.User(new_id("AIDA"), account, admin, "/", now, None, ())
            users.create_user(tx, user)
            managed_policies.attach(tx, account, user.id, "arn:aws:iam::aws:policy/AdministratorAccess", now)
            secret = bootstrap.new_secret()
            key = access_keys.create_access_key(tx, bootstrap.new_access_key_id(), secret, account, user.id, now)
            return key.id, secret

        key_id, secret = run_once(database, make)
    if print_env:
        sys.stdout.write(f"export AWS_ACCESS_KEY_ID={key_id}\nexport AWS_SECRET_ACCESS_KEY={secret}\n")
        return 0
    sys.stdout.write(
        f"account {account} in {settings.data}\n"
        f"administrator arn:aws:iam::{account}:user/{admin}\n"
        f"  AWS_ACCESS_KEY_ID      {key_id}\n"
        f"  AWS_SECRET_ACCESS_KEY  {secret}   (shown this once)\n"
        "Next: gatepost serve\n"
    )
    return 0
