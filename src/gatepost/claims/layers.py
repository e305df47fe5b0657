"""The names of the policies that a question is about, by what they are."""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Layers:
    """Names of policies. Of `policies` those are a resource's whose statements name principals. `principal`: who has them."""

    policies: tuple[str, ...] = ()
    resource_policies: tuple[str, ...] = ()
    boundary: str | None = None
    session_policies: tuple[str, ...] = ()
    scps: tuple[str, ...] = ()
    principal: str | None = None
    account: str | None = None
    region: str | None = None

    def seen_from(self, place: Callable[[str], str]) -> "Layers":
        """The same policies, named from elsewhere."""
        return replace(
            self,
            policies=tuple(map(place, self.policies)),
            resource_policies=tuple(map(place, self.resource_policies)),
            boundary=None if self.boundary is None else place(self.boundary),
            session_policies=tuple(map(place, self.session_policies)),
            scps=tuple(map(place, self.scps)),
        )
