"""Rules on the JSON itself, without which there is no policy to speak of.

Source: RFC 8259; IAM API Reference, the characters of `policyDocumentType`.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.examples import allow, policy, when
from gatepost.lint.finding import At, Edit, Fix, Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting

UNREADABLE: Final = ("json-syntax", "duplicate-key", "character")
KEY: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
LAST_COMMA: Final = re.compile(r",\s*\Z")


@rule(
    "JSON_SYNTAX_ERROR",
    Severity.ERROR,
    bad='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"},]}',
    good=policy(allow()),
    of_aws=True,
)
def json_syntax_error(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The document is no JSON that a policy may be.

    A comma after the last entry, a comment, curly quotes from a word processor, a key that stands twice in one object: what
    cannot be read for certain is not read at all, and the call that puts the policy fails. Nor may a character beyond `ÿ`
    (U+00FF) stand in a policy. Only the first such place is told, for what comes after it may mean anything.
    """
    if document.error is not None and document.error.code in UNREADABLE:
        yield Hit(_place(document), document.error.problem, fixes=_without_last_comma(document, document.error_at.start))


def _place(document: Document) -> At:
    """Where the document cannot be read: the whole key where one stands twice."""
    at = document.error_at
    key = KEY.match(document.text, at.start)
    twice = document.error is not None and document.error.code.startswith("duplicate-key")
    return At(at.path, at.start, key.end()) if key is not None and twice else at


def _without_last_comma(document: Document, stop: int) -> tuple[Fix, ...]:
    comma = LAST_COMMA.search(document.text, 0, stop)
    if comma is None or document.text[stop : stop + 1] not in ("]", "}"):
        return ()
    edit = Edit(comma.start(), comma.start() + 1, "")
    return (Fix("leave out the comma", (edit,), "a comma before a closing bracket separates nothing"),)


@rule(
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
    Severity.ERROR,
    bad=policy(allow(Condition={"StringEquals": {"ses:FromAddress": "a@example.com", "ses:fromaddress": "b@example.com"}})),
    good=policy(allow(Condition=when("StringEquals", "ses:FromAddress", "a@example.com", "b@example.com"))),
    of_aws=True,
)
def duplicate_keys_with_different_case(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Two keys of one object differ by case alone.

    Condition keys are compared without regard to case, so both are the same key, and which of the two values would count is
    anybody's guess. Write the key once, and list the values.
    """
    if document.error is not None and document.error.code == "duplicate-key-case":
        yield Hit(_place(document), document.error.problem)
