"""A plain interpreter of the same policies, kept to measure against: it walks the JSON anew for each request.

Right for what the benchmark asks (Allow and Deny, Action and Resource with wildcards, three operators), and for nothing else.
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringLike": fnmatchcase,
    "IpAddress": lambda given, block: ipaddress.ip_address(given) in ipaddress.ip_network(block),
    "DateGreaterThan": lambda given, bound: datetime.fromisoformat(given) > datetime.fromisoformat(bound),
    "DateLessThan": lambda given, bound: datetime.fromisoformat(given) < datetime.fromisoformat(bound),
}


def decide(request: Mapping[str, Any], policies: Sequence[Mapping[str, Any]]) -> str:
    """`allowed`, `explicitDeny` or `implicitDeny`."""
    allowed = False
    for policy in policies:
        for statement in policy["Statement"]:
            if matches(request, statement):
                if statement["Effect"] == "Deny":
                    return "explicitDeny"
                allowed = True
    return "allowed" if allowed else "implicitDeny"


def matches(request: Mapping[str, Any], statement: Mapping[str, Any]) -> bool:
    action, resource = request["action"].lower(), request["resource"]
    if not any(fnmatchcase(action, pattern.lower()) for pattern in listed(statement["Action"])):
        return False
    if not any(fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"])):
        return False
    context = {key.lower(): value for key, value in request["context"].items()}
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            given = context.get(key.lower())
            if given is None or not any(OPERATORS[operator](given, value) for value in listed(values)):
                return False
    return True


def listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
