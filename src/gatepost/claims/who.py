"""Whom a claim means: one entry of `by` or `unless`, and which callers it covers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from gatepost.claims.errors import ClaimError
from gatepost.policy.match import How, names
from gatepost.policy.model import PrincipalEntry, PrincipalType
from gatepost.policy.offline import PARTITION, partition_of
from gatepost.policy.principal import Principal, PrincipalKind, is_account
from gatepost.policy.question import ANY_SESSION
from gatepost.policy.values import arn_parts


@dataclass(frozen=True, slots=True)
class Home:
    """The account and partition that a claim is made in, and the region of resources without an ARN: None is every region.

    `groups` are the ARNs of the users of its groups, by the group's name, where they are known.
    """

    account: str
    region: str | None = None
    partition: str = PARTITION
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)


class WhoKind(Enum):
    """The kinds of entry."""

    ANYONE = "anyone"
    ANOTHER_ACCOUNT = "another account"
    USER = "user"
    ROLE = "role"
    GROUP = "group"
    ROOT = "root"
    ACCOUNT = "account"
    SERVICE = "service"
    ARN = "arn"


NAMED = {WhoKind.USER.value: WhoKind.USER, WhoKind.ROLE.value: WhoKind.ROLE, WhoKind.GROUP.value: WhoKind.GROUP}


@dataclass(frozen=True, slots=True)
class Who:
    """One entry as it is written; `name` is what stands behind the slash, the account, the service or the ARN."""

    text: str
    kind: WhoKind
    name: str = ""
    column: int = 1

    @classmethod
    def of(cls, text: str, column: int = 1) -> "Who | None":
        """The entry that a word says; None where it says none."""
        kind, slash, name = text.partition("/")
        if text.lower() in (WhoKind.ANYONE.value, WhoKind.ROOT.value):
            return cls(text, WhoKind(text.lower()), column=column)
        if slash and name and kind.lower() in NAMED and "*" not in name and "?" not in name:
            return cls(text, NAMED[kind.lower()], name, column)
        if is_account(text):
            return cls(text, WhoKind.ACCOUNT, text, column)
        try:
            principal = Principal.of(text)
        except ValueError:
            return None
        if principal.kind is PrincipalKind.ANONYMOUS:
            return None
        return cls(text, WhoKind.SERVICE if principal.kind is PrincipalKind.SERVICE else WhoKind.ARN, text, column)

    def covers(self, principal: Principal, home: Home) -> bool:
        """Whether a caller is meant; ClaimError for a group whose users are not known."""
        at_home = principal.account == home.account
        match self.kind:
            case WhoKind.ANYONE:
                return True
            case WhoKind.ANOTHER_ACCOUNT:
                return not at_home and principal.kind is not PrincipalKind.SERVICE
            case WhoKind.USER | WhoKind.ROLE | WhoKind.ARN:
                return names(PrincipalEntry(PrincipalType.AWS, self._arn(home)), principal) is not How.NOT or (
                    principal.arn == self.name
                )
            case WhoKind.GROUP:
                members = self._members(home)
                return principal.arn in members or principal.user_arn in members
            case WhoKind.ROOT:
                return at_home and principal.of_root
            case WhoKind.ACCOUNT:
                return principal.account == self.name
            case WhoKind.SERVICE:
                return principal.arn == self.name

    def instances(self, home: Home) -> tuple[Principal, ...]:
        """Callers that stand for those that are meant by name; none where nobody is named."""
        match self.kind:
            case WhoKind.ANYONE | WhoKind.ANOTHER_ACCOUNT | WhoKind.ACCOUNT:
                return ()
            case WhoKind.GROUP:
                return tuple(map(Principal.of, sorted(self._members(home))))
            case WhoKind.ROOT:
                return (Principal.of(f"arn:{home.partition}:iam::{home.account}:root"),)
            case WhoKind.SERVICE:
                return (Principal.of(self.name),)
            case WhoKind.USER | WhoKind.ROLE | WhoKind.ARN:
                named = Principal.of(self._arn(home))
                return (session_of(named) if named.kind is PrincipalKind.ROLE else named,)

    def _arn(self, home: Home) -> str:
        if arn_parts(self.name) is not None:
            return self.name
        return f"arn:{home.partition}:iam::{home.account}:{self.kind.value}/{self.name}"

    def _members(self, home: Home) -> frozenset[str]:
        if self.name not in home.groups:
            raise ClaimError(f"`{self.text}`: the users of this group are not known here; name users or roles", self.column)
        return home.groups[self.name]


def session_of(role: Principal) -> Principal:
    """Any session of a role."""
    return Principal.of(
        f"arn:{partition_of(role.arn)}:sts::{role.account}:assumed-role/{role.name}/{ANY_SESSION}", role_arn=role.arn
    )
