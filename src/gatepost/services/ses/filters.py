"""Filters of lists: which identities and configuration sets a list names.

Source: observed answers of SES, 2026.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError
from gatepost.services.ses.errors import invalid
from gatepost.store.identities import Identity

NAME_CONTAINS, TYPE, STATUS = "IDENTITY_NAME_CONTAINS", "IDENTITY_TYPE", "VERIFICATION_STATUS"
SET_NAME_CONTAINS: Final = "CONFIGURATION_SET_NAME_CONTAINS"
TYPES: Final = ("EMAIL_ADDRESS", "DOMAIN")
STATUSES: Final = {"SUCCESS": "Success", "PENDING": "Pending", "FAILED": "Failed", "TEMPORARY_FAILURE": "TemporaryFailure"}
LEAST_NAME, MOST_NAME = 3, 320
LEAST_SET_NAME, MOST_SET_NAME = 3, 64


class IdentityFilter(Struct, frozen=True):
    """Which identities a list names."""

    part: str  # of the name, in lower case
    kind: str | None
    status: str | None

    def matches(self, identity: Identity) -> bool:
        """Whether the list names the identity."""
        kind = "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS"
        status = identity.verification_status
        return self.part in identity.name.lower() and self.kind in (None, kind) and self.status in (None, status)


def check_identity_filter(call: Call, given: Mapping[str, str]) -> None:
    """`AwsError` for a key that is none, or a value that is empty: before the size of the page is looked at."""
    if given.keys() - {NAME_CONTAINS, STATUS, TYPE}:
        keys = f"[Member must satisfy enum value set: [{NAME_CONTAINS}, {STATUS}, {TYPE}]]"
        raise _violated(call, f"Map keys must satisfy constraint: {keys}")
    if not all(given.values()):
        raise _violated(call, "Map value must satisfy constraint: [Member must have length greater than or equal to 1]")


def read_identity_filter(call: Call, given: Mapping[str, str]) -> IdentityFilter:
    """The filter of a call that passed `check_identity_filter`; `AwsError` for a name, type or status that cannot be."""
    name, kind, status = (given.get(key) for key in (NAME_CONTAINS, TYPE, STATUS))
    if name is not None:
        name = name.strip()
        if len(name) < LEAST_NAME:
            raise invalid(call, f"Filter {NAME_CONTAINS} must be at least {LEAST_NAME} characters.")
        if len(name) > MOST_NAME:
            raise invalid(call, f"Filter {NAME_CONTAINS} must be at most {MOST_NAME} characters.")
    if kind is not None and kind not in TYPES:
        raise invalid(call, f"Invalid identity type <{kind}> in filter.")
    if status == "NOT_STARTED":
        raise invalid(call, "Invalid verification status <NotStarted>.")
    if status is not None and status not in STATUSES:
        raise invalid(call, f"Invalid verification status <{status}> in filter.")
    return IdentityFilter((name or "").lower(), kind, None if status is None else STATUSES[status])


def part_of_set_name(call: Call, given: Mapping[str, str]) -> str:
    """What the names of configuration sets must contain, in lower case; other keys are passed over, as SES does."""
    part = given.get(SET_NAME_CONTAINS) or ""
    if part and not LEAST_SET_NAME <= len(part) <= MOST_SET_NAME:
        raise invalid(call, f"{SET_NAME_CONTAINS} must be between {LEAST_SET_NAME} and {MOST_SET_NAME} characters")
    return part.lower()


def _violated(call: Call, constraint: str) -> AwsError:
    return invalid(call, f"1 validation error detected: Value at 'filter' failed to satisfy constraint: {constraint}")
