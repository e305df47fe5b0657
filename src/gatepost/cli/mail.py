"""`gatepost mail`: the mail that was accepted and kept."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import App, Parameter

from gatepost.cli.exits import NO, Exit
from gatepost.words.visible import visible_line

if TYPE_CHECKING:
    from gatepost.access.explained import ExplainedCall
    from gatepost.store.messages import Message

NEWEST: Final = 1000
app = App(
    name="mail", help="List and show the mail that was accepted.", version_flags=[], default_parameter=Parameter(negative=())
)


@app.command(name="list")
def list_(
    *, data: Path | None = None, last: int | None = None, as_json: Annotated[bool, Parameter(name="--json")] = False
) -> int:
    """List accepted messages, oldest first.

    Example: gatepost mail list --last 20

    Parameters
    ----------
    data
        The server's data folder. Default: ./gatepost-data
    last
        Only the newest so many. Default: 1000
    as_json
        Print a JSON object a line.
    """
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.store.messages import Wanted, described, list_messages  # noqa: PLC0415 -- the same

    with opened_store(data) as (_, database), database.reader() as tx:
        kept = list_messages(tx, Wanted(limit=last or NEWEST))
    for message in kept:
        if as_json:
            print(json.dumps(described(message)))
        else:
            print(_row(message))
    if not kept and not as_json:
        print("no mail was accepted yet", file=sys.stderr)
    return 0


def _row(message: "Message") -> str:
    others = len(message.recipients) - 2
    recipients = ", ".join(message.recipients[:2]) + (f" and {others} more" if others > 0 else "")
    accepted = message.accepted_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    row = f"{accepted}  {message.message_id}  {message.source} -> {recipients}  {message.subject or ''}"
    return visible_line(row.rstrip())


@app.command
def show(message_id: str, /, *, data: Path | None = None, raw: bool = False) -> int:
    """Show a message: who sent it, what let it out, and its text as it goes out.

    Example: gatepost mail show 0100018c2f3a5b60-2f6c1f0e-6a0f-4c9e-9a53-0f4f5cf1a3d2-000000

    Parameters
    ----------
    message_id
        The ID that the send answered.
    data
        The server's data folder. Default: ./gatepost-data
    raw
        Print the message alone, byte for byte; on a terminal with its control characters escaped.
    """
    from gatepost.access.explained import explained_call  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the same
    from gatepost.store import messages  # noqa: PLC0415 -- the same

    with opened_store(data) as (_, database), database.reader() as tx:
        content = messages.raw(tx, message_id)
        message = messages.get_message(tx, message_id)
        authorization_id = None if message is None else message.authorization_id
        explained = None if authorization_id is None else explained_call(tx, authorization_id)
    if content is None or message is None:
        raise Exit(NO, f"no message has the ID `{message_id}`")
    if not raw:
        sys.stdout.write("\n".join(map(visible_line, _told(message, explained))) + "\n\n")
    if raw and not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    else:
        sys.stdout.write(content.decode(errors="backslashreplace").replace("\r\n", "\n"))
    sys.stdout.flush()
    return 0


def _told(message: "Message", explained: "ExplainedCall | None") -> list[str]:
    lines = [
        f"message   {message.message_id}",
        f"accepted  {message.accepted_at:%Y-%m-%dT%H:%M:%SZ}  account {message.account}  region {message.region}",
        f"sender    {message.caller_arn}",
        f"from      {message.source}  bounces to {message.return_path}",
        f"to        {', '.join(message.recipients)}",
    ]
    for each in () if explained is None else explained.decisions:
        request, rules = each.explanation.request, each.explanation.decision.rules
        by = ", ".join(f"{rule.attached.name} (statement {rule.index + 1})" for rule in rules)
        lines.append(
            f"{each.recorded.value:<9} {request.action} on {request.resource}  by {by or 'the account itself (root user)'}"
        )
    return lines
