"""An account's guardrails against a state of the store: what is to be proved, and what people read where one is broken.

The proof itself is pure (`claims.guardrail`), takes as long as it takes, and so is never made in the writer's transaction.
"""

from collections.abc import Sequence

from gatepost.access.households import household_of
from gatepost.claims.breach_words import Told
from gatepost.claims.guardrail import Change, Wanted
from gatepost.claims.household import Household
from gatepost.store.guardrails import Guardrail
from gatepost.store.transaction import Transaction


def change_of(tx: Transaction, account: str, guardrails: Sequence[Guardrail], before: Household | None) -> Change:
    """What is to be proved of an account as it stands in a transaction; `before` is how it stood when its guardrails held."""
    return Change(before, household_of(tx, account), tuple(map(wanted, guardrails)))


def wanted(guardrail: Guardrail) -> Wanted:
    """A guardrail as it is proved."""
    return Wanted(guardrail.name, guardrail.kind, guardrail.claim)


def broken_words(guardrail: Guardrail, told: Told) -> str:
    """What a guardrail says, why, and the request against it."""
    reason = f" Reason: {guardrail.reason}." if guardrail.reason else ""
    return f"It says: {guardrail.kind} {guardrail.claim}.{reason} {told.text}"
