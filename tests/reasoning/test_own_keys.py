"""The keys of whoever asks: every caller that there may be is thought of, and a witness's keys are its caller's own."""

import json
from itertools import product
from random import Random
from typing import Any, Final

import pytest

from gatepost.policy.model import Policy
from gatepost.policy.principal import Principal
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request
from gatepost.reasoning.layer import Side
from gatepost.reasoning.own_keys import settled
from gatepost.reasoning.questions import Asker
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.wanted import Wanted
from gatepost.solvers.portfolio import decide_by_solvers

HERE, THERE = "111122223333", "999988887777"
ANN, MAILER = f"arn:aws:iam::{HERE}:user/ann", f"arn:aws:iam::{HERE}:role/post/mailer"
CALLERS: Final = (
    Principal.of(ANN),
    Principal.of(f"arn:aws:iam::{HERE}:user/team/bob"),
    Principal.of(f"arn:aws:iam::{THERE}:user/ann"),
    Principal.of(f"arn:aws:sts::{HERE}:assumed-role/mailer/s", role_arn=MAILER),
    Principal.of(f"arn:aws:sts::{THERE}:assumed-role/ann/s"),
    Principal.of(f"arn:aws:sts::{HERE}:federated-user/ann", user_arn=ANN),
)
CONDITIONS: Final = (
    ("aws:username", ("StringEquals", "StringLike", "StringNotEquals"), ("ann", "a*", "bob")),
    (
        "aws:PrincipalArn",
        ("ArnLike", "ArnNotLike"),
        (ANN, f"arn:aws:iam::{HERE}:*", "arn:aws:iam::*:role/*", "arn:aws:iam::*:user/ann", MAILER),
    ),
    ("aws:PrincipalAccount", ("StringEquals", "StringNotEquals"), (HERE, THERE)),
    ("aws:PrincipalType", ("StringEquals", "StringNotEqualsIfExists"), ("User", "AssumedRole")),
    ("ses:FromAddress", ("StringEquals", "StringNotEquals"), ("ann@a.org", "${aws:username}@a.org")),
)
NAMED: Final[tuple[Any, ...]] = ("*", {"AWS": ANN}, {"AWS": MAILER}, {"AWS": HERE})


def random_policy(rng: Random, side: Side) -> Policy:
    statements = []
    for _ in range(rng.choice((1, 2, 2))):
        said: Any = {"Effect": rng.choice(("Allow", "Allow", "Deny")), "Action": "ses:SendEmail", "Resource": "*"}
        if side is Side.RESOURCE:
            said["Principal"] = rng.choice(NAMED)
        for key, operators, values in rng.sample(CONDITIONS, rng.choice((1, 1, 2))):
            said.setdefault("Condition", {}).setdefault(rng.choice(operators), {})[key] = rng.choice(values)
        statements.append(said)
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def requests(side: Side) -> list[Request]:
    callers = CALLERS if side is Side.RESOURCE else CALLERS[:5]
    return [
        Request(
            caller, "ses:SendEmail", "*", context={k: v for k, v in settled(caller).items() if v} | {"ses:FromAddress": sender}
        )
        for caller, sender in product(callers, ("ann@a.org", "bob@a.org", "x"))
    ]


@pytest.mark.parametrize("side", Side)
def test_whatever_a_caller_may_do_is_known(side: Side) -> None:
    undecided = 0
    for seed in range(250):
        rng = Random(f"{side} {seed}")  # noqa: S311 -- reproducible cases
        wanted = Wanted(of=(random_policy(rng, side),), but_not=(random_policy(rng, side),))
        try:
            witness = Asker(side, decider=decide_by_solvers if seed % 5 == 0 else None).search(wanted).request
        except Undecidable:
            undecided += 1
            continue
        if witness is None:
            assert not [each for each in requests(side) if wanted.is_met_by(each, side)], f"seed {seed}"
            continue
        own = settled(witness.principal)
        for key, value in witness.context.items():
            assert own.get(key, value) == value, f"seed {seed}: {witness}"
    assert undecided < 25


def test_a_caller_who_is_given_settles_its_keys() -> None:
    ann = Asker(caller=CALLERS[0])
    send = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}

    def policy(**condition: Any) -> Policy:
        return read_policy(json.dumps({"Version": "2012-10-17", "Statement": [send | {"Condition": condition}]}))

    own = policy(
        StringEquals={"ses:FromAddress": "${aws:username}@a.org"}, ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:user/*"}
    )
    assert ann.equivalent(own, policy(StringEquals={"ses:FromAddress": "ann@a.org"}))
    assert ann.allows_anything(policy(StringEquals={"aws:PrincipalType": "AssumedRole"})) is None
