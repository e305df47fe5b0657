"""`gatepost guardrail`: claims on an account that no change of its policies may break."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import App, Parameter

from gatepost.cli.exits import DONE, NO, USAGE, Exit
from gatepost.words.visible import visible_line

if TYPE_CHECKING:
    from gatepost.settings import Settings
    from gatepost.store.database import Database
    from gatepost.store.guardrails import Guardrail
    from gatepost.store.transaction import Transaction

MOST_TRIES: Final = 5

app = App(
    name="guardrail",
    help="Claims on an account that no change of its policies may break.",
    version_flags=[],
    default_parameter=Parameter(negative=()),
)


@app.command
def add(
    name: str,
    /,
    *,
    never: str | None = None,
    always: str | None = None,
    reason: str = "",
    replace: bool = False,
    account: str | None = None,
    data: Path | None = None,
) -> int:
    """Set a guardrail: from now on a call that would break it is refused, with the request that it would let through.

    Example: gatepost guardrail add no-ceo --never "ses:Send* from ceo@example.com unless role/exec"

    A claim on an identity's name guards it in every region. A name that is taken is refused without --replace.

    Exit codes: 0 set, 1 the policies of today break it already, or the name is taken.

    Parameters
    ----------
    name
        Letters, digits, - and _.
    never
        A claim: no request that it describes is ever allowed.
    always
        A claim: every request that it describes is allowed.
    reason
        Why, for those who are refused.
    replace
        Set it in place of the guardrail of this name.
    account
        Twelve digits. Default: the first account
    data
        The server's data folder. Default: ./gatepost-data
    """
    from gatepost.claims.errors import ClaimError  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.claims.guardrail import GuardrailKind  # noqa: PLC0415 -- the same
    from gatepost.claims.read import read_claim  # noqa: PLC0415 -- the same
    from gatepost.cli.answering import check_accounts  # noqa: PLC0415 -- the same
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the same
    from gatepost.store.accounts import get_account  # noqa: PLC0415 -- the same
    from gatepost.store.guardrails import Guardrail  # noqa: PLC0415 -- the same

    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise Exit(USAGE, f"`{name}`: expected letters, digits, - and _")
    if (never is None) is (always is None):
        raise Exit(USAGE, "expected --never CLAIM or --always CLAIM")
    kind = GuardrailKind.NEVER if never is not None else GuardrailKind.ALWAYS
    flag, claim = f"--{kind.value}", never or always or ""
    now = datetime.now(UTC)

    with opened_store(data) as (settings, database):
        try:
            read = read_claim(claim)
            with database.reader() as tx:
                check_accounts(tx, settings.data)
                chosen = account or settings.account
                if get_account(tx, chosen) is None:
                    raise Exit(USAGE, f"--account: no account `{chosen}` here")
            replaced, unknown = _set(database, settings, Guardrail(chosen, name, kind.value, claim, reason, now), replace)
        except ClaimError as error:
            raise Exit(USAGE, f"{flag}: {error}") from None
    for each in unknown:
        print(
            f"gatepost: `{each}` does not exist in account {chosen}; the guardrail speaks of it once it does", file=sys.stderr
        )
    print(visible_line(f"guardrail {name} holds in account {chosen}: {kind.value} {claim}"))
    for resource in read.resources:
        if not resource.startswith(("arn:", "*")):
            print(visible_line(f"it guards {resource} in every region"))
    if replaced is not None:
        print(visible_line(f"it replaces: {replaced.kind} {replaced.claim}"))
    return DONE


@app.command(name="list")
def list_(
    *, account: str | None = None, data: Path | None = None, as_json: Annotated[bool, Parameter(name="--json")] = False
) -> int:
    """List the guardrails of an account.

    Example: gatepost guardrail list

    Parameters
    ----------
    account
        Twelve digits. Default: the first account
    data
        The server's data folder. Default: ./gatepost-data
    as_json
        Print a JSON object a line.
    """
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.store.guardrails import list_guardrails  # noqa: PLC0415 -- the same

    with opened_store(data) as (settings, database), database.reader() as tx:
        known = list_guardrails(tx, account or settings.account)
    for each in known:
        if as_json:
            print(json.dumps({"name": each.name, each.kind: each.claim, "reason": each.reason}, ensure_ascii=False))
        else:
            print(visible_line(f"{each.name}  {each.kind} {each.claim}" + (f"  ({each.reason})" if each.reason else "")))
    return DONE


@app.command
def remove(name: str, /, *, account: str | None = None, data: Path | None = None) -> int:
    """Remove a guardrail.

    Example: gatepost guardrail remove no-ceo

    Parameters
    ----------
    name
        As it was set.
    account
        Twelve digits. Default: the first account
    data
        The server's data folder. Default: ./gatepost-data
    """
    from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.policy.errors import did_you_mean  # noqa: PLC0415 -- the same
    from gatepost.store.guardrails import delete_guardrail, list_guardrails  # noqa: PLC0415 -- the same
    from gatepost.store.writer import run_once  # noqa: PLC0415 -- the same

    with opened_store(data) as (settings, database):
        chosen = account or settings.account

        def delete(tx: "Transaction") -> "Guardrail | None":
            held = {each.name: each for each in list_guardrails(tx, chosen)}
            if not delete_guardrail(tx, chosen, name):
                raise Exit(NO, f"account {chosen} has no guardrail `{name}`{did_you_mean(name, tuple(held))}")
            _record(tx, settings, datetime.now(UTC), "DeleteGuardrail", chosen, {"name": name})
            return held.get(name)

        removed = run_once(database, delete)
    if removed is not None:
        print(visible_line(f"removed guardrail {name} of account {chosen}: {removed.kind} {removed.claim}"))
    return DONE


def _set(
    database: "Database", settings: "Settings", guardrail: "Guardrail", may_replace: bool
) -> "tuple[Guardrail | None, tuple[str, ...]]":
    """Prove a guardrail on a snapshot, and set it if nothing that it rests on has been changed since; else again, a few times.

    The guardrail that it replaces, and the principals of its claim that do not exist. Exit where its name is taken.
    """
    from gatepost.access.guardrails import broken_words, change_of, wanted  # noqa: PLC0415 -- the store's parts load when they are needed
    from gatepost.claims.breach_words import told_breach_of  # noqa: PLC0415 -- the same
    from gatepost.claims.guardrail import unknown_principals  # noqa: PLC0415 -- the same
    from gatepost.store.guardrails import changed_after, last_event, list_guardrails, put_guardrail  # noqa: PLC0415 -- the same
    from gatepost.store.writer import run_once  # noqa: PLC0415 -- the same

    def taken(tx: "Transaction") -> "Guardrail | None":
        found = next((each for each in list_guardrails(tx, guardrail.account) if each.name == guardrail.name), None)
        if found is not None and not may_replace:
            says = visible_line(f"{found.kind} {found.claim}")
            raise Exit(
                NO, f"not set: account {found.account} has a guardrail {found.name} ({says}); --replace sets this one instead"
            )
        return found

    def put(tx: "Transaction") -> bool:
        taken(tx)
        if changed_after(tx, guardrail.account, looked_until):
            return False
        put_guardrail(tx, guardrail)
        parameters = {"name": guardrail.name, guardrail.kind: guardrail.claim, "reason": guardrail.reason}
        _record(tx, settings, guardrail.created_at, "PutGuardrail", guardrail.account, parameters)
        return True

    for _ in range(MOST_TRIES):
        with database.reader() as tx:
            replaced = taken(tx)
            as_of, change = last_event(tx), change_of(tx, guardrail.account, (guardrail,), None)
        told = told_breach_of(wanted(guardrail), change)
        if told is not None:
            raise Exit(NO, f"not set: the policies of today break it already. {broken_words(guardrail, told)}")
        with database.reader() as tx:  # what has come in meanwhile is looked at without holding up the server
            looked_until, is_stale = last_event(tx), changed_after(tx, guardrail.account, as_of)
        if not is_stale and run_once(database, put):
            return replaced, unknown_principals(wanted(guardrail), change.after)
    raise Exit(NO, f"not set: the policies of account {guardrail.account} were changed while it was proved; try again")


def _record(
    tx: "Transaction", settings: "Settings", now: datetime, event: str, account: str, parameters: dict[str, str]
) -> None:
    """The event of a change that was made from the command line."""
    from gatepost.audit.event import Event  # noqa: PLC0415 -- the same
    from gatepost.audit.sink import append_event  # noqa: PLC0415 -- the same

    told = Event(
        now,
        account,
        settings.region,
        "guardrails.gatepost",
        event,
        "",
        read_only=False,
        source_ip="gatepost.cli",
        user_agent="gatepost guardrail",
        request_parameters=parameters,
    )
    append_event(tx, told)
