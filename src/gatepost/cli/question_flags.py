"""The flags by which `explain`, `can` and `who-can` are told of a call that nobody has made."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from gatepost.cli.exits import USAGE, Exit
from gatepost.cli.moment import moment_of

if TYPE_CHECKING:
    from gatepost.policy.match import AttachedPolicy, PolicySource
    from gatepost.policy.question import GivenPolicies, Supposition
    from gatepost.policy.read import PolicyKind
    from gatepost.policy.request import Context

# The flag that says a key, for the keys that have one.
FLAGS: Final = {
    "ses:fromaddress": "--from",
    "ses:fromdisplayname": "--from 'NAME <ADDRESS>'",
    "ses:recipients": "--to",
    "aws:sourceip": "--source-ip",
    "aws:securetransport": "--tls or --no-tls",
    "aws:useragent": "--user-agent",
}
SEVERAL: Final = Parameter(negative=(), show_default=False)


@Parameter(name="*")
@dataclass(frozen=True)
class QuestionFlags:
    """What is said of the call. What is left out may be anything: the answer says on what it depends."""

    sender: Annotated[str | None, Parameter(name="--from", help="The From address: the identity that covers it is asked.")] = (
        None
    )
    recipients: Annotated[tuple[str, ...], SEVERAL, Parameter(name="--to", help="A recipient; repeatable.")] = ()
    at: Annotated[str | None, Parameter(help="The time, such as 2026-11-24T10:00:00Z. Default: now")] = None
    source_ip: Annotated[str | None, Parameter(help="The address that the call comes from.")] = None
    tls: Annotated[bool | None, Parameter(name="--tls", negative="--no-tls", help="Whether it comes over TLS.")] = None
    user_agent: Annotated[str | None, Parameter(help="The client's User-Agent.")] = None
    configuration_set: Annotated[str | None, Parameter(help="A configuration set that the send names.")] = None
    context: Annotated[
        tuple[str, ...],
        Parameter(help="Any condition key, KEY=VALUE; repeatable, also for several values."),
    ] = ()
    policy: Annotated[tuple[Path, ...], SEVERAL, Parameter(help="An identity policy beside those attached.")] = ()
    resource_policy: Annotated[tuple[Path, ...], SEVERAL, Parameter(help="A policy of the resource beside its own.")] = ()
    boundary: Annotated[Path | None, Parameter(help="A permissions boundary in place of the caller's.")] = None
    session_policy: Annotated[tuple[Path, ...], SEVERAL, Parameter(help="A session policy.")] = ()
    scp: Annotated[tuple[Path, ...], SEVERAL, Parameter(help="Service control policies: one level more.")] = ()
    region: Annotated[str | None, Parameter(help="The region of a resource without ARN. Default: the server's")] = None
    data: Annotated[Path | None, Parameter(help="The server's data folder. Default: ./gatepost-data")] = None

    def said(self) -> list[str]:
        """The flags that say something of the call, by their names."""
        names = {"sender": "--from", "recipients": "--to"}
        given = [each.name for each in fields(self) if each.name != "data" and getattr(self, each.name) != each.default]
        return [names.get(name, f"--{name.replace('_', '-')}") for name in given]


def supposition_of(flags: QuestionFlags, action: str) -> "Supposition":
    """What the flags say of a call of an action; Exit for what cannot be."""
    from gatepost.policy.question import Supposition  # noqa: PLC0415 -- the engine loads when it is needed

    known = known_name(action)
    for flag, given, key in (("--from", flags.sender, "ses:FromAddress"), ("--to", flags.recipients, "ses:Recipients")):
        if given and not _carries(known, key):
            raise Exit(USAGE, f"{flag}: {known} carries no {key}")
    sender, display_name = (None, None) if flags.sender is None else _mailbox("--from", flags.sender)
    return Supposition(
        known,
        datetime.now(UTC) if flags.at is None else moment_of("--at", flags.at),
        sender,
        display_name,
        tuple(_mailbox("--to", text)[0] for text in flags.recipients),
        None if flags.source_ip is None else _address(flags.source_ip),
        flags.tls,
        flags.user_agent,
        _context(flags.context),
    )


def known_name(action: str) -> str:
    """An action as AWS writes it; Exit for one that a service known in full does not have."""
    from gatepost.policy import catalogue  # noqa: PLC0415 -- the same
    from gatepost.policy.errors import did_you_mean  # noqa: PLC0415 -- the same

    service, colon, name = action.partition(":")
    if not colon or not service or not name or "*" in action:
        raise Exit(USAGE, f"`{action}`: expected a service and an action, such as ses:SendEmail")
    known = catalogue.action(action)
    if known is not None:
        return f"{known.service}:{known.name}"
    if service.lower() in catalogue.services():
        names = tuple(f"{each.service}:{each.name}" for each in catalogue.actions(service.lower()))
        raise Exit(USAGE, f"`{action}`: {service} has no such action{did_you_mean(action, names)}")
    if not catalogue.is_service(service):
        raise Exit(USAGE, f"`{action}`: no service `{service}`{did_you_mean(service, catalogue.services())}")
    return action


def _carries(action: str, key: str) -> bool:
    from gatepost.policy import catalogue  # noqa: PLC0415 -- the same

    known = catalogue.action(action)
    return known is None or key in known.condition_keys


def policies_of(flags: QuestionFlags) -> "GivenPolicies":
    """The policies in files that the flags name."""
    from gatepost.policy.match import PolicySource  # noqa: PLC0415 -- the same
    from gatepost.policy.question import GivenPolicies  # noqa: PLC0415 -- the same
    from gatepost.policy.read import PolicyKind  # noqa: PLC0415 -- the same

    def read(flag: str, files: tuple[Path, ...], kind: "PolicyKind", source: "PolicySource") -> tuple["AttachedPolicy", ...]:
        return tuple(_policy(flag, file, kind, source) for file in files)

    boundary = () if flags.boundary is None else (flags.boundary,)
    return GivenPolicies(
        read("--policy", flags.policy, PolicyKind.IDENTITY, PolicySource.GIVEN),
        read("--resource-policy", flags.resource_policy, PolicyKind.RESOURCE, PolicySource.GIVEN),
        next(iter(read("--boundary", boundary, PolicyKind.BOUNDARY, PolicySource.GIVEN)), None),
        read("--session-policy", flags.session_policy, PolicyKind.SESSION, PolicySource.GIVEN),
        read("--scp", flags.scp, PolicyKind.SCP, PolicySource.GIVEN),
    )


# --- reading ------------------------------------------------------------------------------------------------------------


def _policy(flag: str, file: Path, kind: "PolicyKind", source: "PolicySource") -> "AttachedPolicy":
    from gatepost.policy.errors import PolicyError  # noqa: PLC0415 -- the same
    from gatepost.policy.match import AttachedPolicy  # noqa: PLC0415 -- the same
    from gatepost.policy.read import read_policy  # noqa: PLC0415 -- the same

    try:
        return AttachedPolicy(read_policy(file.read_bytes(), kind), source, file.name)
    except OSError as error:
        raise Exit(USAGE, f"{flag} {file}: {error.strerror}") from None
    except PolicyError as error:
        raise Exit(USAGE, f"{flag} {file}:{error}") from None


def _mailbox(flag: str, text: str) -> tuple[str, str | None]:
    """An address in its one spelling and its display name, read as the server reads them."""
    from gatepost.mail.addr_spec import AddressError  # noqa: PLC0415 -- the same
    from gatepost.mail.address import read_mailbox  # noqa: PLC0415 -- the same

    try:
        mailbox = read_mailbox(text)
    except AddressError as error:
        raise Exit(USAGE, f"{flag} `{text}`: expected an address, such as news@example.com ({error})") from None
    return mailbox.address, mailbox.display_name


def _address(text: str) -> str:
    from gatepost.policy.values import read_address  # noqa: PLC0415 -- the same

    if read_address(text) is None:
        raise Exit(USAGE, f"--source-ip `{text}`: expected an IP address, such as 203.0.113.7")
    return text


def _context(entries: tuple[str, ...]) -> "Context":
    from gatepost.policy import catalogue  # noqa: PLC0415 -- the same
    from gatepost.policy.errors import did_you_mean  # noqa: PLC0415 -- the same
    from gatepost.policy.question import multivalued  # noqa: PLC0415 -- the same

    given: dict[str, list[str]] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals or ":" not in key:
            raise Exit(USAGE, f"--context `{entry}`: expected KEY=VALUE, such as ses:FromDisplayName=News")
        if catalogue.condition_key(key) is None and key.partition(":")[0].lower() in (*catalogue.services(), "aws"):
            names = tuple(catalogue.key_names())
            raise Exit(USAGE, f"--context `{entry}`: no condition key `{key}`{did_you_mean(key, names)}")
        given.setdefault(key.lower(), []).append(value)
    return multivalued(given)
