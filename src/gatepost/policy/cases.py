"""Decision cases: questions and their expected answers as data.

The format of `tests/cases/*.json` and of `gatepost simulate --cases`: a JSON array of cases, or one case a line. See the
reference, "Decision cases".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gatepost.policy.decide import Policies, Verdict, decide
from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Policy
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request

MEMBERS: Final = frozenset(
    (
        "name", "why", "source", "request", "identity_policies", "resource_policies", "boundary", "session_policies",
        "scps", "rcps", "expected",
    )
)  # fmt: skip
REQUEST_MEMBERS: Final = frozenset(("principal", "action", "resource", "resource_account", "context"))
Json = Any  # a case is checked member by member as it is read


@dataclass(frozen=True, slots=True)
class Case:
    """One question with its policies; `expected` is None where a case only asks."""

    name: str
    request: Request
    policies: Policies
    expected: Verdict | None
    why: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What was decided, and whether it is what was expected (None: nothing was)."""

    name: str
    decision: Verdict
    expected: Verdict | None

    @property
    def ok(self) -> bool | None:
        """Whether decision and expectation agree."""
        return None if self.expected is None else self.decision is self.expected


def read_cases(text: str) -> tuple[Case, ...]:
    """The cases of a document; PolicyError names the case and the member that is wrong."""
    return tuple(_case(each, number) for number, each in enumerate(_documents(text), 1))


def run_case(case: Case) -> CaseResult:
    """Decide one case."""
    return CaseResult(case.name, decide(case.request, case.policies).verdict, case.expected)


def _documents(text: str) -> list[Json]:
    stripped = text.lstrip()
    if stripped.startswith("["):
        return list(_load(text, 1))
    try:
        return [json.loads(text, object_pairs_hook=_object)]  # a single case, over as many lines as it likes
    except (ValueError, RecursionError):
        return [_load(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _load(text: str, first_line: int) -> Json:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise PolicyError("json-syntax", "", error.msg, first_line + error.lineno - 1, error.colno) from None
    except RecursionError:
        raise PolicyError("json-syntax", "", "nested too deep", first_line, 1) from None


def _object(members: list[tuple[str, Json]]) -> dict[str, Json]:
    """An object whose keys differ: a policy with a key twice must not be decided by whichever came last."""
    made = dict(members)
    if len(made) < len(members):
        twice = next(key for number, (key, _) in enumerate(members) if key in dict(members[:number]))
        raise PolicyError("duplicate-key", "", f"the key `{twice}` stands twice in an object", 1, 1)
    return made


def _case(case: Json, number: int) -> Case:
    name = case.get("name", f"case {number}") if isinstance(case, Mapping) else f"case {number}"
    path = f"case {number} (`{name}`)"
    _members(case, MEMBERS, path)
    request = case.get("request")
    _members(request, REQUEST_MEMBERS, f"{path}, request")
    for member in ("principal", "action", "resource"):
        if not isinstance(request.get(member), str):
            raise _problem(f"{path}, request", f"expected `{member}` as a string")
    expected = case.get("expected")
    verdicts = {verdict.value: verdict for verdict in Verdict}
    if expected is not None and expected not in verdicts:
        raise _problem(f"{path}, expected", f"expected one of {', '.join(f'`{each}`' for each in verdicts)}")
    boundary = case.get("boundary")
    return Case(
        str(name),
        _request(request, f"{path}, request"),
        Policies(
            identity=_policies(case, "identity_policies", path),
            resource=_policies(case, "resource_policies", path),
            boundary=None if boundary is None else _policy(boundary, f"{path}, boundary"),
            session=_policies(case, "session_policies", path) or None,
            scps=_levels(case, "scps", path),
            rcps=_levels(case, "rcps", path),
        ),
        None if expected is None else verdicts[expected],
        str(case.get("why", "")),
        str(case.get("source", "")),
    )


def _request(request: Mapping[str, Json], path: str) -> Request:
    context = request.get("context") or {}
    if not isinstance(context, Mapping):
        raise _problem(f"{path}, context", "expected an object of condition keys and values")
    for key, value in context.items():
        scalars = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str | bool | int | float) for each in scalars):
            raise _problem(f"{path}, context, {key}", "expected a string, number or boolean, or a list of them")
    try:
        return Request(request["principal"], request["action"], request["resource"], request.get("resource_account"), context)
    except ValueError as error:
        raise _problem(path, str(error)) from None


def _levels(case: Mapping[str, Json], member: str, path: str) -> Sequence[Sequence[Policy]] | None:
    levels = case.get(member)
    if levels is None:
        return None
    if not isinstance(levels, list) or not all(isinstance(level, list) for level in levels):
        raise _problem(f"{path}, {member}", "expected a list of levels, each a list of policies")
    return tuple(
        tuple(_policy(policy, f"{path}, {member}, level {number}") for policy in level)
        for number, level in enumerate(levels, 1)
    )


def _policies(case: Mapping[str, Json], member: str, path: str) -> tuple[Policy, ...]:
    policies = case.get(member) or []
    if not isinstance(policies, list):
        raise _problem(f"{path}, {member}", "expected a list of policies")
    return tuple(_policy(policy, f"{path}, {member}, policy {number}") for number, policy in enumerate(policies, 1))


def _policy(document: Json, path: str) -> Policy:
    if isinstance(document, Mapping) and document.get("Statement") == [] and document.keys() <= {"Version", "Statement"}:
        return Policy(())  # IAM takes no such policy, but a question may ask what one without statements decides
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    try:
        return read_policy(text)
    except PolicyError as error:
        inner = f"{path}, {error.path}" if error.path else path
        raise PolicyError(error.code, inner, error.problem, 1, 1) from None


def _members(value: Json, known: frozenset[str], path: str) -> None:
    if not isinstance(value, Mapping):
        raise _problem(path, "expected an object")
    unknown = [member for member in value if member not in known]
    if unknown:
        raise _problem(path, f"unknown member `{unknown[0]}`")


def _problem(path: str, problem: str) -> PolicyError:
    return PolicyError("case", path, problem, 1, 1)
