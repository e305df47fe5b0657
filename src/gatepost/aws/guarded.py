"""A change that would break a guardrail is refused, with the request that it would let through.

The writer never proves anything. It runs the handler; where that touches an account with guardrails for which there is no proof, the
handler is undone and `Unproved` says so. Then

1.  the handler is rehearsed on a copy of the tables beside the store, as of one snapshot (`Database.rehearsal`), and the account as it
    was and as it would be are gathered;
2.  the difference is proved, away from the store (`claims.guardrail`);
3.  the writer runs the handler again, with the proof. It stands if nothing of what it rested on was changed since that snapshot, be it
    by a commit, by an earlier call of the same batch, or by another process; else all begins anew, a few times.

A handler makes IDs at random, so what is committed and what was rehearsed differ in new IDs: no guardrail depends on them, for who is
new has no policy that names it by its ID. A send touches nothing that policies rest on, so it costs nothing here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gatepost.access.guardrails import broken_words, change_of
from gatepost.access.households import household_of
from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError, access_denied, throttled
from gatepost.claims.breach_words import Told
from gatepost.claims.guardrail import Change
from gatepost.store.guardrails import Guardrail, guarded_accounts, list_guardrails
from gatepost.store.organizations import ORGANIZATIONS
from gatepost.store.transaction import Transaction

MOST_TRIES: Final = 4  # of a change that others overtake
ACCOUNT: Final = re.compile(r"(?<!\d)\d{12}(?!\d)")


class Unproved(Exception):
    """A change of accounts with guardrails that nobody has proved yet: nothing of it stands."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That the guardrails of these accounts hold after a call, as of a clock of the memory; `scopes` are what that rested on."""

    accounts: frozenset[str]
    scopes: frozenset[str]
    as_of: int

    def is_fresh(self, tx: Transaction) -> bool:
        """Whether nothing of what it rested on was changed since. To be asked before the handler runs."""
        return not tx.changed_since(self.scopes, self.as_of)


@dataclass(frozen=True, slots=True)
class Guarded:
    """One account that a call changes, with its guardrails."""

    guardrails: tuple[Guardrail, ...]
    change: Change

    def refusal(self, told: Told) -> AwsError:
        """`AccessDenied`, in words."""
        guardrail = next(each for each in self.guardrails if each.name == told.name)
        text = f"This change would break the guardrail {guardrail.name} of account {guardrail.account}."
        return access_denied(f"{text} {broken_words(guardrail, told)}")

    def undecided(self, limit: str) -> AwsError:
        """The same where a limit ended the proof: what is not decided counts as broken."""
        return self.refusal(Told(self.guardrails[0].name, f"It could not be proved that it holds: {limit}."))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is to be proved of a call, account by account, and the proof that it then has."""

    guarded: tuple[Guarded, ...]
    proof: Proof


def require_proof(tx: Transaction, proof: Proof | None) -> None:
    """`Unproved` where this attempt has touched accounts with guardrails that the proof is not about."""
    touched = _guarded(tx, tx.touched_here)
    if touched and (proof is None or not proof.accounts.issuperset(touched)):
        raise Unproved


def overtaken() -> AwsError:
    """Others changed the same policies again and again while a change was proved: it may be tried again."""
    return throttled()


def scopes_of(call: Call, accounts: Sequence[str]) -> frozenset[str]:
    """What a rehearsal of a call rests on: the accounts with guardrails, the caller's, those that its input names, organizations."""
    named = ACCOUNT.findall(repr(call.input))
    return frozenset((*accounts, call.caller.account, *named, ORGANIZATIONS))


def _guarded(tx: Transaction, touched: frozenset[str]) -> tuple[str, ...]:
    if not touched:
        return ()
    return tuple(account for account in guarded_accounts(tx) if account in touched or ORGANIZATIONS in touched)


def guarded_changes(before: Transaction, after: Transaction, touched: frozenset[str]) -> tuple[Guarded, ...]:
    """What is to be proved: each account with guardrails that was touched, as it was and as it would be."""
    changes = []
    for account in _guarded(before, touched):
        known = list_guardrails(before, account)
        changes.append(Guarded(known, change_of(after, account, known, household_of(before, account))))
    return tuple(changes)
