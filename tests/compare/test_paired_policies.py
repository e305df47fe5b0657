"""Which policy goes with which."""

from gatepost.compare.pairs import Named, pairs
from gatepost.policy.read import PolicyKind


def named(name: str) -> Named:
    return Named(name, "{}", PolicyKind.IDENTITY, name)


def test_policies_of_one_name_go_together_and_the_others_alone() -> None:
    found = pairs([named("a"), named("b")], [named("c"), named("b")])
    assert [(old and old.name, new and new.name) for old, new in found] == [(None, "c"), ("b", "b"), ("a", None)]


def test_one_on_each_side_go_together() -> None:
    assert list(pairs([named("old")], [named("new")])) == [(named("old"), named("new"))]
