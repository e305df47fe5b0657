"""A question about a call that nobody has made: what is said of it, what it would carry all the same, and what is left open.

A key that the question gives is known. One that such a call would carry, or may carry, and the question leaves out is open
(`policy.unknown`); one that such a call never carries is absent. Which keys an action carries is the catalogue's to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from gatepost.policy.catalogue import TAG_KEY, is_multivalued, resource_arn, services
from gatepost.policy.catalogue import action as known_action
from gatepost.policy.decide import Policies
from gatepost.policy.layer import Layer
from gatepost.policy.match import AttachedPolicy
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.policy.request import Context, Request
from gatepost.policy.timetable import CURRENT_TIME, EPOCH_TIME, told
from gatepost.policy.unknown import Unknown
from gatepost.policy.values import arn_parts

ANY_SESSION: Final = "(any)"  # the name of a role's session that is any of them; none can be called so
# What every call carries, and what every call of an action carries that knows the key. The others may be absent.
EVERY_CALL: Final = ("aws:sourceip", "aws:securetransport", "aws:useragent")
EVERY_SEND: Final = ("ses:apiversion", "ses:fromaddress", "ses:feedbackaddress", "ses:recipients")
RESOURCE_TAGS: Final = "aws:resourcetag/"


@dataclass(frozen=True, slots=True)
class Supposition:
    """What is said of a call. What is None or absent is left open; `context` has lower-case keys and goes before all else."""

    action: str
    at: datetime
    sender: str | None = None
    display_name: str | None = None
    recipients: tuple[str, ...] = ()
    source_ip: str | None = None
    secure: bool | None = None
    user_agent: str | None = None
    context: Context = field(default_factory=dict)

    def known(self) -> Context:
        """The keys that are given, in lower case."""
        second = int(self.at.astimezone(UTC).timestamp())
        given = {
            CURRENT_TIME: told(second),
            EPOCH_TIME: str(second),
            "ses:fromaddress": self.sender,
            "ses:fromdisplayname": self.display_name,
            "ses:recipients": self.recipients or None,
            "aws:sourceip": self.source_ip,
            "aws:securetransport": None if self.secure is None else str(self.secure).lower(),
            "aws:useragent": self.user_agent,
            "aws:viaawsservice": "false",
        }
        return {key: value for key, value in given.items() if value is not None} | dict(self.context)

    def left_open(self, caller_keys: Unknown) -> Unknown:
        """The keys that are open: the call's own, and those of a caller of whom they are not known."""
        keys = set(caller_keys.keys)
        always = {*caller_keys.always, *EVERY_CALL}
        known = known_action(self.action)
        if known is None:
            # A service that is not known in full: any key of its own may be carried.
            service = self.action.partition(":")[0].lower()
            keys |= {"aws:requesttag/", "aws:tagkeys", RESOURCE_TAGS} | (set() if service in services() else {f"{service}:"})
        carried = {name.lower().removesuffix(TAG_KEY.lower()) for name in ([] if known is None else known.condition_keys)}
        if known is not None and RESOURCE_TAGS not in carried:
            keys.discard(RESOURCE_TAGS)
        always |= carried.intersection(EVERY_SEND)
        keys |= carried - {RESOURCE_TAGS}  # a resource's tags are known, or open by `caller_keys`
        return Unknown(frozenset(keys - always), frozenset(always))


@dataclass(frozen=True, slots=True)
class GivenPolicies:
    """Policies that a question brings along: beside what is attached, or (boundary, session policies) in its place.

    `scps` are one level more of an organization.
    """

    identity: tuple[AttachedPolicy, ...] = ()
    resource: tuple[AttachedPolicy, ...] = ()
    boundary: AttachedPolicy | None = None
    session: tuple[AttachedPolicy, ...] = ()
    scps: tuple[AttachedPolicy, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.identity or self.resource or self.boundary or self.session or self.scps)

    def beside(self, held: Policies) -> Policies:
        """The policies with these."""
        return Policies.of_layers(
            Layer((*held.identity.attached, *self.identity)) if self.identity else held.identity,
            Layer((*held.resource.attached, *self.resource)) if self.resource else held.resource,
            Layer((self.boundary,)) if self.boundary is not None else held.boundary,
            Layer(self.session) if self.session else held.session,
            (*(held.scps or ()), Layer(self.scps)) if self.scps else held.scps,
            held.rcps,
        )


@dataclass(frozen=True, slots=True)
class Question:
    """One request whose answer is wanted, with what is left open of it."""

    request: Request
    policies: Policies
    unknown: Unknown


def caller_unknown(principal: Principal) -> Unknown:
    """The keys of a caller that are open even where all is known of it: a session of a role has begun at some time."""
    if principal.kind is not PrincipalKind.ASSUMED_ROLE:
        return Unknown()
    any_session = {"aws:userid"} if principal.name == ANY_SESSION else set()
    return Unknown(frozenset(), frozenset({"aws:tokenissuetime", *any_session}))


def stranger_context(principal: Principal) -> tuple[Context, Unknown]:
    """The keys of a caller of whom no more is known than the ARN, and those that are open: tags, the unique ID."""
    context: dict[str, str | tuple[str, ...]] = {
        "aws:principalarn": principal.role_arn or principal.arn,
        "aws:principalisawsservice": str(principal.kind is PrincipalKind.SERVICE).lower(),
    }
    if principal.account is not None:
        context["aws:principalaccount"] = principal.account
    kinds = {
        PrincipalKind.ROOT: "Account",
        PrincipalKind.USER: "User",
        PrincipalKind.ASSUMED_ROLE: "AssumedRole",
        PrincipalKind.FEDERATED_USER: "FederatedUser",
        PrincipalKind.ANONYMOUS: "Anonymous",
    }
    if principal.kind in kinds:
        context["aws:principaltype"] = kinds[principal.kind]
    if principal.kind is PrincipalKind.USER:
        context["aws:username"] = principal.name
    open_keys = {"aws:principaltag/", RESOURCE_TAGS, "aws:principalorgid", "aws:principalorgpaths", "aws:resourceorgid",
                 "aws:resourceorgpaths", "aws:sourceidentity", "aws:federatedprovider"}  # fmt: skip
    sure = caller_unknown(principal)
    return context, Unknown(frozenset(open_keys), sure.always | {"aws:userid"})


def multivalued(context: Mapping[str, Iterable[str]]) -> Context:
    """Given keys and their values as a context: lower case, a tuple for a key of several values or for several values."""
    made: dict[str, str | tuple[str, ...]] = {}
    for key, values in context.items():
        several = tuple(values)
        made[key.lower()] = several if len(several) != 1 or is_multivalued(key.lower()) else several[0]
    return made


# --- what a call is asked on --------------------------------------------------------------------------------------------


class Unasked(ValueError):
    """A question that cannot be asked as it stands; the message says what was expected."""


def sends(action: str) -> bool:
    """Whether an action sends mail."""
    known = known_action(action)
    return known is not None and known.service == "ses" and known.name.startswith("Send") and "identity" in known.resource_types


def resource_called(action: str, given: str, account: str, region: str) -> str:
    """The ARN of what a person types: an ARN or `*` itself, `identity/NAME` and the like, an identity's name; Unasked for another."""
    if given == "*" or arn_parts(given) is not None:
        return given
    known = known_action(action)
    types = () if known is None else tuple(known.resource_types)
    kind, slash, name = given.partition("/")
    if not slash and "identity" in types:
        kind, name = "identity", given
    if known is None or kind not in types or not name:
        expected = ", ".join(f"`{each}/NAME`" for each in types)
        raise Unasked(f"`{given}`: expected an ARN, `*`{' or ' if expected else ''}{expected}")
    if kind == "identity" and "@" not in name:
        name = name.lower()
    form = resource_arn(known.service, kind)
    for part, value in (("Partition", "aws"), ("Region", region), ("Account", account)):
        form = form.replace(f"${{{part}}}", value)
    return form.partition("${")[0] + name


def has_no_resource(action: str) -> bool:
    """Whether an action is asked on `*` alone."""
    known = known_action(action)
    return known is not None and not known.resource_types
