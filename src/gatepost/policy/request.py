"""A request as the policies see it: who, which action, on what, in which context."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from gatepost.policy.catalogue import is_multivalued, is_single_valued
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.values import account_of

__all__ = ["Context", "Principal", "PrincipalKind", "Request", "normalise_context"]

Context = Mapping[str, str | tuple[str, ...]]
Given = str | bool | int | float | Sequence[str | bool | int | float]


class Request:
    """One question to the policies.

    `context` is normalised: keys in lower case, a single value as `str`, the values of a multi-valued key as a tuple. Nothing is
    filled in, neither from the principal nor from the clock. `resource_account` is by default the account in `resource`, or the
    principal's where the ARN has none.
    """

    __slots__ = ("action", "action_key", "context", "principal", "resource", "resource_account")

    def __init__(
        self,
        principal: Principal | str,
        action: str,
        resource: str,
        resource_account: str | None = None,
        context: Mapping[str, Given] | None = None,
    ) -> None:
        self.principal = principal if isinstance(principal, Principal) else _principal(principal)
        self.action = action
        self.action_key = action.lower()
        self.resource = resource
        self.resource_account = resource_account or account_of(resource) or self.principal.account
        self.context: Context = normalise_context(context) if context else {}

    @classmethod
    def of_normalised(
        cls, principal: Principal, action: str, resource: str, resource_account: str | None, context: Context
    ) -> "Request":
        """A request whose context is already normalised, as the server builds it."""
        request = cls.__new__(cls)
        request.principal = principal
        request.action = action
        request.action_key = action.lower()
        request.resource = resource
        request.resource_account = resource_account or account_of(resource) or principal.account
        request.context = context
        return request

    def __repr__(self) -> str:
        return f"Request({self.principal.arn!r}, {self.action!r}, {self.resource!r}, {dict(self.context)!r})"


_principal = lru_cache(maxsize=1024)(Principal.of)


def normalise_context(context: Mapping[str, Given]) -> Context:
    """Keys in lower case, values as text: `str` for a single-valued key, a tuple for a multi-valued one.

    The catalogue knows each key's arity; for a key that it does not know the value's own form decides. A single-valued key that
    is given several values keeps them all, so that no operator without a set prefix matches it.
    """
    normalised: dict[str, str | tuple[str, ...]] = {}
    for key, given in context.items():
        name = key.lower()
        if isinstance(given, str):
            normalised[name] = (given,) if is_multivalued(name) else given
        elif isinstance(given, bool | int | float):
            normalised[name] = (_text(given),) if is_multivalued(name) else _text(given)
        else:
            values = tuple(value if isinstance(value, str) else _text(value) for value in given)
            alone = len(values) == 1 and not is_multivalued(name) and is_single_valued(name)
            normalised[name] = values[0] if alone else values
    return normalised


def _text(value: bool | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if float(value).is_integer() else str(value)
