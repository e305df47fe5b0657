"""What an organization lays on its accounts: the control policies of every level above an account."""

from dataclasses import dataclass
from typing import Final

from gatepost.access.kept_layer import KeptLayer
from gatepost.store.transaction import View


@dataclass(frozen=True, slots=True)
class Guardrails:
    """One account's place in an organization. `scps` and `rcps` are None where none bind it: no organization, or its manager.

    Levels are in order: root, units, account. `path` is as `aws:PrincipalOrgPaths` has it: `o-…/r-…/ou-…/`.
    """

    organization_id: str | None = None
    path: str | None = None
    scps: tuple[KeptLayer, ...] | None = None
    rcps: tuple[KeptLayer, ...] | None = None


NONE: Final = Guardrails()


def guardrails(_view: View, _account: str) -> Guardrails:
    """The guardrails of an account."""
    return NONE
