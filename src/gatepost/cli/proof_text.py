"""The answer to a question about all requests, for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatepost.claims.claim import Claim
from gatepost.claims.described import without_key
from gatepost.claims.passed import passed
from gatepost.claims.prove import Proof, Shown
from gatepost.claims.question import STATEMENTS, Kind
from gatepost.cli.decision_text import in_short
from gatepost.cli.layout import folded, row
from gatepost.cli.paint import Paint
from gatepost.policy.decide import decide
from gatepost.policy.partial import decide_partly
from gatepost.policy.rationale import Rationale
from gatepost.policy.request import Request
from gatepost.policy.unknown import NOTHING
from gatepost.words import names
from gatepost.words.requests import connection

if TYPE_CHECKING:
    from gatepost.claims.subject import Subject

GAP: Final = "  "
CODE_COLUMN: Final = 72
MOST_PASSED: Final = 3  # Denies of which is told why they do not stop a request
TOLD: Final = ("aws:sourceip", "aws:securetransport", "ses:fromaddress", "ses:fromdisplayname", "ses:recipients")
UNTOLD: Final = ("aws:principal", "aws:username", "aws:userid", "aws:resourceaccount", "aws:viaawsservice")
FAILS: Final = {
    "--narrower-than": "Allowed here, and not by {}",
    "--disjoint-from": "Allowed here and by {} too",
    "--no-public": "Open to everybody",
    "--anything": "Everything is denied.",
    "--nothing": "Something is allowed",
}
CHECKED: Final = "re-checked by the evaluator"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer: `proof` is None where it is not decided, and `obstacle` says why."""

    question: str
    text: str
    claim: Claim | None
    proof: Proof | None
    obstacle: str
    milliseconds: float
    subject: "Subject"


def proof_lines(found: Asked, paint: Paint) -> Iterator[str]:
    """The answer, the requests that show it, how long it took."""
    proof = found.proof
    if proof is None:
        yield from folded(f"CANNOT TELL.  {found.obstacle}.", paint.width, "", GAP)
        return
    word = "YES." if proof.holds else "NO."
    yield paint("good" if proof.holds else "bad", word) + GAP + _head(found, proof)
    if proof.allows_nothing:
        yield from folded(f"Nothing at all is allowed: {proof.allows_nothing}.", paint.width, "", GAP)
    for each in proof.shown:
        yield from _shown(each, found, paint)
    yield from _counted(found, paint)
    account = found.subject.home.account
    for who in dict.fromkeys(names.who(each.request.principal, account) for each in proof.shown if each.by_anybody):
        yield f"{who} stands for whoever is named neither in policies nor in the claim."
    for assumption in proof.assumed:
        yield from folded(f"assumed: {assumption}", paint.width, "", GAP)
    yield f"{found.milliseconds:.1f} ms, exact (no solver limit)."


def _head(found: Asked, proof: Proof) -> str:
    if proof.holds:
        statement = STATEMENTS[Kind(found.question.removeprefix("--"))].format(found.text)
        return f"{statement.removesuffix('.')}:" if proof.shown else statement
    if found.question == "--equivalent-to":
        return f"They differ ({CHECKED}):"
    several = "s" if len(proof.shown) > 1 else ""
    failing = FAILS.get(found.question, f"Counterexample{several}").format(found.text)
    return f"{failing} ({CHECKED}):" if proof.shown else failing


def _shown(shown: Shown, found: Asked, paint: Paint) -> Iterator[str]:
    request, account = shown.request, found.subject.home.account
    by = names.who(request.principal, account)
    parts = [request.action, f"on {names.what(request.resource, account)}", f"by {by}", *said(request)]
    yield from folded(GAP.join(parts), paint.width, GAP, GAP * 3)
    decision = decide(request, shown.policies)
    if not decision.allowed:
        about = in_short(Rationale(decide_partly(request, shown.policies, NOTHING)), request.principal)
        yield from folded(f"{about}.", paint.width, GAP * 2, GAP * 3)
        return
    yield from folded(f"{allowing(shown)}.", paint.width, GAP * 2, GAP * 3)
    for each in passed(request, shown.policies)[:MOST_PASSED]:
        told = f"{names.place(each.rule)} cannot stop it: {each.words}."
        yield from row(paint, GAP * 2, told, each.code, CODE_COLUMN)


def allowing(shown: Shown) -> str:
    """By which statements a request is allowed, those that stand in the policies given."""
    rules = [rule for rule in decide(shown.request, shown.policies).rules if rule.attached.label]
    return f"allowed by {', '.join(map(names.place, rules))}" if rules else "allowed, for nothing denies it"


def said(request: Request) -> Iterator[str]:
    """What a request says beside who, what and on what."""
    context = request.context
    yield from connection({key: value for key, value in context.items() if key in TOLD})
    if isinstance(time := context.get("aws:currenttime"), str):
        yield f"at {time}"
    for key, value in sorted(context.items()):
        if key not in (*TOLD, "aws:currenttime") and not key.startswith(UNTOLD):
            yield f"{names.key(key)}={value if isinstance(value, str) else ','.join(value)}"


def _counted(found: Asked, paint: Paint) -> Iterator[str]:
    """What a claim speaks of because it cannot be shown to be another."""
    if found.claim is None:
        return
    for term, actions in without_key(found.claim).items():
        key = "ses:FromAddress" if term == "from" else "ses:Recipients"
        verb = "carries" if len(actions) == 1 else "carry"
        told = f"{', '.join(actions)} {verb} no {key}: `{term}` counts them, for they cannot be shown to be another's."
        yield from folded(told, paint.width, "Note: ", GAP)
