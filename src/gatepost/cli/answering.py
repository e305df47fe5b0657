"""A question that the command line asks, answered from the data folder, or from files alone where there is none."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gatepost.cli.exits import CANNOT_TELL, DONE, NO, UNREACHABLE, USAGE, Exit
from gatepost.cli.question_flags import QuestionFlags, policies_of, supposition_of
from gatepost.policy.partial import Answer, combined
from gatepost.policy.question import GivenPolicies, Question, Supposition, Unasked
from gatepost.policy.rationale import Rationale, rationale
from gatepost.policy.values import account_of

if TYPE_CHECKING:
    from gatepost.policy.principal import Principal
    from gatepost.store.transaction import Transaction

CODES: Final = {Answer.YES: DONE, Answer.NO: NO, Answer.CANNOT_TELL: CANNOT_TELL}
DEFAULT_DATA: Final = Path("gatepost-data")


@dataclass(frozen=True)
class Answered:
    """The rationale of each need of a call. `ids` are the ARNs behind the unique IDs in policies."""

    principal: "Principal"
    rationales: tuple[Rationale, ...]
    notes: tuple[str, ...]
    ids: Mapping[str, str]

    @property
    def answer(self) -> Answer:
        """Whether the call would be allowed: every need must be met."""
        return combined(each.answer for each in self.rationales)


def answered(who: str, action: str, resource: str | None, flags: QuestionFlags, *, named: str) -> Answered:
    """The answer on a call of somebody; `named` is how the command calls the resource. Exit for what cannot be asked."""
    given = policies_of(flags)
    supposed = supposition_of(flags, action)
    try:
        if given and _is_offline(flags):
            return _offline(who, resource, flags, supposed, given)
        from gatepost.access.questions import Target, ask  # noqa: PLC0415 -- the store's parts load when they are needed
        from gatepost.access.somebody import NobodySuch, find_somebody  # noqa: PLC0415 -- the same
        from gatepost.cli.opened import opened_store  # noqa: PLC0415 -- the same

        with opened_store(flags.data) as (settings, database), database.reader() as tx:
            check_accounts(tx, settings.data)
            try:
                caller = find_somebody(tx, who, settings.account)
            except NobodySuch as error:
                raise Exit(USAGE, str(error)) from None
            target = Target(flags.region or settings.region, resource, flags.configuration_set)
            asked = ask(tx, caller, supposed, target, given)
        return Answered(caller.principal, _rationales(asked.questions), asked.notes, ids_of(asked.questions))
    except Unasked as error:
        raise Exit(USAGE, f"{named}: {error}") from None


def check_accounts(tx: "Transaction", data: Path) -> None:
    """Exit where the store has no account: no server has ever run on it."""
    from gatepost.store.accounts import list_accounts  # noqa: PLC0415 -- the same

    if not list_accounts(tx):
        raise Exit(UNREACHABLE, f"no account in {data} yet: start `gatepost serve` first, or name another folder with --data")


def _rationales(questions: tuple[Question, ...]) -> tuple[Rationale, ...]:
    return tuple(rationale(each.request, each.policies, each.unknown) for each in questions)


def ids_of(questions: tuple[Question, ...]) -> Mapping[str, str]:
    """The ARNs that users and roles had when a policy that names them was put, by their unique IDs."""
    from gatepost.access.kept_layer import KeptLayer, principal_names  # noqa: PLC0415 -- the same

    found: dict[str, str] = {}
    for question in questions:
        for _, layer in question.policies.layers():
            if isinstance(layer, KeptLayer):
                found.update(principal_names(layer))
    return found


def tell_notes(notes: tuple[str, ...]) -> None:
    """Notes beside an answer, on stderr."""
    for note in dict.fromkeys(notes):
        print(f"gatepost: {note}", file=sys.stderr)


# --- files alone --------------------------------------------------------------------------------------------------------


def _is_offline(flags: QuestionFlags) -> bool:
    """Whether there is no data folder to ask: none is named, and none stands where it would by default."""
    named = flags.data is not None or os.environ.get("GATEPOST_DATA") or Path("gatepost.toml").exists()
    return not named and not DEFAULT_DATA.is_dir()


def _offline(who: str, resource: str | None, flags: QuestionFlags, supposed: Supposition, given: GivenPolicies) -> Answered:
    from gatepost.policy.offline import (  # noqa: PLC0415 -- the same
        DEFAULT_ACCOUNT,
        DEFAULT_REGION,
        ask_offline,
        offline_principal,
    )

    try:
        principal = offline_principal(who, account_of(resource or "") or DEFAULT_ACCOUNT)
    except ValueError as error:
        raise Exit(USAGE, str(error)) from None
    region = flags.region or DEFAULT_REGION
    questions, notes = ask_offline(principal, supposed, resource, flags.configuration_set, region, given)
    alone = "decided from the files alone: there is no data folder"
    return Answered(principal, _rationales(questions), (alone, *notes), {})
