"""The policies that `prove` is asked about: files by layer, and who has them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.question_flags import SEVERAL

if TYPE_CHECKING:
    from gatepost.claims.subject import Subject
    from gatepost.policy.match import AttachedPolicy, PolicySource
    from gatepost.policy.read import PolicyKind

Layer = Literal["identity", "resource"]


@Parameter(name="*")
@dataclass(frozen=True)
class LayerFlags:
    """What has a say beside the policies that are named, and who asks."""

    type: Annotated[
        Layer | None, Parameter(help="What POLICY is. Default: a resource's policy where its statements name principals")
    ] = None
    who: Annotated[str | None, Parameter(name="--as", help="Who has the policies. Default: any user or role.")] = None
    resource_policy: Annotated[tuple[str, ...], SEVERAL, Parameter(help="A policy of the resource that is asked for.")] = ()
    boundary: Annotated[str | None, Parameter(help="A permissions boundary.")] = None
    session_policy: Annotated[tuple[str, ...], SEVERAL, Parameter(help="A session policy.")] = ()
    scp: Annotated[tuple[str, ...], SEVERAL, Parameter(help="Service control policies: one level.")] = ()
    account: Annotated[str | None, Parameter(help="The account of policies and resources. Default: 123456789012")] = None


NO_LAYERS: Final = LayerFlags()


def subject_of(policies: Iterable[str], flags: LayerFlags) -> "Subject":
    """What is asked about; Exit for what cannot be read or is no principal."""
    from gatepost.claims.subject import Subject  # noqa: PLC0415 -- the engine loads when it is needed
    from gatepost.claims.who import Home  # noqa: PLC0415 -- the same
    from gatepost.policy.match import PolicySource  # noqa: PLC0415 -- the same
    from gatepost.policy.offline import DEFAULT_ACCOUNT, offline_principal  # noqa: PLC0415 -- the same
    from gatepost.policy.principal import is_account  # noqa: PLC0415 -- the same
    from gatepost.policy.question import GivenPolicies  # noqa: PLC0415 -- the same
    from gatepost.policy.read import PolicyKind  # noqa: PLC0415 -- the same

    account = flags.account or DEFAULT_ACCOUNT
    if not is_account(account):
        raise Exit(USAGE, f"--account `{account}`: expected twelve digits")
    kind = {"identity": PolicyKind.IDENTITY, "resource": PolicyKind.RESOURCE, None: PolicyKind.ANY}[flags.type]
    named = read_policies(policies, kind, PolicySource.GIVEN)
    beside = read_policies(flags.resource_policy, PolicyKind.RESOURCE, PolicySource.RESOURCE)
    boundary = read_policies(() if flags.boundary is None else (flags.boundary,), PolicyKind.BOUNDARY, PolicySource.BOUNDARY)
    of_resource = tuple(each for each in named if flags.type == "resource" or (flags.type is None and _names_principals(each)))
    given = GivenPolicies(
        tuple(each for each in named if each not in of_resource),
        (*of_resource, *beside),
        boundary[0] if boundary else None,
        read_policies(flags.session_policy, PolicyKind.SESSION, PolicySource.SESSION),
        read_policies(flags.scp, PolicyKind.SCP, PolicySource.SCP),
    )
    try:
        caller = None if flags.who is None else offline_principal(flags.who, account)
    except ValueError as error:
        raise Exit(USAGE, f"--as {error}") from None
    return Subject(given, Home(account), caller)


def read_policies(names: Iterable[str], kind: "PolicyKind", source: "PolicySource") -> tuple["AttachedPolicy", ...]:
    """The policies of files, folders or `-`; Exit for what cannot be read."""
    from gatepost.policy.errors import PolicyError  # noqa: PLC0415 -- the same
    from gatepost.policy.match import AttachedPolicy  # noqa: PLC0415 -- the same
    from gatepost.policy.read import read_policy  # noqa: PLC0415 -- the same
    from gatepost.sources.find import find_policies  # noqa: PLC0415 -- the same
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    found: list[AttachedPolicy] = []
    try:
        for each in find_policies(names, kind):
            try:
                found.append(AttachedPolicy(read_policy(each.text, each.kind), source, each.name, label=each.name))
            except PolicyError as error:
                where = f"{each.name}:{error}" if each.whole else f"{each.name}: {error.path}: {error.problem}"
                raise Exit(USAGE, where) from None
    except SourceError as error:
        raise Exit(USAGE, str(error)) from None
    return tuple(found)


def _names_principals(attached: "AttachedPolicy") -> bool:
    statements = attached.policy.statements
    return any(each.principals is not None or each.not_principals is not None for each in statements)
