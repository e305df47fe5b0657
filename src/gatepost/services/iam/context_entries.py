"""The context of a simulation: the entries that are given, above what follows from who is asked for.

Source: IAM API Reference, `ContextEntry`; texts as the service puts them on the wire.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from gatepost.access.context import principal_context, resource_context
from gatepost.access.credentials import Caller
from gatepost.access.placement import Placement
from gatepost.aws.call import Shape
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.values import read_address, read_instant, read_number
from gatepost.services.iam import errors

Context = dict[str, Any]
LIST: Final = "List"


def given_context(entries: Sequence[Shape]) -> Context:
    """Key → value of the entries, each held against its type; `InvalidInput` names the entry that is wrong."""
    context: Context = {}
    for entry in entries:
        name, values = entry.get("ContextKeyName"), list(entry.get("ContextKeyValues") or ())
        if not name:
            raise errors.invalid_input("ContextKeyName cannot be null or empty.")
        if name.lower() in context:
            raise errors.invalid_input(f"Duplicate context key: {name}.")
        if not values:
            raise errors.invalid_input(f"Context values for context key {name} cannot be null or empty.")
        kind = entry.get("ContextKeyType") or ("string" if len(values) == 1 else "stringList")
        if not kind.endswith(LIST) and len(values) > 1:
            raise errors.invalid_input(f"Context key {kind} expected a single value, but received {len(values)}.")
        read = [_read(name, kind.removesuffix(LIST), value) for value in values]
        context[name.lower()] = read if kind.endswith(LIST) else read[0]
    return context


def _read(name: str, kind: str, value: str) -> str:
    if kind == "boolean":  # AWS: whatever is not true is false
        return "true" if value.lower() == "true" else "false"
    is_valid, form = FORMS.get(kind, (None, ""))
    if is_valid is not None and not is_valid(value):
        raise errors.invalid_input(f"Invalid context value for key {name}: expected {form}.")
    return value


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


FORMS: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = {
    "numeric": (lambda value: read_number(value) is not None, "numeric format"),
    "date": (lambda value: read_instant(value) is not None, "DateTime format"),
    "ip": (lambda value: read_address(value) is not None, "IP address"),
    "binary": (_is_base64, "base-64 encoded binary format"),
}


# --- what follows from who is asked for -----------------------------------------------------------------------------------


def caller_context(caller: Caller, place: Placement) -> Context:
    """The keys that every call of a caller carries. A role calls through sessions, whose names nobody knows yet."""
    context: Context = {**principal_context(caller), **always(), **organization_context(place)}
    if caller.principal.kind is PrincipalKind.ROLE:
        context["aws:principaltype"] = "AssumedRole"
        del context["aws:userid"]
    return context


def stranger_context(principal: Principal, place: Placement) -> Context:
    """The keys that follow from an ARN of whom nothing else is known."""
    context: Context = {"aws:principalarn": principal.arn, **always(), **organization_context(place)}
    if principal.account is not None:
        context["aws:principalaccount"] = principal.account
    if principal.kind is PrincipalKind.USER:
        context |= {"aws:username": principal.name, "aws:principaltype": "User"}
    return context


def always() -> Context:
    """The keys that are the same whoever calls, but for AWS's own services."""
    return {"aws:principalisawsservice": "false", "aws:viaawsservice": "false"}


def organization_context(place: Placement) -> Context:
    """Where the caller's account stands in an organization."""
    if place.organization_id is None or place.path is None:
        return {}
    return {"aws:principalorgid": place.organization_id, "aws:principalorgpaths": (place.path,)}


def owner_context(account: str, place: Placement) -> Context:
    """Where the resource's account stands in an organization."""
    return dict(resource_context(account, place))
