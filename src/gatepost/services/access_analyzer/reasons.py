"""Why a check fails: which Allow statements let through what it asks for, each with a request that shows it.

AWS names the statements alone; the request is ours, and `decide` has confirmed it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.request import Request
from gatepost.reasoning.undecidable import Undecidable
from gatepost.services.access_analyzer.errors import unprocessable

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
    told = {"description": f"{what} {place}. For example: {described(witness)}.", "statementIndex": index}
    return {**told, "statementId": statement.sid} if statement.sid else told


def described(request: Request) -> str:
    """A request in one line: who calls what on what, with which keys."""
    keys = ", ".join(f"{key}={_value(value)}" for key, value in sorted(request.context.items()))
    on = f"{request.principal.arn} calls {request.action} on {request.resource}"
    return f"{on} with {keys}" if keys else on


def _value(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "+".join(value)
