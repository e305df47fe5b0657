"""A certificate checked, without a solver: the question posed anew, and each answer to it held against what it claims."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gatepost.claims.certificate import FORM
from gatepost.claims.documents import LAYERS, Document
from gatepost.claims.errors import ClaimError
from gatepost.claims.part import CertificateError, Json, Part
from gatepost.claims.question import Kind, Question
from gatepost.claims.read import read_claim
from gatepost.claims.subject import Subject
from gatepost.claims.who import Home
from gatepost.policy.decide import decide
from gatepost.policy.errors import PolicyError
from gatepost.policy.match import AttachedPolicy
from gatepost.policy.principal import Principal
from gatepost.policy.question import GivenPolicies
from gatepost.policy.read import read_open_policy
from gatepost.policy.request import Request
from gatepost.reasoning.refutation import Clause, Refutation, Unproved, check
from gatepost.reasoning.situation import Sought
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.world import World

ALONE: Final = "boundary"  # the layer that is one policy


@dataclass(frozen=True, slots=True)
class Checked:
    """A certificate that holds: the question, the answer, and what was followed.

    `by_solvers` are those whom a general solver alone has decided about: what it says of them is not checked.
    """

    question: Question
    holds: bool
    requests: int
    clauses: int
    lemmas: int
    steps: int
    by_solvers: tuple[str, ...]


def check_certificate(document: Json) -> Checked:
    """What a certificate shows. CertificateError for what is none; Unproved, with the place, for one that does not hold."""
    found = Part(document)
    if found.number("certificate") != FORM:
        raise CertificateError("certificate", f"expected {FORM}, a form that is known here")
    question, holds = _question(found), _answer(found)
    try:
        sought = question.sought()
    except (ClaimError, Undecidable) as error:
        raise Unproved("question", str(error)) from None
    requests, refutations = found.parts("requests"), found.parts("refutations")
    if holds is not (bool(requests) is (question.kind is Kind.ANYTHING)):
        raise Unproved("answer", f"{len(requests)} requests do not say so")
    for each in requests:
        _check_request(each, sought)
    if not requests and len(refutations) != len(sought):
        raise Unproved("refutations", f"expected {len(sought)}, one of each kind of caller, found {len(refutations)}")
    parts = list(zip(refutations, sought, strict=True)) if not requests else []
    checked = [refutation for each, one in parts if (refutation := _check_refutation(each, one)) is not None]
    return Checked(
        question,
        holds,
        len(requests),
        sum(len(each.clauses) for each in checked),
        sum(len(each.lemmas) for each in checked),
        sum(len(each.steps) for each in checked),
        tuple(one.situation.principal.arn for each, one in parts if each.has("smt2")),
    )


def _answer(found: Part) -> bool:
    answer = found.text("answer")
    if answer not in ("yes", "no"):
        raise CertificateError("answer", f"expected `yes` or `no`, found `{answer}`")
    return answer == "yes"


# --- the question, posed anew -------------------------------------------------------------------------------------------


def _question(found: Part) -> Question:
    name = found.text("question")
    if name not in [each.value for each in Kind]:
        raise CertificateError("question", f"expected one of {', '.join(each.value for each in Kind)}, found `{name}`")
    kind, claim = Kind(name), None
    if kind in (Kind.NEVER, Kind.ALWAYS):
        try:
            claim = read_claim(found.text("claim"))
        except ClaimError as error:
            raise CertificateError("claim", str(error)) from None
    others = None
    if kind in (Kind.NARROWER, Kind.EQUIVALENT, Kind.DISJOINT):
        others = _subject(found.part("against"))
    called = found.text_if_there("called") or ""
    question = Question(kind, _subject(found.part("of")), claim, others, called)
    if found.text("statement") != question.statement:
        raise Unproved("statement", f"expected `{question.statement}`")
    return question


def _subject(found: Part) -> Subject:
    given: dict[str, list[AttachedPolicy]] = {layer: [] for layer in LAYERS}
    for each in found.parts("policies"):
        layer = each.text("layer")
        if layer not in given or (layer == ALONE and given[layer]):
            raise CertificateError(each.at("layer"), f"expected one of {', '.join(LAYERS)}, found `{layer}`")
        given[layer].append(_policy(each, layer))
    boundary = next(iter(given.pop(ALONE)), None)
    layers = GivenPolicies(**{layer: tuple(policies) for layer, policies in given.items()}, boundary=boundary)
    caller = _principal(found.part("caller")) if found.has("caller") else None
    home = Home(found.text("account"), found.text_if_there("region"), found.text("partition"))
    return Subject(layers, home, caller, is_at_home=found.truth("accountStated"), caller_name=found.text_if_there("callerName"))


def _policy(found: Part, layer: str) -> AttachedPolicy:
    document = Document(layer, found.text("name"), found.text("document"))
    if found.text("sha256") != document.sha256:
        raise Unproved(found.at("sha256"), f"expected {document.sha256}, the digest of its document")
    try:
        return AttachedPolicy(read_open_policy(document.text), name=document.name, label=document.name)
    except PolicyError as error:
        raise CertificateError(found.at("document"), str(error)) from None


def _principal(found: Part) -> Principal:
    role, user = map(found.text_if_there, ("role", "user"))
    try:
        return Principal.of(found.text("arn"), role_arn=role, user_arn=user)
    except ValueError as error:
        raise CertificateError(found.place, str(error)) from None


# --- its answers --------------------------------------------------------------------------------------------------------


def _check_request(found: Part, sought: Sequence[Sought]) -> None:
    """Unproved for a request that is not as it is sought, or is decided otherwise than the certificate says."""
    number = found.number("answers")
    if not 0 < number <= len(sought):
        raise CertificateError(found.at("answers"), f"expected a number up to {len(sought)}, found {number}")
    one = sought[number - 1]
    context = {key: _value(value, f"{found.place}, context, {key}") for key, value in found.members("context").items()}
    request = Request.of_normalised(
        _principal(found.part("principal")),
        found.text("action"),
        found.text("resource"),
        found.text_if_there("resourceAccount"),
        context,
    )
    if not one.includes(request):
        raise Unproved(found.place, "it is not such a request as is sought")
    verdict = decide(request, one.situation.policies).verdict.value
    if found.text("decision") != verdict:
        raise Unproved(found.at("decision"), f"expected `{verdict}`, as the policies decide it")


def _value(given: Json, place: str) -> str | tuple[str, ...]:
    if isinstance(given, str):
        return given
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        return tuple(given)
    raise CertificateError(place, "expected a text or a list of texts")


def _check_refutation(found: Part, one: Sought) -> Refutation | None:
    """The refutation, followed; None where a general solver alone has decided. Unproved."""
    if found.text("by") != one.situation.principal.arn:
        raise Unproved(found.at("by"), f"expected `{one.situation.principal.arn}`")
    if found.has("smt2"):
        if found.text("smt2") != one.question()[1].asked():
            raise Unproved(found.at("smt2"), "it is another question")
        return None
    refutation = Refutation(
        {_number(atom, found.place): meaning for atom, meaning in found.members("atoms").items()},
        *(tuple(_clauses(found, name)) for name in ("clauses", "lemmas", "steps")),
    )
    try:
        check(refutation, one.posed({}, World))
    except (Unproved, Undecidable) as error:
        raise Unproved(found.place, str(error)) from None
    return refutation


def _clauses(found: Part, name: str) -> Iterator[Clause]:
    for number, line in enumerate(found.items(name), 1):
        place = f"{found.place}, {name} {number}"
        if not isinstance(line, str):
            raise CertificateError(place, "expected a clause such as `1 -2 0`")
        *literals, end = (_number(word, place) for word in line.split() or ("",))
        if end != 0 or 0 in literals:
            raise CertificateError(place, f"expected a clause such as `1 -2 0`, found `{line}`")
        yield tuple(literals)


def _number(text: str, place: str) -> int:
    if not text.removeprefix("-").isdecimal() or not text.isascii():
        raise CertificateError(place, f"expected a whole number, found `{text}`")
    return int(text)
