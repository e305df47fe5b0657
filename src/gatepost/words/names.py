"""Names for people: who, what, by which statement. Short where the account goes without saying."""

from collections.abc import Mapping
from typing import Final

from gatepost.policy.catalogue import spelled as key
from gatepost.policy.decide import LayerKind
from gatepost.policy.match import AttachedPolicy, PolicySource, Rule
from gatepost.policy.model import Condition
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.question import ANY_SESSION
from gatepost.policy.values import account_of
from gatepost.policy.variables import split_arn

__all__ = ["LAYERS", "arn", "condition", "key", "place", "policy", "principal_entry", "statement", "what", "who"]

OWNERS: Final = {
    PolicySource.USER_INLINE: "user",
    PolicySource.USER_MANAGED: "user",
    PolicySource.GROUP_INLINE: "group",
    PolicySource.GROUP_MANAGED: "group",
    PolicySource.ROLE_INLINE: "role",
    PolicySource.ROLE_MANAGED: "role",
}
INLINE: Final = (PolicySource.USER_INLINE, PolicySource.GROUP_INLINE, PolicySource.ROLE_INLINE)
LAYERS: Final = {
    LayerKind.IDENTITY: "identity policies",
    LayerKind.RESOURCE: "resource policy",
    LayerKind.BOUNDARY: "permissions boundary",
    LayerKind.SESSION: "session policy",
    LayerKind.SCP: "service control policies",
    LayerKind.RCP: "resource control policies",
}


def who(principal: Principal, account: str | None = None) -> str:
    """`user/alice`, `role/Mailer/session`, `root`; with its account where that is another than the one given."""
    match principal.kind:
        case PrincipalKind.ASSUMED_ROLE:
            session = "" if principal.name == ANY_SESSION else f"/{principal.name}"
            name = f"role/{principal.role_name}{session}"
        case PrincipalKind.SERVICE | PrincipalKind.ANONYMOUS | PrincipalKind.FEDERATED:
            name = principal.arn if principal.arn != "*" else "anybody"
        case _:
            name = principal.arn.split(":", 5)[-1]
    return name if account is None or principal.account in (account, None) else f"{name} of {principal.account}"


def arn(principal: Principal) -> str:
    """A caller's ARN; of any session of a role, the role's."""
    return principal.role_arn if principal.name == ANY_SESSION and principal.role_arn else principal.arn


def what(resource: str, account: str | None = None) -> str:
    """`identity/example.com`; with its account where that is another than the one given."""
    owner = account_of(resource)
    name = split_arn(resource)[-1] if owner is not None else resource
    return name if owner is None or account is None or owner == account else f"{name} of {owner}"


def policy(attached: AttachedPolicy) -> str:
    """`group marketing › MailAccess`, `user alice › window (inline)`, a resource's policy by its name alone."""
    name = attached.label or attached.name.rpartition("/")[2] or "policy"
    owner = OWNERS.get(attached.source)
    if owner is None:
        return name
    of = attached.owner.rpartition("/")[2]
    return f"{owner} {of} › {name}{' (inline)' if attached.source in INLINE else ''}"


def statement(rule: Rule) -> str:
    """A statement by its Sid, else its number."""
    return rule.statement.sid or f"statement {rule.index + 1}"


def place(rule: Rule) -> str:
    """A statement and the policy in which it stands."""
    return f"{policy(rule.attached)} › {statement(rule)}"


def condition(each: Condition, values: tuple[str, ...], most: int = 3) -> str:
    """`ses:FromAddress StringEquals news@example.com`; the first few values."""
    more = len(values) - most
    listed = ", ".join(value if value.strip() == value and value else f"`{value}`" for value in values[:most])
    return f"{key(each.key.lower())} {each.operator} {listed}{f' and {more} more' if more > 0 else ''}"


def principal_entry(value: str, ids: Mapping[str, str], account: str | None) -> str:
    """Whom an entry of `Principal` names; a unique ID by the ARN that it had."""
    given = ids.get(value, value)
    if given == "*":
        return "everybody"
    try:
        return who(Principal.of(given), account)
    except ValueError:
        return given
