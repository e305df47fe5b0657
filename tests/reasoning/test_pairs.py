"""What is said of two patterns without a search agrees with the search, and with every short text."""

from itertools import product as words
from random import Random

import pytest

from gatepost.policy.pattern import ANY, STAR
from gatepost.reasoning.pairs import apart, inside
from gatepost.reasoning.product import search
from gatepost.reasoning.wildcards import KELVIN, PART_ANY, PART_STAR, Glob, in_parts, matches

TEXTS = ["".join(letters) for size in range(5) for letters in words("aAbk:" + KELVIN, repeat=size)]


def random_glob(rng: Random) -> Glob:
    symbols = rng.choice((("a", "b", STAR), ("a", "b", STAR, ANY), ("a", "A", "k", ":", STAR, ANY, PART_STAR, PART_ANY)))
    # No bounded loop stands beside an unbounded one: an ARN's parts have a colon between them.
    pattern = "".join(rng.choice(symbols) for _ in range(rng.randint(0, 5))).replace(PART_STAR, f":{PART_STAR}:")
    return Glob(pattern.lower(), folded=True) if rng.random() < 0.3 else Glob(pattern)


@pytest.mark.parametrize("block", range(10))
def test_pairs_agree_with_the_search_and_with_every_short_text(block: int) -> None:
    rng = Random(block)  # noqa: S311 -- reproducible cases
    for _ in range(150):
        one, other = random_glob(rng), random_glob(rng)
        assert apart(one, other) is (search((one, other), ()) is None), (one, other)
        assert inside(one, other) is (search((one,), (other,)) is None), (one, other)
        both = {(matches(one, text), matches(other, text)) for text in rng.sample(TEXTS, 200)}
        assert not (apart(one, other) and (True, True) in both), (one, other)
        assert not (inside(one, other) and (True, False) in both), (one, other)


@pytest.mark.parametrize(
    ("one", "other", "within"),
    [
        (Glob(f"{STAR}@example.com"), Glob(f"{STAR}.com"), True),
        (Glob(f"{STAR}@example.com"), Glob(f"{STAR}@mail.{STAR}"), False),
        (Glob(f"{ANY}{STAR}"), Glob(f"{STAR}{ANY}"), True),
        (Glob("ops", folded=True), Glob("ops"), False),
        (Glob("OPS"), Glob("ops", folded=True), True),
        (in_parts(("arn", "aws", STAR)), in_parts(("arn", STAR, STAR)), True),
        (Glob(f"arn:{STAR}"), in_parts(("arn", STAR, STAR)), False),
    ],
)
def test_one_pattern_lies_inside_another(one: Glob, other: Glob, within: bool) -> None:
    assert inside(one, other) is within


def test_loops_on_both_sides_always_have_a_text_in_common() -> None:
    assert not apart(Glob(f"{STAR}ab{STAR}"), Glob(f"{STAR}ba{STAR}"))
    assert apart(Glob(f"a{STAR}"), Glob(f"b{STAR}"))
    assert apart(Glob(f"{STAR}a"), Glob(f"{STAR}b"))
    assert not apart(Glob(f"ab{STAR}"), Glob(f"{ANY}bc{STAR}"))
