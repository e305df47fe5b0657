"""The policies that `prove` is asked about: files by layer, and who has them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter

from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.question_flags import SEVERAL

if TYPE_CHECKING:
    from gatepost.claims.subject import Subject

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
    account: Annotated[
        str | None, Parameter(help="The account of policies and resources. Default: each that the policies name")
    ] = None
    region: Annotated[str | None, Parameter(help="The region of a resource without ARN. Default: every region")] = None

    @property
    def files(self) -> tuple[str, ...]:
        """The policies that these name."""
        alone = () if self.boundary is None else (self.boundary,)
        return (*self.resource_policy, *alone, *self.session_policy, *self.scp)


NO_LAYERS: Final = LayerFlags()


def subject_named(policies: tuple[str, ...], flags: LayerFlags) -> "Subject":
    """What is asked about; Exit for what cannot be read or is no principal."""
    from gatepost.claims.layers import Layers  # noqa: PLC0415 -- the engine loads when it is needed
    from gatepost.policy.principal import is_account  # noqa: PLC0415 -- the same
    from gatepost.policy.read import PolicyKind  # noqa: PLC0415 -- the same
    from gatepost.sources.asked import subject_of  # noqa: PLC0415 -- the same
    from gatepost.sources.found import SourceError  # noqa: PLC0415 -- the same

    if flags.account is not None and not is_account(flags.account):
        raise Exit(USAGE, f"--account `{flags.account}`: expected twelve digits")
    kind = {"identity": PolicyKind.IDENTITY, "resource": PolicyKind.RESOURCE, None: PolicyKind.ANY}[flags.type]
    layers = Layers(
        policies, flags.resource_policy, flags.boundary, flags.session_policy, flags.scp, flags.who, flags.account, flags.region
    )
    try:
        return subject_of(layers, kind)
    except SourceError as error:
        raise Exit(USAGE, str(error)) from None
    except ValueError as error:
        raise Exit(USAGE, f"--as {error}") from None
