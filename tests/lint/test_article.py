"""The four documents of the article that this project starts from: what is found in each, and what is left when it is mended."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatepost.lint.document import Document
from gatepost.lint.finding import Finding
from gatepost.lint.patch import patched
from gatepost.lint.reach import in_force
from gatepost.policy.decide import Policies, decide
from gatepost.policy.model import Policy
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.request import Request
from lint.meaning import applicable, asker_of, assert_witnesses_say_the_truth, meaning_of, mended

HERE = Path(__file__).parent
EXPECTED = json.loads((HERE / "article.json").read_text("utf-8"))
DOMAIN = "arn:aws:ses:us-east-1:123456789012:identity/example.com"
INSIDER = "arn:aws:iam::123456789012:user/alice"


def article(letter: str) -> Document:
    return Document((HERE / "article" / f"{letter}.json").read_text("utf-8"))


def finding_of(document: Document, code: str) -> Finding:
    return next(each for each in meaning_of(document).findings if each.code == code)


def fixed(letter: str, code: str) -> Document:
    document = article(letter)
    fix = applicable(finding_of(document, code))
    assert fix is not None
    return patched(document, fix.edits)


@pytest.mark.parametrize("letter", EXPECTED)
def test_each_document_yields_what_is_wrong_with_it(letter: str) -> None:
    document, expected = article(letter), EXPECTED[letter]["findings"]
    report = meaning_of(document)
    found = [(each.code, each.severity.value, list(document.place_of(each.at.start))) for each in report.findings]
    assert found == [(each["code"], each["severity"], each["at"]) for each in expected]
    assert report.undecided == ()
    for finding, told in zip(report.findings, expected, strict=True):
        assert told["says"] in finding.message
        assert [witness.says for witness in finding.witnesses] == told.get("witnesses", [])
        assert_witnesses_say_the_truth(document, finding)


@pytest.mark.parametrize("letter", EXPECTED)
def test_a_mended_document_keeps_only_what_no_fix_can_know(letter: str) -> None:
    left = meaning_of(mended(article(letter))).findings
    assert sorted({each.code for each in left}) == EXPECTED[letter]["after_its_fixes"]


# --- C: the window ------------------------------------------------------------------------------------------------------


def send(at: str, action: str = "ses:SendEmail") -> Request:
    return Request(INSIDER, action, DOMAIN, context={"aws:CurrentTime": at})


def is_sent(document: Document, at: str) -> bool:
    """Whether a message of somebody who may send is let through by the policy at a time."""
    assert document.policy is not None
    anything = read_policy('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    return decide(send(at), Policies(identity=(anything,), resource=(document.policy,))).allowed


def test_the_window_denies_inside_and_its_fix_denies_outside() -> None:
    days = {
        "2022-12-31T23:59:59Z": False,
        "2023-01-01T00:00:00Z": True,
        "2023-01-15T12:00:00Z": True,
        "2023-01-31T23:59:59Z": True,
        "2023-02-01T00:00:00Z": False,
        "2026-11-25T12:00:00Z": False,
    }
    mended_window = fixed("c", "SES_DENY_WINDOW_INVERTED")
    assert {day: is_sent(mended_window, day) for day in days} == days
    assert [is_sent(article("c"), day) for day in ("2022-12-31T23:59:59Z", "2023-01-15T12:00:00Z", "2023-02-01T00:00:00Z")] == [
        True,
        False,
        True,
    ]


def test_the_window_is_drawn_and_its_fix_says_what_it_means_today() -> None:
    finding = finding_of(article("c"), "SES_DENY_WINDOW_INVERTED")
    this, words = (next(line for line in finding.picture if label in line) for label in ("this policy", "your words?"))
    assert "█│░" in this
    assert "░│█" in words
    assert any("now 2026-11-25" in line for line in finding.picture)
    two, dates = finding.fixes
    assert two.proof.startswith("it denies exactly outside 2023-01-01T00:00:00Z to 2023-01-31T23:59:59Z")
    assert "nobody could send today" in two.proof
    assert dates.title == f"new dates: gatepost window --deny-outside --between 2027-01-01 2027-02-01 --resource {DOMAIN}"
    assert not dates.edits


def test_the_fix_of_the_window_is_written_as_the_document_is() -> None:
    text = fixed("c", "SES_DENY_WINDOW_INVERTED").text
    assert text.startswith(article("c").text[: article("c").text.index("{\n      ")])
    assert text.count(article("c").text.partition('"Effect": "Deny",')[2].partition('"Condition"')[0]) == 2
    assert '"Condition": {"DateLessThan": {"aws:CurrentTime": "2023-01-01T00:00:00Z"}}' in text
    assert '"Condition": {"DateGreaterThan": {"aws:CurrentTime": "2023-01-31T23:59:59Z"}}' in text
    assert all(line.startswith((" " * 4, "{", "}", '  "', "  ]")) for line in text.splitlines())


@pytest.mark.parametrize(
    ("late", "included"),
    [
        ({"DateLessThan": {"aws:CurrentTime": "2023-02-01T00:00:00Z"}}, False),
        ({"DateLessThanEquals": {"aws:CurrentTime": "2023-02-01T00:00:00Z"}}, True),
    ],
)
def test_the_end_of_the_window_stays_as_it_is_written(late: Any, included: bool) -> None:
    document = json.loads(article("c").text)
    document["Statement"][0]["Condition"].pop("DateLessThan")
    document["Statement"][0]["Condition"] |= late
    inverted = Document(json.dumps(document))
    fix = applicable(finding_of(inverted, "SES_DENY_WINDOW_INVERTED"))
    assert fix is not None
    assert is_sent(patched(inverted, fix.edits), "2023-02-01T00:00:00Z") is included


# --- B: everybody -------------------------------------------------------------------------------------------------------


def test_naming_the_account_keeps_out_everybody_else() -> None:
    before, after = article("b"), fixed("b", "SES_PRINCIPAL_EVERYONE")
    assert after.policy is not None
    assert json.loads(after.text)["Statement"][0]["Principal"] == {"AWS": "123456789012"}
    sender = read_policy('{"Statement": {"Effect": "Allow", "Action": "ses:Send*", "Resource": "*"}}', PolicyKind.IDENTITY)
    for caller, was, now in ((INSIDER, True, True), ("arn:aws:iam::444455556666:user/mallory", True, False)):
        request = Request(caller, "ses:SendEmail", DOMAIN)
        decided = [
            decide(request, Policies(identity=(sender,), resource=(each.policy,))).allowed
            for each in (before, after)
            if each.policy is not None
        ]
        assert decided == [was, now]


# --- D: placeholders ----------------------------------------------------------------------------------------------------


def test_once_filled_in_the_last_document_is_left_alone() -> None:
    text = article("d").text
    for placeholder, value in (
        ("[email\u00a0protected]", "news@example.com"),
        ("zz.zz.zzz.zzz", "203.0.113.7"),
        ("xx.xxx.xx.xxx", "198.51.100.0/24"),
    ):
        text = text.replace(placeholder, value)
    text = text.replace("[email protected]", "news@example.com")
    assert {each.severity.value for each in meaning_of(Document(text)).findings} <= {"SUGGESTION"}


def test_the_whole_policy_mended_sends_what_its_author_meant() -> None:
    whole = mended(article("c"))
    inside = article("c").text.replace('"Effect": "Deny"', '"Effect": "Allow"')
    window = read_policy(
        inside.replace("DateLessThan", "DateLessThanEquals").replace("DateGreaterThan", "DateGreaterThanEquals")
    )
    sends = ("ses:Send*",)
    meant = Policy(tuple(replace(each, actions=sends) for each in window.statements), window.version)
    every = Policy(tuple(replace(each, conditions=()) for each in meant.statements), meant.version)
    asker = asker_of(whole)
    assert whole.policy is not None
    left = Policy((*every.statements, *whole.policy.statements), whole.policy.version)
    assert asker.equivalent(left, meant)
    assert asker.narrower(left, in_force(whole))
