"""Random decision cases: everything that the policy language has, in every layer.

The documents of a case (the case without its request) are made apart from the requests, of which many are asked of each.
The likelihoods are set so that each verdict and each interplay of layers is frequent.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

from policy.vocabulary import (
    ACCOUNTS,
    ACTION_PATTERNS,
    ACTIONS,
    CALLERS,
    GIVEN,
    KEYS,
    KIND_OF_KEY,
    KINDS,
    KMS_QUESTIONS,
    LISTED_RESOURCES,
    NAMED,
    OPERATORS,
    OTHER_PATTERNS,
    OURS,
    RESOURCE_PATTERNS,
    RESOURCES,
    ROLES,
    SERVICES,
    STS_ACTIONS,
    THEIRS,
    WANTED,
)

Json = Any  # decision cases are plain JSON


def random_held(rng: Random) -> tuple[str, Json]:
    """The service that a case is about, and its documents: in which layers, and how many."""
    service = rng.choices(tuple(SERVICES), tuple(SERVICES.values()))[0]
    held: Json = {
        "identity_policies": [_policy(rng, service, allow=0.85) for _ in range(rng.choice((0, 1, 2, 2, 3)))],
        "resource_policies": [_resource_policy(rng, service) for _ in range(rng.choice((0, 1, 1, 2)))],
    }
    if rng.random() < 0.25:
        held["boundary"] = _limit(rng, service)
    if rng.random() < 0.35:
        held["session_policies"] = [_limit(rng, service) for _ in range(rng.choice((1, 1, 2)))]
    if rng.random() < 0.25:
        levels = rng.choices(((), (1,), (0,), (1, 1), (1, 2, 1)), (1, 8, 1, 6, 3))[0]
        held["scps"] = [[_limit(rng, service) for _ in range(size)] for size in levels]
    if rng.random() < 0.15:
        levels = rng.choice(((), (0,), (1,), (1, 0), (1, 2)))
        held["rcps"] = [[_resource_control_policy(rng, service) for _ in range(size)] for size in levels]
    return service, held


def random_request(rng: Random, service: str) -> Json:
    """Who asks for what, and with what context."""
    action, resource = rng.choice(ACTIONS), rng.choice(RESOURCES)
    if service == "sts:":
        action, resource = rng.choice(STS_ACTIONS), rng.choice((*ROLES[:1] * 4, *ROLES))
    elif service == "kms:":
        action, resource = rng.choice(KMS_QUESTIONS)
    request: Json = {
        "principal": rng.choice(CALLERS[rng.choice(KINDS)]),
        "action": action,
        "resource": resource,
        "context": _context(rng),
    }
    if rng.random() < 0.08:
        request["resource_account"] = rng.choice(ACCOUNTS)
    return request


# --- policies -----------------------------------------------------------------------------------------------------------


def _policy(rng: Random, service: str, *, allow: float) -> Json:
    return _document(rng, [_statement(rng, service, allow=allow) for _ in range(_few(rng))])


def _limit(rng: Random, service: str) -> Json:
    """A boundary, a session policy or an SCP: it mostly lets everything of the service pass."""
    statements = [_statement(rng, service, allow=0.9, condition=0.2) for _ in range(_few(rng))]
    for statement in statements:
        if "Resource" in statement and rng.random() < 0.7:
            statement["Resource"] = "*"
    return _document(rng, statements)


def _resource_policy(rng: Random, service: str) -> Json:
    statements = [_statement(rng, service, allow=0.8) for _ in range(_few(rng))]
    for statement in statements:
        # NotPrincipal is for Deny; a few Allow with it are found in old policies. A statement without either is no resource
        # policy's, but the reader of decision cases takes it.
        negated = rng.random() < (0.25 if statement["Effect"] == "Deny" else 0.03)
        if rng.random() < 0.98:
            statement["NotPrincipal" if negated else "Principal"] = _principal(rng, negated=negated)
    return _document(rng, statements)


def _resource_control_policy(rng: Random, service: str) -> Json:
    """An RCP of a customer: it denies, and names everyone."""
    statements = [_statement(rng, service, allow=0) | {"Principal": "*"} for _ in range(_few(rng))]
    return {"Version": "2012-10-17", "Statement": statements}


def _document(rng: Random, statements: list[Json]) -> Json:
    policy = {"Statement": statements[0] if len(statements) == 1 and rng.random() < 0.1 else statements}
    version = rng.choices(("2012-10-17", "2008-10-17", None), (7, 2, 1))[0]
    return policy if version is None else {"Version": version, **policy}


def _few(rng: Random) -> int:
    return rng.choice((1, 1, 1, 2, 3))


def _statement(rng: Random, service: str, *, allow: float, condition: float | None = None) -> Json:
    effect = "Allow" if rng.random() < allow else "Deny"
    statement: Json = {"Effect": effect}
    if rng.random() < 0.1:
        statement["NotAction"] = _one_or_list(rng, OTHER_PATTERNS if rng.random() < 0.8 else ACTION_PATTERNS[service])
    else:
        statement["Action"] = _one_or_list(rng, ACTION_PATTERNS[service] if rng.random() < 0.9 else OTHER_PATTERNS)
    if rng.random() < 0.1:
        statement["NotResource"] = _one_or_list(rng, LISTED_RESOURCES)
    else:
        own = RESOURCE_PATTERNS if service == "ses:" or rng.random() < 0.3 else ("*", ROLES[0])
        statement["Resource"] = _one_or_list(rng, own)
    if condition is None:
        condition = 0.35 if effect == "Allow" else 0.65
    if rng.random() < condition:
        statement["Condition"] = _condition(rng)
    return statement


def _principal(rng: Random, *, negated: bool) -> Json:
    if rng.random() < (0.05 if negated else 0.35):
        return rng.choice(("*", {"AWS": "*"}))
    if rng.random() < 0.12:
        return rng.choice(({"Service": _one_or_list(rng, CALLERS["service"])}, {"Federated": "accounts.google.com"}))
    names = rng.sample(NAMED, rng.choice((1, 1, 2, 3)))
    if negated:  # the pairs that spare somebody
        account = THEIRS if THEIRS in names[0] else OURS
        names = [names[0], *rng.sample((f"arn:aws:iam::{account}:root", account, ROLES[0], ROLES[2]), rng.choice((0, 1, 1, 2)))]
    principal: Json = {"AWS": names if len(names) > 1 or rng.random() < 0.3 else names[0]}
    if rng.random() < 0.1:
        principal["Service"] = rng.choice(CALLERS["service"])
    return principal


# --- conditions and contexts --------------------------------------------------------------------------------------------


def _condition(rng: Random) -> Json:
    condition: Json = {}
    for _ in range(rng.choice((1, 1, 1, 2))):
        kind = rng.choices(tuple(KEYS), (8, 2, 3, 2, 3, 3, 1, 8))[0]
        key = rng.choice(KEYS[kind])
        operator, values = _asked(rng, kind)
        entries = condition.setdefault(operator, {})
        if key.lower() not in (each.lower() for each in entries):
            entries[_cased(rng, key)] = values
    return condition


def _asked(rng: Random, kind: str) -> tuple[str, Json]:
    """An operator and its values: mostly of the key's kind, with a set prefix mostly where the key is multi-valued."""
    if rng.random() < 0.08:
        return "Null", rng.choice(("true", "false", True, ["true", "false"]))
    of = "String" if kind == "Multi" else kind
    if rng.random() < 0.08:
        of = rng.choice(tuple(OPERATORS))
    qualified = rng.random() < (0.8 if kind == "Multi" else 0.15)
    qualifier = rng.choice(("ForAllValues:", "ForAnyValue:")) if qualified else ""
    operator = qualifier + rng.choice(OPERATORS[of]) + ("IfExists" if rng.random() < 0.15 else "")
    return operator, _one_or_list(rng, WANTED[of]) if rng.random() < 0.995 else []


def _context(rng: Random) -> Json:
    """Some keys: most of the right kind, some empty, some that cannot be read, some of the wrong arity."""
    context: Json = {}
    for key, kind in KIND_OF_KEY.items():
        if rng.random() < 0.4:
            continue
        pool: Sequence[Json] = GIVEN[kind]
        value = rng.choice(pool[: len(pool) // 2 + 1] if rng.random() < 0.5 else pool)
        form = rng.random()
        if kind == "Multi" and form < 0.9:
            value = [] if form < 0.1 else rng.sample(pool, rng.choice((1, 1, 2, 3)))
        elif kind != "Multi" and form < 0.04:
            value = [] if form < 0.01 else [value] if form < 0.02 else rng.sample(pool, 2)
        context[_cased(rng, key)] = value
    return context


def _one_or_list(rng: Random, pool: Sequence[Json]) -> Json:
    """One value, as it is or in a list, or several."""
    if rng.random() < 0.6:
        value = rng.choice(pool)
        return [value] if rng.random() < 0.3 else value
    return rng.sample(pool, min(len(pool), rng.choice((2, 2, 3))))


def _cased(rng: Random, key: str) -> str:
    """A key as AWS writes it, or in another case."""
    return key if rng.random() < 0.9 else rng.choice((key.lower(), key.upper()))
