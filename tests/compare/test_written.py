"""Which statements are written otherwise, and how."""

import json
from typing import Any

import pytest

from gatepost.compare.written import written_changes
from gatepost.policy.model import Policy
from gatepost.policy.read import read_policy

SEND = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
RAW = {**SEND, "Action": "ses:SendRawEmail"}
WHOLE = ["Effect", "Action", "Resource"]
TLS = {"Bool": {"aws:SecureTransport": "true"}}


def policy(*statements: Any) -> Policy:
    return read_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def told(old: Policy, new: Policy) -> list[tuple[str, list[str]]]:
    return [
        (
            "added" if change.old is None else "removed" if change.new is None else "changed",
            [element.name for element in change.elements if not element.same],
        )
        for change in written_changes(old, new)
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([SEND, RAW], [RAW, SEND], []),
        ([SEND], [{**SEND, "Action": ["ses:SendEmail"]}], []),
        ([SEND], [{**SEND, "Condition": TLS}], [("changed", ["Condition Bool aws:SecureTransport"])]),
        ([SEND], [{**SEND, "Sid": "Send"}], [("changed", ["Sid"])]),
        ([SEND], [{**SEND, "Effect": "Deny"}], [("added", WHOLE), ("removed", WHOLE)]),
        ([{**SEND, "Sid": "A"}], [{**SEND, "Sid": "A", "Effect": "Deny"}], [("changed", ["Effect"])]),
        ([SEND], [SEND, RAW], [("added", WHOLE)]),
        ([SEND, SEND], [SEND], [("removed", WHOLE)]),
        (
            [{**SEND, "Sid": "A"}, {**RAW, "Sid": "B"}],
            [{**RAW, "Sid": "B", "Condition": TLS}, {**SEND, "Sid": "A"}],
            [("changed", ["Condition Bool aws:SecureTransport"])],
        ),
        ([], [SEND], [("added", WHOLE)]),
    ],
)  # fmt: skip
def test_statements_are_paired_and_compared_element_by_element(old: Any, new: Any, expected: Any) -> None:
    before = policy(*old) if old else Policy(())
    assert told(before, policy(*new)) == expected
