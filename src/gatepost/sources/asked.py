"""Files by layer made the subject of a question: what `gatepost prove` and intents name."""

from collections.abc import Iterable
from typing import Final

from gatepost.claims.layers import Layers
from gatepost.claims.subject import Subject
from gatepost.claims.who import Home
from gatepost.policy.errors import PolicyError
from gatepost.policy.match import AttachedPolicy, PolicySource
from gatepost.policy.offline import DEFAULT_ACCOUNT, offline_principal
from gatepost.policy.question import GivenPolicies
from gatepost.policy.read import PolicyKind, read_open_policy
from gatepost.policy.values import arn_parts
from gatepost.solvers.portfolio import general_solvers
from gatepost.sources.find import find_policies, tell_on_stderr
from gatepost.sources.found import SourceError, Unread

# What is asked about without --type: a template's trust policies and boundaries are about something else.
GRANTS: Final = (PolicyKind.ANY, PolicyKind.IDENTITY, PolicyKind.RESOURCE)


def subject_of(layers: Layers, kind: PolicyKind = PolicyKind.ANY) -> Subject:
    """What is asked about. `kind` is what `policies` are, where that is said.

    SourceError for what cannot be read; ValueError for a principal that is none.
    """
    account = layers.account or DEFAULT_ACCOUNT
    named = attached(layers.policies, kind, PolicySource.GIVEN)
    of_resource = tuple(each for each in named if kind is PolicyKind.RESOURCE or (kind is PolicyKind.ANY and _names(each)))
    boundary = () if layers.boundary is None else attached((layers.boundary,), PolicyKind.BOUNDARY, PolicySource.BOUNDARY)
    given = GivenPolicies(
        tuple(each for each in named if each not in of_resource),
        (*of_resource, *attached(layers.resource_policies, PolicyKind.RESOURCE, PolicySource.RESOURCE)),
        next(iter(boundary), None),
        attached(layers.session_policies, PolicyKind.SESSION, PolicySource.SESSION),
        attached(layers.scps, PolicyKind.SCP, PolicySource.SCP),
    )
    caller = None if layers.principal is None else offline_principal(layers.principal, account)
    short = (
        layers.principal
        if caller is not None and caller.account is not None and arn_parts(layers.principal or "") is None
        else None
    )
    home = Home(account, layers.region)
    return Subject(given, home, caller, general_solvers(), is_at_home=layers.account is not None, caller_name=short)


def attached(names: Iterable[str], kind: PolicyKind, source: PolicySource) -> tuple[AttachedPolicy, ...]:
    """The policies of files, folders or `-`; SourceError for what cannot be read."""
    found: list[AttachedPolicy] = []
    for each in find_policies(names, kind):
        if kind is PolicyKind.ANY and each.kind not in GRANTS:
            tell_on_stderr(Unread(each.file, each.address, f"a {each.kind.value} is asked about with --type alone"))
            continue
        try:
            found.append(AttachedPolicy(read_open_policy(each.text, each.kind), source, each.name, label=each.name))
        except PolicyError as error:
            told = f"{error.path}: {error.problem}" if error.path else error.problem
            place = (error.line, error.column) if each.whole else (0, 0)
            raise SourceError(each.name, told, *place) from None
    return tuple(found)


def _names(policy: AttachedPolicy) -> bool:
    """Whether a policy names principals, as those of resources do."""
    return any(each.principals is not None or each.not_principals is not None for each in policy.policy.statements)
