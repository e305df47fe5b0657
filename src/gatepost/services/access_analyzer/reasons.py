"""Why a check fails: which Allow statements let through what it asks for, each with a request that shows it.

AWS names the statements alone; the request is ours, and `decide` has confirmed it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.request import Request
from gatepost.reasoning.undecidable import Undecidable
from gatepost.services.access_analyzer.errors import unprocessable
from gatepost.words.requests import request_words

Ask = Callable[[Policy], Request | None]  # a request that a policy lets through and the check forbids


def reasons(policy: Policy, ask: Ask, what: str) -> list[dict[str, Any]]:
    """One reason for each statement to blame; none where the policy passes. `what` is how AWS begins the description."""
    try:
        if ask(policy) is None:
            return []
        return list(_reasons(policy, ask, what))
    except Undecidable as reason:
        raise unprocessable(f"The question was not decided: {reason}") from None


def _reasons(policy: Policy, ask: Ask, what: str) -> Iterator[dict[str, Any]]:
    denies = tuple(statement for statement in policy.statements if statement.effect is Effect.DENY)
    for index, statement in enumerate(policy.statements):
        if statement.effect is Effect.DENY:
            continue
        witness = ask(Policy((statement, *denies), policy.version))
        if witness is not None:
            yield reason(what, index, statement, witness)


def reason(what: str, index: int, statement: Statement, witness: Request) -> dict[str, Any]:
    """The reason that a statement is, with a request that shows it."""
    place = f"sid: {statement.sid}" if statement.sid else f"index: {index}"
    told = {"description": f"{what} {place}. For example: {request_words(witness)}.", "statementIndex": index}
    return {**told, "statementId": statement.sid} if statement.sid else told
