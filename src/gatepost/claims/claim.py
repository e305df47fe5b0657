"""A claim as a value: which requests it speaks of."""

from dataclasses import dataclass

from gatepost.claims.who import Home, Who
from gatepost.policy.model import Operator
from gatepost.policy.principal import Principal


@dataclass(frozen=True, slots=True)
class Term:
    """One thing said of a request, as a condition says it.

    `in_doubt`: where a request does not carry the key, the claim speaks of it all the same, for it cannot be shown to be another
    (an exception then does not).
    """

    text: str
    key: str
    operator: Operator
    values: tuple[str, ...]
    column: int = 1
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Exempt:
    """What one `unless` takes out: requests of these callers (none: of all) for which all of these hold."""

    who: tuple[Who, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Requests, described: actions, who makes them (none: anybody), on what (none: whatever the action is asked on), and terms."""

    text: str
    actions: tuple[str, ...]
    who: tuple[Who, ...] = ()
    resources: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    exempt: tuple[Exempt, ...] = ()

    def covers(self, principal: Principal, home: Home) -> bool:
        """Whether requests of a caller are described at all."""
        return means(self.who, principal, home) and not any(
            not each.terms and means(each.who, principal, home) for each in self.exempt
        )

    @property
    def entries(self) -> tuple[Who, ...]:
        """Everybody who is named."""
        return (*self.who, *(who for each in self.exempt for who in each.who))


def means(who: tuple[Who, ...], principal: Principal, home: Home) -> bool:
    """Whether a caller is among those that are meant; without entries everybody is."""
    return not who or any(each.covers(principal, home) for each in who)
