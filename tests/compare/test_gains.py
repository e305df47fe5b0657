"""Who gains and who loses: exactly what the engine says, told by statement, principal and action."""

import json
from random import Random
from typing import Any

import pytest

from gatepost.compare.meaning import Relation, compared
from gatepost.policy.model import Policy
from gatepost.policy.read import read_policy
from gatepost.reasoning.questions import Asker, Side
from gatepost.reasoning.witness import allows
from reasoning.test_small_worlds import KEYS, random_policy, read

SEND = {"Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"], "Resource": "*"}
BILLING = {"StringLike": {"ses:FromAddress": "billing@*"}}
ONE = {"AWS": "222222222222"}
TWO = {"AWS": ["222222222222", "333333333333"]}


def policy(*statements: Any) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


@pytest.mark.parametrize(
    ("old", "new", "relation", "gains", "losses"),
    [
        ([SEND], [{**SEND, "Condition": BILLING}], Relation.NARROWER, [], [(0, None, ("ses:SendEmail", "ses:SendRawEmail"))]),
        ([{**SEND, "Action": "ses:SendEmail"}], [SEND], Relation.WIDER, [(0, None, ("ses:SendRawEmail",))], []),
        (
            [{**SEND, "Principal": ONE}],
            [{**SEND, "Principal": TWO, "Condition": BILLING}],
            Relation.DIFFERENT,
            [(0, "333333333333", ("ses:SendEmail", "ses:SendRawEmail"))],
            [(0, "222222222222", ("ses:SendEmail", "ses:SendRawEmail"))],
        ),
        (
            [{**SEND, "Principal": {"AWS": "*"}}],
            [{**SEND, "Principal": TWO}],
            Relation.NARROWER,
            [],
            [(0, "*", ("ses:SendEmail", "ses:SendRawEmail"))],
        ),
        (
            [SEND, {**SEND, "Effect": "Deny", "Action": "ses:SendRawEmail"}],
            [SEND],
            Relation.WIDER,
            [(0, None, ("ses:SendRawEmail",))],
            [],
        ),
        ([SEND], [{**SEND, "Action": "ses:SendEmail"}, {**SEND, "Action": "ses:SendRawEmail"}], Relation.EQUIVALENT, [], []),
        ([{**SEND, "NotAction": "iam:*", "Action": None}], [SEND], Relation.NARROWER, [], [(0, None, None)]),
    ],
)
def test_the_parts_that_gain_and_lose(old: Any, new: Any, relation: Relation, gains: Any, losses: Any) -> None:
    before, after = (policy(*({k: v for k, v in each.items() if v is not None} for each in side)) for side in (old, new))
    named = any("Principal" in each for each in new)
    found = compared(before, after, Asker(Side.RESOURCE if named else Side.IDENTITY))
    assert found.relation is relation
    for changes, expected in ((found.gains, gains), (found.losses, losses)):
        assert [
            (each.indexes[0], each.principal.value if each.principal else None, each.statement.actions) for each in changes
        ] == expected


@pytest.mark.parametrize("seed", range(60))
def test_somebody_gains_where_the_engine_says_so_and_each_example_is_decided_so(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    keys = tuple(sorted(rng.sample(tuple(KEYS), 2)))
    side = rng.choice((Side.IDENTITY, Side.RESOURCE))
    old, new = (read(random_policy(rng, keys, named=side is Side.RESOURCE)) for _ in range(2))
    asker = Asker(side)
    found = compared(old, new, asker)
    assert bool(found.gains) is (asker.allows_more(old, new) is not None)
    assert bool(found.losses) is (asker.allows_more(new, old) is not None)
    for changes, more, less in ((found.gains, new, old), (found.losses, old, new)):
        for each in changes:
            assert allows((more,), side, each.witness)
            assert not allows((less,), side, each.witness)
