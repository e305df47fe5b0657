"""Fixes: only what is proved, one at a time, the gravest first, until nothing is left; changes as `git apply` reads them."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.cli.lint_text import run_lines
from gatepost.cli.paint import Paint
from gatepost.lint.finding import Edit, Fix
from gatepost.lint.rule import Rule
from gatepost.lint.rules import ALL
from gatepost.reports.example import linted_example
from gatepost.reports.fixable import Permits, fixable, is_proved, is_safe
from gatepost.reports.fixing import diff, edited, fix_policy
from gatepost.reports.run import Linted, LintRun, lint_policy
from gatepost.reports.statement_diff import statement_diff
from gatepost.reports.written import written
from gatepost.sources.found import FoundPolicy
from lint.random_mail_policies import random_document
from reports.fakes import NO_SUPPRESSIONS, RULES, SEND, SETTING, TWICE, WINDOW, in_template, policy


def fixed(found: FoundPolicy, permits: Permits = is_safe, rules: Sequence[Rule] = RULES) -> Linted:
    linted = lint_policy(found, rules, SETTING, NO_SUPPRESSIONS)
    return fix_policy(linted, rules, SETTING, NO_SUPPRESSIONS, permits)


def made(linted: Linted) -> list[str]:
    return [finding.code for finding, _ in linted.applied]


def test_of_two_that_are_needless_beside_each_other_one_stays() -> None:
    after = fixed(policy(TWICE))
    assert json.loads(after.policy.text)["Statement"] == [json.loads(SEND)]
    assert made(after) == ["GP_FAKE_TWICE"]
    assert after.results == ()


def test_a_fix_that_changes_what_is_decided_is_left_where_decisions_are_to_be_kept() -> None:
    kept, meant = fixed(policy(WINDOW)), fixed(policy(WINDOW), is_proved)
    assert (kept.policy.text, kept.applied) == (WINDOW, ())
    assert '"DateLessThan": {"aws:CurrentTime": "2023-04-01T09:00:00Z"}' in meant.policy.text
    assert [fix.title for _, fix in meant.applied] == ["deny outside the window"]


def test_what_is_not_proved_or_not_the_file_itself_is_left() -> None:
    unversioned = f'{{"Statement": [{SEND}]}}'
    assert fixed(policy(unversioned)).policy.text == unversioned
    assert fixed(in_template(WINDOW)).applied == ()


def test_two_fixes_that_undo_each_other_come_to_an_end() -> None:
    after = fixed(policy(WINDOW), is_proved)
    assert len(after.applied) == 1
    assert fixed(after.policy, is_proved).policy.text == WINDOW  # the fake finds fault with its own fix


NEVER_AND_COVERED = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "ses:Send*", "Resource": "*"},
  {"Effect": "Deny", "Action": "ses:Send*", "Resource": "*", "Condition": {
    "DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}, "DateGreaterThan": {"aws:CurrentTime": "2099-02-01T00:00:00Z"}}},
  {"Effect": "Deny", "Action": "ses:Send*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
]}"""


def test_what_is_written_wrong_is_mended_before_it_is_taken_for_something_that_says_nothing() -> None:
    after = fixed(policy(NEVER_AND_COVERED), is_proved, ALL)
    assert made(after) == ["SES_WINDOW_NEVER"]
    assert "SES_WINDOW_NEVER" not in {result.finding.code for result in after.results}


@pytest.mark.parametrize(
    ("letter", "codes"),
    [
        ("a", []),
        ("b", ["SES_PRINCIPAL_EVERYONE"]),
        ("c", ["SES_SEND_FAMILY_GAP", "SES_DENY_WINDOW_INVERTED"]),
        ("d", []),
    ],
)
def test_the_article_s_documents_are_mended_at_once_and_for_good(letter: str, codes: list[str]) -> None:
    text = (Path(__file__).parents[1] / "lint/article" / f"{letter}.json").read_text("utf-8")
    after = fixed(policy(text), is_proved, ALL)
    assert made(after) == codes
    assert all(fix.changes_meaning for _, fix in after.applied)
    assert fixed(after.policy, is_proved, ALL).applied == ()
    assert fixed(policy(text), rules=ALL).applied == ()


def test_no_fix_takes_away_what_is_written_wrong_and_not_mended() -> None:
    offered = lint_policy(policy(NEVER_AND_COVERED), ALL, SETTING, NO_SUPPRESSIONS).results
    assert any(each.finding.code == "GP_DENY_NO_EFFECT_HERE" and each.finding.fixes for each in offered)
    assert fixed(policy(NEVER_AND_COVERED), rules=ALL).applied == ()
    told = "\n".join(
        run_lines(LintRun((lint_policy(policy(NEVER_AND_COVERED), ALL, SETTING, NO_SUPPRESSIONS),), ALL), Paint(colours=False))
    )
    assert told.count("--fix leaves it until what is graver at the same place is dealt with") == 1
    assert "Fixable: 1 with --fix --unsafe-fixes." in told


def done_with(found: FoundPolicy, permits: Permits) -> None:
    """What is left after the fixes is a policy, and has none to be made."""
    after = fixed(found, permits, ALL)
    assert list(fixable(after, permits)) == []
    assert not after.applied or after.document.policy is not None


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.code)
def test_what_was_fixed_is_a_policy_that_has_nothing_left_to_be_fixed(rule: Rule) -> None:
    for permits in (is_safe, is_proved):
        done_with(linted_example(rule).policy, permits)


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(5, 200))])
def test_fixes_of_many_rules_end_and_never_undo_each_other(seed: int) -> None:
    document = random_document(seed)
    for permits in (is_safe, is_proved):
        done_with(policy(document.text, kind=document.kind), permits)


@given(st.text("abc\n", max_size=12), st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.text("xy", max_size=2))))
def test_edits_replace_what_they_name_and_nothing_else(text: str, wanted: list[tuple[int, int, str]]) -> None:
    edits: list[Edit] = []
    for start, length, new in sorted(wanted):
        if start + length <= len(text) and (not edits or start > edits[-1].end):
            edits.append(Edit(start, start + length, new))
    expected = text
    for edit in reversed(edits):
        expected = expected[: edit.start] + edit.text + expected[edit.end :]
    assert edited(text, reversed(edits)) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\nc\n", "a\nB\nc\n"),
        ("a\nb", "a\nb\n"),
        ("one line", "another"),
        ("a\r\nb\r\n", "a\r\nB\r\n"),
        ("a\u2028b\n", "a\u2028c\n"),
        ("same\n", "same\n"),
    ],
)
def test_a_change_is_one_that_git_applies(old: str, new: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(old.encode())
    change = diff("p.json", old, new)
    assert bool(change) is (old != new)
    if change:
        subprocess.run(["git", "apply", "-"], input=change.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "p.json").read_bytes().decode() == new


def test_a_change_is_shown_in_one_form_however_the_policy_is_spaced() -> None:
    start = WINDOW.index('"DateGreaterThan"')
    here = Fix("swap", (Edit(start, start + len('"DateGreaterThan"'), '"DateLessThanEquals"'),))
    line = json.dumps(json.loads(WINDOW))
    at = line.index('"DateGreaterThan"')
    there = Fix("swap", (Edit(at, at + len('"DateGreaterThan"'), '"DateLessThanEquals"'),))
    told = (
        '-     "DateGreaterThan": {"aws:CurrentTime": "2023-04-01T09:00:00Z"},',
        '+     "DateLessThanEquals": {"aws:CurrentTime": "2023-04-01T09:00:00Z"},',
    )
    assert statement_diff(WINDOW, here) == statement_diff(line, there) == told


def test_what_is_no_json_is_shown_line_by_line() -> None:
    assert statement_diff('{\n"a": 1,\n}', Fix("no comma", (Edit(8, 9, ""),))) == ('- "a": 1,', '+ "a": 1')


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Statement", "Sid", "x"]), inner),
        max_leaves=12,
    ),
    st.integers(4, 60),
)
def test_a_policy_that_is_laid_out_says_the_same(value: object, width: int) -> None:
    assert json.loads("\n".join(written(value, width))) == value
