"""Which rules are asked: codes or beginnings of codes, selected and ignored."""

from collections.abc import Collection, Iterable, Sequence

from gatepost.lint.rule import Rule
from gatepost.policy.errors import did_you_mean


class NoSuchRule(Exception):
    """A code, or the beginning of one, that no rule has."""


def choose(rules: Iterable[Rule], select: Collection[str] = (), ignore: Collection[str] = ()) -> Sequence[Rule]:
    """The rules that are selected (all, where nothing is) less those that are ignored. NoSuchRule."""
    known = tuple(rules)
    codes = tuple(rule.code for rule in known)
    for wanted in (*select, *ignore):
        if not any(code.startswith(wanted) for code in codes):
            raise NoSuchRule(f"`{wanted}`: no rule has a code that begins so{did_you_mean(wanted, codes)}")
    return [
        rule
        for rule in known
        if (not select or rule.code.startswith(tuple(select))) and not (ignore and rule.code.startswith(tuple(ignore)))
    ]
