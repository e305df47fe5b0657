"""Whether a statement speaks of a request: its action, its resource, its principal, its conditions.

Each element is compiled once to a test; `Rule` holds a statement's tests, made at its first use, and both walks (`decide` and
`explain`) run the same ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache

from gatepost.policy.model import Effect, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.operators import Test, compile_condition
from gatepost.policy.pattern import Matcher, glob, is_literal, matcher, wild
from gatepost.policy.principal import Principal, PrincipalKind, is_account
from gatepost.policy.request import Context, Request
from gatepost.policy.values import arn_parts
from gatepost.policy.variables import Template, hide_unresolved, is_open, read_template, read_unresolved

RESOURCE_VARIABLES_AFTER = 5  # colons


class PolicySource(Enum):
    """Where a policy hangs, by CloudFormation-like words that messages use."""

    USER_INLINE = "user inline policy"
    USER_MANAGED = "managed policy of the user"
    GROUP_INLINE = "group inline policy"
    GROUP_MANAGED = "managed policy of the group"
    ROLE_INLINE = "role inline policy"
    ROLE_MANAGED = "managed policy of the role"
    RESOURCE = "resource policy"
    TRUST = "trust policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    GIVEN = "given policy"


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A policy and where it hangs.

    `name` is the policy's name, or its ARN where it is a managed one; `owner` is the ARN of what it is attached to: a user, group,
    role, session, identity, or a target in the organization. `label` is a name for people where the ARN tells none.
    """

    policy: Policy
    source: PolicySource = PolicySource.GIVEN
    name: str = ""
    owner: str = ""
    label: str = ""


class How(IntEnum):
    """How a resource policy's statement named the caller; the more direct, the greater."""

    NOT = 0
    ACCOUNT = 1
    ROLE = 2  # the role of a session, or the user of a federated session
    DIRECT = 3  # the very user, session or service, or everyone


class Rule:
    """A statement with its tests, and where it stands."""

    __slots__ = ("_conditions", "_covers", "_how", "attached", "denies", "index", "statement")

    def __init__(self, attached: AttachedPolicy, index: int, statement: Statement) -> None:
        self.attached = attached
        self.index = index
        self.statement = statement
        self.denies = statement.effect is Effect.DENY
        self._conditions: tuple[Test, ...] | None = None
        self._covers: ResourceTest | None = None
        self._how: Callable[[Principal], How] | None = None

    @property
    def conditions(self) -> tuple[Test, ...]:
        """The tests of the conditions, in the statement's order."""
        if self._conditions is None:
            variables = self.attached.policy.has_variables
            self._conditions = tuple(
                compile_condition(condition, self.statement.effect, variables=variables)
                for condition in self.statement.conditions
            )
        return self._conditions

    def holds(self, context: Context) -> bool:
        """Whether every condition holds."""
        for test in self._conditions if self._conditions is not None else self.conditions:  # noqa: SIM110 -- `all` is a call dearer
            if not test(context):
                return False
        return True

    def covers(self, request: Request) -> bool:
        """Whether Resource or NotResource covers the request's resource."""
        if self._covers is None:
            self._covers = resource_test(self) or _everything
        return self._covers(request)

    def how(self, principal: Principal) -> How:
        """How the statement names this principal.

        A statement without a principal is not a resource policy's, which must have one: there its Allow names nobody, its Deny
        everyone.
        """
        if self._how is None:
            self._how = _principal_test(self.statement)
        return self._how(principal)


# --- actions ------------------------------------------------------------------------------------------------------------


def speaks_of_action(statement: Statement, action_key: str) -> bool:
    """Whether Action or NotAction covers an action (lower case). A statement with neither covers none."""
    if statement.actions is not None:
        return any(covers_action(pattern, action_key) for pattern in statement.actions)
    if statement.not_actions is not None:
        return not any(covers_action(pattern, action_key) for pattern in statement.not_actions)
    return False


def covers_action(pattern: str, action_key: str) -> bool:
    """Whether `ses:Send*` covers `ses:sendemail`: without regard to case, the service's prefix without wildcards."""
    return _action_matcher(pattern)(action_key)


@lru_cache(maxsize=8192)
def _action_matcher(pattern: str) -> Matcher:
    return matcher(wild(pattern.lower()))


# --- resources ----------------------------------------------------------------------------------------------------------

ResourceTest = Callable[[Request], bool]


def literal_resources(rule: Rule) -> tuple[str, ...] | None:
    """The resources that a statement names without wildcard or variable, where it names no others."""
    resources = rule.statement.resources
    if resources is None:
        return None
    variables = rule.attached.policy.has_variables
    literal = all(
        is_literal(wild(resource)) and not ((variables and "${" in resource) or is_open(resource)) for resource in resources
    )
    return resources if literal else None


def resource_test(rule: Rule) -> ResourceTest | None:
    """The test of Resource or NotResource; None where it covers every resource (a trust policy has neither)."""
    statement, variables = rule.statement, rule.attached.policy.has_variables
    if statement.resources is not None:
        if "*" in statement.resources:
            return None
        return _any_of(tuple(_resource(text, variables=variables) for text in statement.resources))
    if statement.not_resources is not None:
        listed = _any_of(tuple(_resource(text, variables=variables) for text in statement.not_resources))
        return lambda request: not listed(request)
    return None


def _everything(_request: Request) -> bool:
    return True


def _any_of(tests: tuple[ResourceTest, ...]) -> ResourceTest:
    if len(tests) == 1:
        return tests[0]
    return lambda request: any(test(request) for test in tests)


def _resource(text: str, *, variables: bool) -> ResourceTest:
    pattern = resource_pattern(text, variables=variables)
    if isinstance(pattern, str):
        matches = matcher(pattern)
        return lambda request: matches(request.resource)

    def filled(request: Request) -> bool:
        # An absent variable: the entry matches nothing, and in NotResource it excludes nothing.
        for_request = pattern.fill(request.context)
        return for_request is not None and glob(for_request, request.resource)

    return filled


def resource_pattern(text: str, *, variables: bool) -> str | Template:
    """One entry of Resource or NotResource. Variables count after the fifth colon alone; before it `${` is literal text.

    Parts that are not known (`variables.UNRESOLVED`) count anywhere.
    """
    if not variables:
        return read_unresolved(text, wildcards=True)
    parts = hide_unresolved(text).split(":", RESOURCE_VARIABLES_AFTER)
    at = len(text) - (len(parts[-1]) if len(parts) > RESOURCE_VARIABLES_AFTER else 0)
    head, tail = read_unresolved(text[:at], wildcards=True), read_template(text[at:], wildcards=True)
    if isinstance(head, str) and isinstance(tail, str):
        return head + tail
    return Template(tuple(part for each in (head, tail) for part in ((each,) if isinstance(each, str) else each.parts) if part))


# --- principals ---------------------------------------------------------------------------------------------------------


def _principal_test(statement: Statement) -> Callable[[Principal], How]:
    if statement.principals is not None:
        entries = statement.principals
        return lambda principal: max((names(entry, principal) for entry in entries), default=How.NOT)
    if statement.not_principals is not None:
        return _not_principal_test(statement.not_principals, statement.effect)
    anyone = How.DIRECT if statement.effect is Effect.DENY else How.NOT
    return lambda _principal: anyone


def _not_principal_test(entries: tuple[PrincipalEntry, ...], effect: Effect) -> Callable[[Principal], How]:
    """Everyone except.

    A Deny spares only whom it lists whole: the user and the account (for a session the role too), as the User Guide asks; an
    Allow, which that guide advises against, leaves out whoever is listed in any way.
    """
    if any(entry.type is PrincipalType.AWS and entry.value == "*" for entry in entries):
        return lambda _principal: How.NOT

    def spared(principal: Principal) -> bool:
        listed = {names(entry, principal) for entry in entries} - {How.NOT}
        return _whole(principal) <= listed if effect is Effect.DENY else bool(listed)

    return lambda principal: How.NOT if spared(principal) else How.DIRECT


def _whole(principal: Principal) -> frozenset[How]:
    """The ways in which a caller is listed with all that stands behind it: itself, its role or user, its account."""
    match principal.kind:
        case PrincipalKind.ROOT:
            return frozenset((How.ACCOUNT,))
        case PrincipalKind.ROLE:
            return frozenset((How.ROLE, How.ACCOUNT))
        case PrincipalKind.SERVICE | PrincipalKind.ANONYMOUS | PrincipalKind.FEDERATED:
            return frozenset((How.DIRECT,))
        case PrincipalKind.ASSUMED_ROLE:
            return frozenset((How.DIRECT, How.ROLE, How.ACCOUNT))
        case PrincipalKind.USER | PrincipalKind.FEDERATED_USER:
            behind = (How.ROLE,) if principal.user_arn else ()
            return frozenset((How.DIRECT, *behind, How.ACCOUNT))


def names(entry: PrincipalEntry, principal: Principal) -> How:
    """How one entry of `Principal` names a caller (facts: the most direct way counts)."""
    value = entry.value
    match entry.type:
        case PrincipalType.AWS:
            return _aws(value, principal)
        case PrincipalType.SERVICE:
            served = principal.kind is PrincipalKind.SERVICE and value in (principal.arn, "*")
            return How.DIRECT if served else How.NOT
        case PrincipalType.FEDERATED:
            return How.DIRECT if value == principal.arn else How.NOT
        case PrincipalType.CANONICAL_USER:  # S3's own; SES knows none
            return How.NOT


def _aws(value: str, principal: Principal) -> How:
    if value == "*":
        return How.DIRECT
    account = principal.account
    if account is None:
        return How.NOT
    if value == account:
        return How.ACCOUNT
    if value == principal.arn:
        # A stored ARN names whoever has it now; AWS stores the unique ID instead (`with_principal_ids`).
        return {PrincipalKind.ROOT: How.ACCOUNT, PrincipalKind.ROLE: How.ROLE}.get(principal.kind, How.DIRECT)
    if not value.startswith("arn:"):
        return _unique(value, principal)
    parts = arn_parts(value)
    if parts is None or parts[4] != account or not principal.arn.startswith(f"arn:{parts[1]}:"):
        return How.NOT  # the same digits are another account in another partition
    if parts[2] == "iam" and parts[5] == "root":
        return How.ACCOUNT
    if value == principal.user_arn:
        return How.ROLE
    kind, _, path = parts[5].partition("/")
    if parts[2] == "iam" and kind == "role" and principal.kind is PrincipalKind.ASSUMED_ROLE:
        # A session's ARN leaves out its role's path, so the names are compared. A role that asks itself has said its path.
        return How.ROLE if path.rpartition("/")[2] == principal.role_name else How.NOT
    return How.NOT


def _unique(value: str, principal: Principal) -> How:
    if is_account(value):
        return How.NOT
    if value == principal.user_id:
        return How.ROLE
    if principal.unique_id is None:
        return How.NOT
    if value == principal.unique_id:
        return How.ROLE if principal.kind is PrincipalKind.ROLE else How.DIRECT
    return How.ROLE if principal.unique_id.startswith(f"{value}:") else How.NOT
