"""`gatepost env`: what unmodified AWS clients need to find and trust the server."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from gatepost.cli.exits import UNREACHABLE, Exit

Shell = Literal["sh", "fish", "pwsh"]


def env(
    *command: Annotated[str, Parameter(allow_leading_hyphen=True)],
    data: Path | None = None,
    shell: Shell = "sh",
) -> int:
    """Print the settings of AWS clients for the root user of the first account, or run a command with them.

    Parameters
    ----------
    command
        After --, a command to run with these settings instead of printing them.
    data
        The server's data folder. Default: ./gatepost-data
    shell
        The shell whose syntax to print.
    """
    variables = client_environment(data)
    if command:
        return subprocess.run(command, env={**os.environ, **variables}, check=False).returncode  # noqa: S603 -- what the user asked for
    for name, value in variables.items():
        sys.stdout.write(f"{_assignment(name, value, shell)}\n")
    return 0


def client_environment(data: Path | None) -> dict[str, str]:
    """Variable → value, in the order in which they are printed."""
    from gatepost.cli.opened import opened_store, running_server  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.store.bootstrap import read_root  # noqa: PLC0415 -- the same

    with opened_store(data) as (settings, database), database.reader() as tx:
        root = read_root(tx)
    if root is None or root.access_key_id is None or root.secret_access_key is None:
        raise Exit(UNREACHABLE, f"the root user's key in {settings.data} was deleted; no other is known")
    ready = running_server(settings.data)
    if ready is None:
        ready = {"endpoints": [str(settings.listen[0])], "region": settings.region, "ca_bundle": None}
        print(f"gatepost: no server runs on {settings.data}; start it with `gatepost serve`", file=sys.stderr)
    variables = {
        "AWS_ENDPOINT_URL": ready["endpoints"][0],
        "AWS_ACCESS_KEY_ID": root.access_key_id,
        "AWS_SECRET_ACCESS_KEY": root.secret_access_key,
        "AWS_DEFAULT_REGION": ready["region"],
    }
    if ready["ca_bundle"] is not None and variables["AWS_ENDPOINT_URL"].startswith("https:"):
        variables["AWS_CA_BUNDLE"] = ready["ca_bundle"]
    return variables


def _assignment(name: str, value: str, shell: Shell) -> str:
    match shell:
        case "sh":
            return f"export {name}={shlex.quote(value)}"
        case "fish":
            return f"set -gx {name} {shlex.quote(value)}"
        case "pwsh":
            quoted = value.replace("'", "''")
            return f"$env:{name} = '{quoted}'"
