"""A certificate: an answer with all that somebody needs to check it who trusts no solver.

Theory, in numbered rules:

1.  It holds the policies as they were read, so the question can be posed anew, and their digests, so they can be held against files.
2.  Where there is a request such as is sought, that request is shown, and `decide` says what the policies say of it.
3.  Where there is none, each kind of caller has a refutation (`reasoning.refutation`): clauses, lemmas and steps, in the forms that
    other checkers read (DIMACS, DRAT without deletions), and what their numbers mean.
4.  What a general solver alone has decided has no refutation: the question stands there instead, for another solver.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from gatepost.claims.documents import documents_of
from gatepost.claims.prove import Proof, Shown
from gatepost.claims.question import Question
from gatepost.claims.subject import Subject
from gatepost.policy.decide import decide
from gatepost.policy.principal import Principal
from gatepost.reasoning.refutation import Clause, Refutation, refute
from gatepost.reasoning.situation import Sought
from gatepost.reasoning.world import World

FORM: Final = 2  # of this file
Told = dict[str, Any]  # JSON


def certificate(question: Question, proof: Proof, version: str) -> Told:
    """The certificate of an answer, as JSON; `version` is Gatepost's own."""
    sought = question.sought()
    return {
        "certificate": FORM,
        "gatepost": version,
        "question": question.kind.value,
        "claim": None if question.claim is None else question.claim.text,
        "called": question.called or None,
        "statement": question.statement,
        "answer": "yes" if proof.holds else "no",
        "assumed": list(proof.assumed),
        "of": _subject(question.subject),
        "against": None if question.other is None else _subject(question.other),
        "requests": [_request(shown, sought) for shown in proof.shown],
        "refutations": [] if proof.shown else [_refuted(each) for each in sought],
    }


def _subject(subject: Subject) -> Told:
    return {
        "account": subject.home.account,
        "accountStated": subject.is_at_home,
        "region": subject.home.region,
        "partition": subject.home.partition,
        "callerName": subject.caller_name,
        "caller": None if subject.caller is None else _principal(subject.caller),
        "policies": [
            {"layer": each.layer, "name": each.name, "sha256": each.sha256, "document": each.text}
            for each in documents_of(subject)
        ],
    }


def _principal(principal: Principal) -> Told:
    return {"arn": principal.arn, "role": principal.role_arn, "user": principal.user_arn}


def _request(shown: Shown, sought: Iterable[Sought]) -> Told:
    request = shown.request
    return {
        "answers": next(number for number, each in enumerate(sought, 1) if each.includes(request)),
        "principal": _principal(request.principal),
        "action": request.action,
        "resource": request.resource,
        "resourceAccount": request.resource_account,
        "context": {key: value if isinstance(value, str) else list(value) for key, value in sorted(request.context.items())},
        "decision": decide(request, shown.policies).verdict.value,
    }


def _refuted(sought: Sought) -> Told:
    by = sought.situation.principal.arn
    refutation = refute(sought.posed({}, World))
    if refutation is None:
        return {"by": by, "decidedBy": "a general solver", "smt2": sought.question()[1].asked()}
    return {"by": by, **_written(refutation)}


def _written(refutation: Refutation) -> Told:
    given = (*refutation.clauses, *refutation.lemmas)
    most = max((abs(literal) for clause in given for literal in clause), default=0)
    return {
        "atoms": {str(atom): meaning for atom, meaning in refutation.meanings.items()},
        "problem": f"p cnf {most} {len(given)}",
        **{name: list(_lines(getattr(refutation, name))) for name in ("clauses", "lemmas", "steps")},
    }


def _lines(clauses: Iterable[Clause]) -> Iterator[str]:
    """Clauses as DIMACS writes them."""
    return (" ".join(map(str, (*clause, 0))) for clause in clauses)
