"""Filters of findings: criteria by key, all of which must hold.

Source: IAM User Guide, "IAM Access Analyzer filter keys".
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gatepost.services.access_analyzer.errors import invalid
from gatepost.store.access_findings import AccessFinding

Filter = Mapping[str, Mapping[str, Any]]  # the API's FilterCriteriaMap
EXTERNAL_ACCESS: Final = "ExternalAccess"
KEYS: Final = (
    "id", "resource", "resourceType", "resourceOwnerAccount", "isPublic", "status", "error", "findingType",
    "principal.AWS", "principal.Federated", "principal.Service", "principal.CanonicalUser", "action",
)  # fmt: skip
CONDITION: Final = "condition."


def check_criteria(criteria: Filter) -> None:
    """`ValidationException` for a key that no finding has."""
    for key, criterion in criteria.items():
        if key not in KEYS and not key.startswith(CONDITION):
            raise invalid(f"filter: `{key}` is no key of findings; expected one of {', '.join(KEYS)}, condition.KEY")
        if not criterion:
            raise invalid(f"filter, {key}: expected eq, neq, contains or exists")


def meets(finding: AccessFinding, criteria: Filter) -> bool:
    """Whether a finding meets every criterion."""
    return all(_meets(values_of(finding, key), criterion) for key, criterion in criteria.items())


def values_of(finding: AccessFinding, key: str) -> Sequence[str]:
    """The values of a key; none where the finding lacks it."""
    if key.startswith(CONDITION):
        value = finding.condition.get(key.removeprefix(CONDITION))
        return () if value is None else (value,)
    if key.startswith("principal."):
        value = finding.principal.get(key.removeprefix("principal."))
        return () if value is None else (value,)
    match key:
        case "action":
            return finding.action
        case "isPublic":
            return ("true" if finding.is_public else "false",)
        case "error":
            return ()
        case "findingType":
            return (EXTERNAL_ACCESS,)
    held = {
        "id": finding.id,
        "resource": finding.resource,
        "resourceType": finding.resource_type,
        "resourceOwnerAccount": finding.resource_owner,
        "status": finding.status.value,
    }
    return (held[key],)


def _meets(values: Sequence[str], criterion: Mapping[str, Any]) -> bool:
    if "eq" in criterion and not any(value in criterion["eq"] for value in values):
        return False
    if "neq" in criterion and any(value in criterion["neq"] for value in values):
        return False
    if "contains" in criterion and not any(part in value for value in values for part in criterion["contains"]):
        return False
    return "exists" not in criterion or bool(values) is criterion["exists"]
