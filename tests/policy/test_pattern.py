"""Wildcards: every matcher says what the definition says, and no pattern costs more than its text is long."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.policy.pattern import automaton, glob, matcher, wild

PATTERNS = st.text("ab*?", max_size=12)
TEXTS = st.text("abc", max_size=16)


def by_definition(pattern: str, text: str) -> bool:
    """By a regular expression, on texts so short that backtracking does not matter."""
    expression = "".join(".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


@given(PATTERNS, TEXTS)
def test_all_matchers_say_the_same(pattern: str, text: str) -> None:
    expected = by_definition(pattern, text)
    compiled = wild(pattern)
    assert matcher(compiled)(text) is expected
    assert automaton(compiled)(text) is expected
    assert glob(compiled, text) is expected


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*?" + "a" * 2_000 + "b", "a" * 120_000),
        ("*" + "a?" * 1_000 + "b", "a" * 120_000),
        ("*a?" * 600, "a" * 120_000),
        ("*" + "*a" * 1_000 + "b", "a" * 120_000),
        ("?*" * 1_000 + "b", "a" * 120_000),
    ],
)
def test_no_pattern_takes_more_than_the_text_is_long(pattern: str, text: str) -> None:
    begun = time.thread_time()
    matcher(wild(pattern))(text)
    assert time.thread_time() - begun < 2, "pattern times text is a hundred times that"
