r"""The rule on regular expressions where patterns are read: `.*`, `\.`, `^…$`, `[a-z]`, `(a|b)`.

A pattern of IAM knows `*`, any run of characters, and `?`, any one; every other character is itself.
Source: IAM User Guide, "String condition operators". An older page of the SES Developer Guide has `marketing+.*@example.com`.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import Fix, Severity
from gatepost.lint.patch import rewritten
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.placeholders import is_placeholder
from gatepost.lint.sending import ADDRESSES, DISPLAY_NAME, conditions_on
from gatepost.lint.setting import Setting
from gatepost.policy.pattern import glob, wild

VARIABLE: Final = re.compile(r"(\$\{[^}]*\})")
# What no pattern of an address has, and every regular expression.
HABITS: Final = re.compile(
    r"(?<![A-Za-z0-9*?])\.\*"  # a dot that follows no letter: no address has one there
    r"|\.\+(?=@|\$?$)|\\.|^\^|\$$|\[[^\]]*\][*+?]?|\([^)]*\)[*+?]?|\{\d+(?:,\d*)?\}|^%|%(?=@)"
)
PERHAPS: Final = re.compile(r"(?<=[A-Za-z0-9])\.\*(?=[^@]*@)")  # `news.*@…`: a dot and anything, or anything
ANYTHING: Final = re.compile(r"\\[dwWDS][*+]?|\[[^\]]*\][*+?]?|\.[*+]|%")
ESCAPED: Final = re.compile(r"\\([^A-Za-z0-9])")
LEFT: Final = re.compile(r"[\\()\[\]{}|^]")
SAMPLE: Final = "q4"


@rule(
    "SES_REGEX_IN_PATTERN",
    Severity.WARNING,
    bad=policy(allow(Action="ses:Send*", Condition=when("StringLike", "ses:FromAddress", "marketing+.*@example.com"))),
    good=policy(allow(Action="ses:Send*", Condition=when("StringLike", "ses:FromAddress", "marketing+*@example.com"))),
)
def regex_in_pattern(document: Document, _setting: Setting) -> Iterator[Hit]:
    r"""A regular expression where a pattern is read.

    In `StringLike` a star is any run of characters and `?` any one; every other character is itself, the dot too. So
    `marketing+.*@example.com` does not match `marketing+q4@example.com`, and `.*@example\.com` matches no address at all. Write
    `marketing+*@example.com`, and `*@example.com`; for alternatives write a list of values. `news.*@example.com` may be meant as
    it is read, `news.` and anything, so there it is a suggestion to look.
    """
    for tree in document.statements:
        for pair, condition in conditions_on(tree, *ADDRESSES, DISPLAY_NAME):
            if not condition.operator.base.startswith("String"):
                continue
            like = condition.operator.base.endswith("Like")
            for entry, value in zip(pair.element.entries(), condition.values, strict=True):
                plain = VARIABLE.sub("x", value)
                sure = HABITS.search(plain)
                habit = sure or (PERHAPS.search(plain) if like else None)
                if habit is None or (not like and habit[0] == ".*") or is_placeholder(value):
                    continue
                meant = _meant(value)
                said = f"`{habit[0]}` is taken by its letters in `{value}`{_missed(value, meant)}"
                fixes = (
                    ()
                    if meant is None
                    else (Fix(f"write `{meant}`", (rewritten(document, entry, meant),), changes_meaning=True),)
                )
                yield Hit(entry.at, said, fixes=fixes, severity=None if sure else Severity.SUGGESTION)


def _missed(value: str, meant: str | None) -> str:
    """An address of those that seem to be meant, which the value does not match; nothing where none is known."""
    if meant is None:
        return "; expected a pattern of `*` and `?`, and one value for each alternative"
    address = meant.replace("?*", SAMPLE).replace("*", SAMPLE)
    if VARIABLE.search(value) or glob(wild(value), address):
        return f"; expected `{meant}`"
    return f": it does not match `{address}`; expected `{meant}`"


def _meant(value: str) -> str | None:
    """The pattern that a regular expression seems to stand for; None where one pattern cannot say it."""
    text = value.removeprefix("^")
    if not VARIABLE.search(text[-1:]) and text.endswith("$"):
        text = text[:-1]
    parts = VARIABLE.split(text)
    parts[::2] = (ESCAPED.sub(r"\1", ANYTHING.sub("*", part)) for part in parts[::2])
    return None if any(LEFT.search(part) for part in parts[::2]) else "".join(parts)
