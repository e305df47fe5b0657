"""Rules on how a call comes: encrypted or not, from which address, with which program's name.

Source: IAM User Guide, "AWS global condition context keys".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.edits import written
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Fix, Severity, Witness
from gatepost.lint.patch import statement_of
from gatepost.lint.reach import allows_of, compared, denies_of, exchanged, is_none, part, shown, somebody, undenied
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.placeholders import is_placeholder
from gatepost.lint.rules.principals import names_services_alone
from gatepost.lint.sending import conditions_on
from gatepost.lint.setting import Setting
from gatepost.policy.model import Effect, Statement
from gatepost.policy.values import read_range

TLS: Final = "aws:securetransport"
SOURCE_IP: Final = "aws:sourceip"
SPARING_SERVICES: Final = (
    "aws:viaawsservice",
    "aws:calledvia",
    "aws:principalisawsservice",
    "aws:calledvialast",
    "aws:calledviafirst",
)
CHOSEN_BY_CALLER: Final = ("aws:useragent", "aws:referer")
FAR: Final = "198.51.100.7"
OFFICE: Final = "203.0.113.0/24"


@rule(
    "SES_SECURE_TRANSPORT_BACKWARD",
    Severity.WARNING,
    bad=policy(allow(Condition=when("Bool", "aws:SecureTransport", "false"))),
    good=policy(allow(), deny(Action="ses:*", Condition=when("Bool", "aws:SecureTransport", "false"))),
    solved=True,
)
def secure_transport_backward(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Mail is allowed only where it comes unencrypted, or denied where it comes encrypted.

    `aws:SecureTransport` is true over TLS, over SMTP with STARTTLS too. To demand TLS allow where it is `true`, or deny where it
    is `false`.
    """
    for tree in document.statements:
        for pair, condition in conditions_on(tree, TLS):
            statement = tree.statement
            if statement is None or condition.operator.base != "Bool" or len(condition.values) != 1:
                continue
            allowing = statement.effect is Effect.ALLOW
            wrong, right = ("false", "true") if allowing else ("true", "false")
            if condition.values[0].lower() != wrong:
                continue
            does = "allows this only without TLS" if allowing else "denies this over TLS, and leaves it without"
            allows = (statement,) if allowing else allows_of(document)
            asker = somebody(document, {"aws:SecureTransport": "false"})
            request = asker.allows_anything(part(document, *allows, *denies_of(document))) if allows else None
            yield Hit(
                pair.element.at,
                f"{tree.name} {does}; expected `{right}`",
                shown(request, "allowed over a connection that is not encrypted"),
                _turned(document, tree, pair, right),
            )


def _turned(document: Document, tree: StatementTree, pair: ConditionTree, right: str) -> tuple[Fix, ...]:
    edits = (written(next(pair.element.entries()).at, right),)
    new = statement_of(document, edits, tree.number)
    if new is None:
        return ()
    turned = next(each for each in new.conditions if each.key.lower() == TLS)
    without = exchanged(new, turned, compared("Bool", "aws:SecureTransport", "false"))
    left = part(document, new) if new.effect is Effect.ALLOW else undenied(document, new)
    proved = is_none(document, lambda asker: asker.overlap(left, part(document, without)))
    proof = "of what it speaks of, it lets nothing through without TLS" if proved else ""
    return (Fix(f"write `{right}`", edits, proof, changes_meaning=True, widens=new.effect is Effect.ALLOW),)


@rule(
    "SES_SOURCEIP_VIA_SERVICE",
    Severity.WARNING,
    bad=policy(allow(), deny(Condition=when("NotIpAddress", "aws:SourceIp", OFFICE))),
    good=policy(
        allow(),
        deny(Condition={"NotIpAddress": {"aws:SourceIp": OFFICE}, "Bool": {"aws:ViaAWSService": "false"}}),
    ),
    only_in_aws_mode=True,
)
def sourceip_via_service(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny by address also hits what AWS's services send on the caller's behalf.

    Their calls come from AWS's addresses. Put `"Bool": {"aws:ViaAWSService": "false"}` beside it. Only for policies that are
    meant for AWS: here no service sends for another.
    """
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.DENY:
            continue
        if any(each.key.lower() in SPARING_SERVICES for each in statement.conditions):
            continue
        for pair, condition in conditions_on(tree, SOURCE_IP):
            if condition.operator.base == "NotIpAddress":
                said = "also denies what AWS's services do for the caller; put `aws:ViaAWSService` beside it"
                yield Hit(pair.key_at, said)


@rule(
    "SES_USERAGENT_TRUST",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Condition=when("StringLike", "aws:UserAgent", "OurMailer/*"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", OFFICE))),
    supersedes=("UNTRUSTWORTHY_CONDITION_KEY",),
)
def useragent_trust(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The caller says what its program is called, so a condition on it keeps nobody out.

    `aws:UserAgent` and `aws:Referer` are headers of the request: whoever wants to pass writes what the policy asks for. Bind by
    who calls, from where, or over what. (A service as principal writes them itself: SES puts the account into `aws:Referer` where
    it delivers to a bucket.)
    """
    for tree in document.statements:
        if names_services_alone(tree):
            continue
        for pair, condition in conditions_on(tree, *CHOSEN_BY_CALLER):
            yield Hit(pair.key_at, f"`{condition.key}` is whatever the caller writes: it keeps nobody out")


@rule(
    "SES_INVALID_IP",
    Severity.ERROR,
    bad=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "203.0.113.300"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", OFFICE, "2001:db8::/32"))),
    supersedes=("TYPE_MISMATCH_IP_RANGE",),
)
def invalid_ip(document: Document, _setting: Setting) -> Iterator[Hit]:
    """What is no address matches no address.

    `IpAddress` takes single addresses and CIDR blocks, of IPv4 and IPv6: `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`.
    Anything else never matches, so an Allow with it allows nobody; a Deny that spares it spares nobody.
    """
    for tree in document.statements:
        for pair, condition in tree.read_conditions():
            if condition.operator.base not in ("IpAddress", "NotIpAddress"):
                continue
            for entry, value in zip(pair.element.entries(), condition.values, strict=True):
                if read_range(value) is None and not is_placeholder(value):
                    yield Hit(entry.at, f"`{value}` is no address; expected one such as `{OFFICE}`")


@rule(
    "SES_IP_ANY",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "0.0.0.0/1", "128.0.0.0/1"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", OFFICE))),
    solved=True,
)
def ip_any(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The ranges together are every address, so the condition keeps nobody out.

    `0.0.0.0/0` is the whole of IPv4, and so are `0.0.0.0/1` and `128.0.0.0/1` together; `::/0` is the whole of IPv6. Name the
    networks that are meant, or leave the condition out, so that nobody takes it for a guard.
    """
    for tree in document.statements:
        for pair, condition in tree.read_conditions():
            base = condition.operator.base
            if tree.statement is None or base not in ("IpAddress", "NotIpAddress"):
                continue
            whole = [family for family in (4, 6) if _is_whole(condition.values, family)]
            if whole:
                does = "keeps nobody out" if base == "IpAddress" else "holds of nobody"
                said = f"together these are every address of IPv{whole[0]}: the condition {does} who comes over it"
                yield Hit(pair.element.at, said, _from_afar(document, tree.statement) if whole[0] == 4 else ())


def _is_whole(values: tuple[str, ...], family: int) -> bool:
    """Whether the ranges cover every address of a family."""
    blocks = sorted(block[1:] for value in values if (block := read_range(value)) is not None and block[0] == family)
    reached = -1
    for first, last in blocks:
        if first > reached + 1:
            return False
        reached = max(reached, last)
    return reached == (1 << (32 if family == 4 else 128)) - 1


def _from_afar(document: Document, statement: Statement) -> tuple[Witness, ...]:
    """A request from far away that is allowed all the same."""
    if statement.effect is not Effect.ALLOW:
        return ()
    asker = somebody(document, {"aws:SourceIp": FAR})
    request = asker.allows_anything(part(document, statement, *denies_of(document)))
    return shown(request, "allowed, from an address that nobody had in mind")
