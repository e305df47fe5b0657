"""`gatepost serve`."""

import sys
from pathlib import Path

from gatepost.cli.exits import UNREACHABLE, USAGE, Exit


def serve(
    *,
    data: Path | None = None,
    store: str | None = None,
    listen: list[str] | None = None,
    smtp: str | None = None,
    inbound: str | None = None,
    config: Path | None = None,
    test_hooks: bool = False,
    test_hooks_token: str | None = None,
) -> int:
    """Run the server until SIGTERM or Ctrl-C.

    Parameters
    ----------
    data
        Folder of the store, the master key and the certificates. Default: ./gatepost-data
    store
        Where the store is. Default: sqlite:///DATA/gatepost.db
    listen
        http://HOST:PORT or https://HOST:PORT, may be repeated. Default: http://127.0.0.1:7370
    smtp
        HOST:PORT of SMTP submission; not served by this version yet.
    inbound
        HOST:PORT where mail is received; not served by this version yet.
    config
        Settings file. Default: ./gatepost.toml, where there is one
    test_hooks
        Serve /_gatepost/reset, /_gatepost/clock and /_gatepost/messages, for tests; on loopback only, or with a token.
    test_hooks_token
        What each call of the hooks must carry as `Authorization: Bearer TOKEN`, 16 characters or more.
    """
    from gatepost.settings import Flags, SettingsError, read_settings  # noqa: PLC0415 -- the server's parts load when it is started

    for flag, value in (("--smtp", smtp), ("--inbound", inbound)):
        if value is not None:
            print(f"gatepost: {flag} {value}: SMTP is not served by this version; mail is taken by the API", file=sys.stderr)
    try:
        settings = read_settings(Flags(data, store, tuple(listen or ()), config, test_hooks, test_hooks_token))
    except SettingsError as error:
        raise Exit(USAGE, str(error)) from None
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 -- the same

    from gatepost.server import serve as run  # noqa: PLC0415 -- the same
    from gatepost.store.failures import StoreUnusable  # noqa: PLC0415 -- the same
    from gatepost.store.keyring import WrongKey  # noqa: PLC0415 -- the same
    from gatepost.store.writer import StoreFailed  # noqa: PLC0415 -- the same

    try:
        return run(settings)
    except (StoreUnusable, WrongKey) as error:
        raise Exit(UNREACHABLE, str(error)) from None
    except (SQLAlchemyError, StoreFailed) as error:
        raise Exit(UNREACHABLE, f"the store {settings.store_url} failed: {error}") from None
