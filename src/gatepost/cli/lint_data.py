"""What a server's data folder tells the linter: its account and region, what is verified there, and what its log has seen used."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from gatepost.access.allowed_requests import allowed_requests
from gatepost.cli.answering import check_accounts
from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.opened import opened_store
from gatepost.lint.document import Document
from gatepost.lint.rule import Rule
from gatepost.lint.setting import Setting
from gatepost.lint.usage import Usage, distinctions_of, uses_of
from gatepost.sources.found import FoundPolicy
from gatepost.store.accounts import get_account
from gatepost.store.event_lookup import first_time
from gatepost.store.identities import Identity, default_sets, list_all_identities
from gatepost.store.transaction import Transaction
from gatepost.words.dates import date_in_full
from gatepost.words.listing import counted

UNUSED: Final = "GP_UNUSED_"  # how the codes begin of the rules that need the log
DEFAULT: Final = "90d"
DAYS: Final = re.compile(r"([1-9]\d{0,4})d?")
Known = tuple[Setting, Sequence[str]]


def known_of_server(
    data: Path, unused: str | None, setting: Setting, policies: Iterable[FoundPolicy], rules: Iterable[Rule]
) -> Known:
    """The setting with what the server has, and notes on it. What the setting says already stays. Exit where it cannot be read."""
    days = _days(unused or DEFAULT)
    with opened_store(data) as (settings, database), database.reader() as tx:
        check_accounts(tx, settings.data)
        account = setting.account or settings.account
        if get_account(tx, account) is None:
            raise Exit(USAGE, f"--account `{account}`: there is no such account in {settings.data}")
        setting = _with_inventory(replace(setting, account=account), settings.region, list_all_identities(tx, account))
        if not any(rule.code.startswith(UNUSED) for rule in rules):
            return setting, ()
        usage = _usage(tx, _Asked(account, setting.now, days), policies)
    if usage is None:
        return setting, (f"the log of {data} is empty: it does not tell what is unused",)
    return replace(setting, usage=usage), _notes(usage, data, days)


def _days(text: str) -> int:
    found = DAYS.fullmatch(text)
    if found is None:
        raise Exit(USAGE, f"--unused `{text}`: expected a number of days, such as 90d")
    return int(found.group(1))


def _with_inventory(setting: Setting, home: str, identities: Iterable[Identity]) -> Setting:
    """The setting with what is verified; in the server's own region, unless there is something elsewhere too."""
    verified = [each for each in identities if each.verified]
    only_here = all(each.region == home for each in verified)
    region = setting.region or (home if only_here else None)
    names = frozenset(each.name for each in verified if region in (None, each.region))
    known = names if setting.identities is None else setting.identities
    return replace(setting, region=region, identities=known, default_sets=default_sets(verified))


# --- the log ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    account: str
    now: datetime
    days: int


def _usage(tx: Transaction, asked: _Asked, policies: Iterable[FoundPolicy]) -> Usage | None:
    """What was used, as far as the log reaches back; None where it is empty, or begins later than now is said to be."""
    first, wanted = first_time(tx), asked.now - timedelta(days=asked.days)
    if first is None or first > asked.now:
        return None
    documents = (Document(each.text, each.kind) for each in policies)
    distinctions = frozenset(chain.from_iterable(distinctions_of(each.policy) for each in documents if each.policy))
    since = max(first, wanted)
    uses = uses_of(allowed_requests(tx, asked.account, since), distinctions)
    return Usage(asked.account, since, asked.days if since == wanted else None, uses, distinctions)


def _notes(usage: Usage, data: Path, days: int) -> Sequence[str]:
    if usage.days is not None:
        return ()
    reach = f"the log of {data} begins at {date_in_full(usage.since)}"
    return (f"{reach}: what is unused is told of this time, not of {counted(days, 'day')}",)
