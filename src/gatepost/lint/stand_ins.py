"""Values for the parts of a template that are not known, so that rules read a policy as it may be deployed.

A rule that reads `${gatepost:unresolved/AWS::Region}` as a text says nonsense of it. So the policy is filled in twice: once so that
unknown parts agree with whatever they can agree with (`ALIKE`), once so that they agree with nothing (`APART`). What is found both
times does not depend on them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from gatepost.lint.document import Document, Element
from gatepost.lint.finding import At, Edit, Finding, Fix, Substring, Witness
from gatepost.lint.setting import Setting
from gatepost.lint.stand_in_values import Kind, Values, values_of
from gatepost.policy import catalogue
from gatepost.policy.match import covers_action
from gatepost.policy.operators import COMPARISONS, read_operator
from gatepost.policy.variables import ARN_PARTS, UNRESOLVED, split_arn

UNKNOWN: Final = re.compile(r"\$\{" + re.escape(UNRESOLVED) + r"([^{}]*)\}")
BY_NAME: Final = {
    "AWS::Region": Kind.REGION, "AWS::AccountId": Kind.ACCOUNT, "AWS::Partition": Kind.PARTITION, "AWS::URLSuffix": Kind.SUFFIX,
}  # fmt: skip
BY_ARN_PART: Final = (Kind.WORD, Kind.PARTITION, Kind.SERVICE, Kind.REGION, Kind.ACCOUNT, Kind.WORD)
BY_PRINCIPAL: Final = {"AWS": Kind.PRINCIPAL, "Service": Kind.SERVICE_PRINCIPAL, "Federated": Kind.PROVIDER}
BY_OPERATOR: Final = (
    ("bool", Kind.BOOLEAN), ("null", Kind.BOOLEAN), ("date", Kind.DATE), ("numeric", Kind.NUMBER), ("ip", Kind.NETWORK),
    ("notip", Kind.NETWORK), ("arn", Kind.ARN),
)  # fmt: skip
BY_TYPE: Final = {
    "Bool": Kind.BOOLEAN, "Date": Kind.DATE, "Numeric": Kind.NUMBER, "IPAddress": Kind.NETWORK, "ARN": Kind.ARN,
    "ArrayOfARN": Kind.ARN,
}  # fmt: skip
BY_KEY: Final = {
    "aws:requestedregion": Kind.REGION, "aws:sourceaccount": Kind.ACCOUNT, "aws:principalaccount": Kind.ACCOUNT,
    "aws:resourceaccount": Kind.ACCOUNT, "kms:calleraccount": Kind.ACCOUNT, "ses:fromaddress": Kind.ADDRESS,
    "ses:feedbackaddress": Kind.ADDRESS, "ses:recipients": Kind.ADDRESS, "ses:apiversion": Kind.API_VERSION,
    "iam:passedtoservice": Kind.SERVICE_PRINCIPAL, "iam:awsservicename": Kind.SERVICE_PRINCIPAL,
    "aws:principaltype": Kind.PRINCIPAL_TYPE, "aws:sourcevpc": Kind.VPC, "aws:sourcevpce": Kind.ENDPOINT,
    "aws:principalorgid": Kind.ORGANIZATION, "aws:resourceorgid": Kind.ORGANIZATION, "aws:sourceorgid": Kind.ORGANIZATION,
}  # fmt: skip
ACTIONS: Final = ("Action", "NotAction")
RESOURCES: Final = ("Resource", "NotResource")
ONE_WORD: Final = ("Sid", "Id", "Version", "Effect")


class Way(Enum):
    """How the unknown parts are filled in: as what is written elsewhere, or as nothing else is."""

    ALIKE = "alike"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the open text, and what stands in its place. `name` is the unknown part's; empty where more is replaced."""

    start: int
    end: int
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Filled:
    """An open document with values in the place of its unknown parts."""

    document: Document
    pieces: tuple[Piece, ...]
    own: Mapping[str, str] = field(default_factory=dict)  # values that stand nowhere else, with the names of their parts

    def opened(self, finding: Finding) -> Finding:
        """The finding as one of the open document."""
        return replace(
            finding,
            message=self._masked(finding.message),
            at=self._at(finding.at),
            also=tuple(map(self._at, finding.also)),
            witnesses=tuple(map(self._witness, finding.witnesses)),
            fixes=tuple(map(self._fix, finding.fixes)),
            notes=tuple(map(self._masked, finding.notes)),
        )

    def _offset(self, offset: int, *, is_end: bool) -> int:
        shift = 0
        for piece in self.pieces:
            start = piece.start + shift
            if offset <= start:
                break
            if offset < start + len(piece.value):
                return piece.end if is_end else piece.start
            shift += len(piece.value) - (piece.end - piece.start)
        return offset - shift

    def _at(self, at: At) -> At:
        start, end = self._offset(at.start, is_end=False), self._offset(at.end, is_end=True)
        last = at.path[-1] if at.path else None
        if not isinstance(last, Substring):
            return At(at.path, start, end)
        first = self._offset(at.start - last.start, is_end=False)
        return At((*at.path[:-1], Substring(start - first, end - start)), start, end)

    def _fix(self, fix: Fix) -> Fix:
        edits = tuple(
            Edit(
                self._offset(each.start, is_end=False), self._offset(each.end, is_end=True), self._masked(each.text, UNRESOLVED)
            )
            for each in fix.edits
        )
        return replace(fix, title=self._masked(fix.title), edits=edits)

    def _witness(self, witness: Witness) -> Witness:
        """The request is of the values that were filled in, and says which they are."""
        request = witness.request
        texts = (request.principal.arn, request.resource, *map(str, request.context.values()))
        used = [f"{name} is `{value}`" for value, name in self.own.items() if any(value in text for text in texts)]
        return replace(witness, says=f"{witness.says}, where {' and '.join(used)}") if used else witness

    def _masked(self, text: str, prefix: str = "") -> str:
        for value, name in self.own.items():
            text = text.replace(value, f"${{{prefix}{name}}}")
        return text


def fill(document: Document, way: Way, setting: Setting) -> Filled:
    """The document with its unknown parts filled in, in one way."""
    values = values_of(document.text, setting, apart=way is Way.APART)
    pieces: list[Piece] = []
    for element, context in _texts(document.root, ()) if document.root is not None else ():
        pieces += _pieces(document.text, element, context, values)
    pieces.sort(key=lambda each: each.start)
    text, at = [], 0
    spellings: dict[int, str] = {}
    for piece in pieces:
        text += [document.text[at : piece.start], piece.value]
        at = piece.end
    for offset, spelled in document.spellings.items():
        before = (len(each.value) - (each.end - each.start) for each in pieces if each.end <= offset)
        spellings[offset + sum(before)] = spelled
    text.append(document.text[at:])
    own = dict(sorted(values.own.items(), key=lambda pair: -len(pair[0])))
    return Filled(Document("".join(text), document.kind, spellings), tuple(pieces), own)


def _texts(element: Element, context: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Each string, with the names of the members in which it stands."""
    if element.is_object:
        for name, member in element.members().items():
            yield from _texts(member, (*context, name))
    elif element.is_list:
        for entry in element.entries():
            yield from _texts(entry, context)
    elif element.text is not None and UNKNOWN.search(element.text):
        yield element, context[1:] if context[:1] == ("Statement",) else context


def _pieces(text: str, element: Element, context: tuple[str, ...], values: Values) -> Iterator[Piece]:
    start, end = element.node.start + 1, element.node.end - 1
    written = element.text or ""
    of = context[0] if context else ""
    found = list(UNKNOWN.finditer(text, start, end))
    is_alike = not values.apart
    if is_alike and of in RESOURCES and written.startswith(found[0].group()):
        yield Piece(start, end, "*", "")  # an ARN of which not even the service is known
        return
    if of in ACTIONS:
        yield Piece(start, end, _action(UNKNOWN.sub("*", written), values), "")
        return
    for each in found:
        before = UNKNOWN.sub("-", text[start : each.start()])
        is_whole = each.start() == start and each.end() == end
        yield Piece(each.start(), each.end(), _value(each, written, before, context, values, is_whole=is_whole), each.group(1))


def _action(pattern: str, values: Values) -> str:
    """An action that an entry with unknown parts may be."""
    service = pattern.partition(":")[0].lower()
    if "*" in service:
        return "ses:SendEmail" if values.apart else "*"
    names = [f"{service}:{each.name}" for each in catalogue.actions(service)]
    names = [each for each in names if covers_action(pattern, each.lower())]
    return (names[-1] if values.apart else names[0]) if names else pattern


def _value(found: re.Match[str], written: str, before: str, context: tuple[str, ...], values: Values, *, is_whole: bool) -> str:
    name = found.group(1).removesuffix("[]")
    of = context[0] if context else ""
    if of in ONE_WORD:
        return values.of(Kind.IDENTIFIER, name)
    if name in BY_NAME:
        return values.of(BY_NAME[name], name)
    if written.startswith("arn:"):
        parts, number = split_arn(written), before.count(":")
        if number < ARN_PARTS - 1 and len(parts) < ARN_PARTS and number == len(parts) - 1:
            return values.rest_of_arn(number, name)
        if number < ARN_PARTS - 1 and parts[number] == found.group():
            return values.of(BY_ARN_PART[number], name)
        return values.of(Kind.WORD, name)
    if of in RESOURCES:
        return values.of(Kind.ARN, name) if not before else values.of(Kind.WORD, name)
    if of in ("Principal", "NotPrincipal"):
        return values.of(BY_PRINCIPAL.get(context[-1], Kind.WORD) if is_whole else Kind.WORD, name)
    if of == "Condition" and len(context) > 2:
        return values.of(_kind_of(context[1], context[2], is_whole=is_whole), name)
    return values.of(Kind.WORD, name)


def _kind_of(operator: str, key: str, *, is_whole: bool) -> Kind:
    """What a condition compares."""
    read = read_operator(operator)
    base = "" if read is None or (read.base not in COMPARISONS and read.base != "Null") else read.base.lower()
    kind = next((kind for start, kind in BY_OPERATOR if base.startswith(start)), None)
    if kind is None:
        known = catalogue.condition_key(key)
        kind = BY_KEY.get(key.lower()) or BY_TYPE.get("" if known is None else known.type) or Kind.WORD
    if is_whole:
        return kind
    return Kind.HOST if kind is Kind.NETWORK else Kind.WORD
