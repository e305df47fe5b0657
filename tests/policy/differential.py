"""The engine beside the interpreter: where do they differ, and what is the smallest case in which they do?"""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from gatepost.policy.decide import Policies, decide
from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Policy
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from policy.interpreter.decision import interpret, read_caller
from policy.random_cases import random_held, random_request

Json = Any  # decision cases are plain JSON
Place = tuple[str | int, ...]
KEPT = (
    (), ("request",), ("request", "principal"), ("request", "action"), ("request", "resource"), ("identity_policies",),
    ("resource_policies",),
)  # fmt: skip


def compare(seed: int, policy_sets: int, requests_each: int) -> Counter[tuple[str, str]]:
    """How often the two agreed, by kind of caller and verdict; AssertionError with the smallest case where they do not."""
    rng = Random(seed)  # noqa: S311 -- the same cases on every machine
    agreed: Counter[tuple[str, str]] = Counter()
    for _ in range(policy_sets):
        service, held = random_held(rng)
        policies = policies_of(held)
        for _ in range(requests_each):
            case = {"request": random_request(rng, service), **held}
            wanted = interpret(case)
            if engine(case["request"], policies) != wanted:
                raise AssertionError(told(smallest(case)))
            agreed[read_caller(case["request"]["principal"]).kind, wanted] += 1
    return agreed


def engine(request: Json, policies: Policies) -> str:
    asked = Request(
        request["principal"], request["action"], request["resource"], request.get("resource_account"), request.get("context")
    )
    return decide(asked, policies).verdict.value


def policies_of(case: Json) -> Policies:
    boundary = case.get("boundary")
    return Policies(
        identity=[_read(document) for document in case["identity_policies"]],
        resource=[_read(document) for document in case["resource_policies"]],
        boundary=None if boundary is None else _read(boundary),
        session=[_read(document) for document in case.get("session_policies", ())] or None,
        scps=_levels(case.get("scps")),
        rcps=_levels(case.get("rcps")),
    )


def _read(document: Json) -> Policy:
    return read_policy(json.dumps(document, ensure_ascii=False))


def _levels(levels: Json) -> list[list[Policy]] | None:
    return None if levels is None else [[_read(document) for document in level] for level in levels]


# --- the smallest case that shows a difference --------------------------------------------------------------------------


def differs(case: Json) -> bool:
    """Whether the two differ over a case; one that the reader refuses shows nothing."""
    try:
        return engine(case["request"], policies_of(case)) != interpret(case)
    except (PolicyError, KeyError, ValueError):
        return False


def smallest(case: Json) -> Json:
    """The case without everything that can be left out while the two still differ."""
    less: Json | None = case
    while less is not None:
        case = less
        less = next(filter(differs, _smaller(case)), None)
    return case


def _smaller(case: Json) -> Iterator[Json]:
    """The case without one thing, in each way."""
    for place in _places(case):
        if place not in KEPT and place[-1] not in ("Principal", "NotPrincipal"):
            yield _without(case, place)


def _places(node: Json, at: Place = ()) -> Iterator[Place]:
    """Where something stands, the whole before its parts."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, part in members:
        yield (*at, name)
        yield from _places(part, (*at, name))


def _without(case: Json, place: Place) -> Json:
    less = copy.deepcopy(case)
    whole = less
    for name in place[:-1]:
        whole = whole[name]
    del whole[place[-1]]
    return less


def told(case: Json) -> str:
    """A decision case to be put into `tests/cases`, once the documentation has said who is right."""
    decided = engine(case["request"], policies_of(case))
    head = {"name": "…", "why": f"the engine says {decided}", "source": "…"}
    return json.dumps({**head, **case, "expected": interpret(case)}, ensure_ascii=False)
