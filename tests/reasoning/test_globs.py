"""The wildcard theory against every short text."""

from itertools import permutations, product
from random import Random

import pytest

from gatepost.policy.operators import COMPARISONS, arn_pattern
from gatepost.policy.pattern import ANY, STAR, glob, wild
from gatepost.reasoning.globs import Glob, folded, in_parts, matches, reasons, text_in
from gatepost.reasoning.undecidable import Undecidable

TEXTS = ["".join(letters) for size in range(6) for letters in product("abAx", repeat=size)]


def meets(pattern: Glob, text: str) -> bool:
    """What the floor's own walk says."""
    return glob(pattern.pattern, text.lower() if pattern.folded else text)


def random_glob(rng: Random) -> Glob:
    pattern = "".join(rng.choice(("a", "b", "a", STAR, ANY)) for _ in range(rng.randint(0, 4)))
    return Glob(pattern, folded=rng.random() < 0.3)


@pytest.mark.parametrize("seed", range(300))
def test_every_short_text_agrees_with_the_theory(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    wanted = frozenset(random_glob(rng) for _ in range(rng.randint(0, 3)))
    unwanted = frozenset(random_glob(rng) for _ in range(rng.randint(0, 3)))
    found = text_in(wanted, unwanted)
    if found is None:
        assert not any(
            all(meets(each, text) for each in wanted) and not any(meets(each, text) for each in unwanted) for text in TEXTS
        )
        literals = (*((each, True) for each in wanted), *((each, False) for each in unwanted))
        for reason in reasons(literals):
            assert set(reason) <= set(literals)
            assert (
                text_in(frozenset(each for each, to in reason if to), frozenset(each for each, to in reason if not to)) is None
            )
    else:
        assert all(meets(each, found) for each in wanted)
        assert not any(meets(each, found) for each in unwanted)


@pytest.mark.parametrize(
    "pattern", ["arn:*:*:*:*:*", "arn:aws:s?s:*:1:a*", "arn:a*s:ses::1:?b", "*", "arn:aws:*", "a*:aws:ses:eu:1:*:c"]
)
@pytest.mark.parametrize(
    "text", ["arn:aws:ses:eu:1:a:b", "arn:aws:sns:eu:1:a", "arn:aws:ses::1:ab", "arn:aws:ses", "arn:aws:ses:eu:1:a:c"]
)
def test_an_arn_is_matched_part_by_part_as_the_operators_do(pattern: str, text: str) -> None:
    parts = arn_pattern(wild(pattern))
    is_arn = matches(in_parts(("arn", *[STAR] * 5)), text)
    ours = is_arn and parts is not None and matches(in_parts(parts), text)
    assert ours is bool(COMPARISONS["ArnLike"].matches((wild(pattern),))(text))


def test_without_regard_to_case_the_kelvin_sign_is_a_k() -> None:
    exact = frozenset((Glob("k"), Glob("K")))
    assert text_in(frozenset((folded("k"),)), exact) == "\u212a"
    assert text_in(frozenset((folded("a"),)), frozenset((Glob("a"), Glob("A")))) is None


def test_beyond_ascii_comparison_without_case_is_not_decided() -> None:
    with pytest.raises(Undecidable, match="decided for ASCII alone"):
        folded("stra\u00dfe")


def test_past_the_limit_of_work_nothing_is_guessed() -> None:
    wanted = [Glob(STAR + STAR.join(pair) + STAR) for pair in ("ab", "cd", "ef", "gh", "ij", "kl", "mn", "op", "qr", "st")]
    long = Glob(ANY * 19)
    with pytest.raises(Undecidable, match="not decided within 2000 states"):
        text_in(frozenset((*wanted, long)), frozenset(), 2000)


def test_many_infix_patterns_on_one_text_are_decided() -> None:
    ends = [("ab", "he"), ("de", "kh"), ("gh", "nk"), ("jk", "qn"), ("mn", "tq"), ("pq", "wt"), ("st", "zw"), ("vw", "cz")]
    required = frozenset(Glob(STAR + STAR.join(pair) + STAR) for pair in ends)
    long = Glob(ANY * 32 + STAR)
    assert text_in(required, frozenset()) is not None
    found = text_in(required, frozenset((long,)))
    assert found is not None
    assert len(found) < 32
    in_order = frozenset(Glob(STAR + STAR.join((first, last)) + STAR) for (first, _), (_, last) in permutations(ends[:5], 2))
    assert text_in(frozenset(Glob(STAR + STAR.join(pair) + STAR) for pair in ends[:5]), in_order) is None


def test_a_reason_that_would_be_too_much_work_to_lessen_is_a_reason_all_the_same() -> None:
    required = [Glob(f"{STAR}{letter}{STAR}") for letter in "abcdefghij"]
    literals = (*((glob, True) for glob in required), (Glob(ANY * 10 + STAR), False), (Glob(f"z{STAR}"), False))
    (reason,) = reasons(literals)
    assert set(reason) <= set(literals)
    assert {(glob, True) for glob in required} <= set(reason)
