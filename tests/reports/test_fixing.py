"""Fixes: only what is proved, one at a time, until nothing is left; changes as `git apply` reads them."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.lint.finding import Edit, Fix
from gatepost.lint.rule import Rule
from gatepost.lint.rules import ALL
from gatepost.reports.example import linted_example
from gatepost.reports.fixing import diff, edited, fix_policy
from gatepost.reports.run import Linted, lint_policy
from gatepost.reports.statement_diff import statement_diff
from gatepost.reports.written import written
from gatepost.sources.found import FoundPolicy
from reports.fakes import NO_SUPPRESSIONS, RULES, SEND, SETTING, TWICE, WINDOW, in_template, policy


def fixed(found: FoundPolicy, *, intent: bool = False) -> Linted:
    linted = lint_policy(found, RULES, SETTING, NO_SUPPRESSIONS)
    return fix_policy(linted, RULES, SETTING, NO_SUPPRESSIONS, intent=intent)


def test_of_two_that_are_needless_beside_each_other_one_stays() -> None:
    after = fixed(policy(TWICE))
    assert json.loads(after.policy.text)["Statement"] == [json.loads(SEND)]
    assert [finding.code for finding, _ in after.applied] == ["GP_FAKE_TWICE"]
    assert after.results == ()


def test_a_fix_that_changes_what_is_decided_is_made_only_where_that_is_asked_for() -> None:
    kept, meant = fixed(policy(WINDOW)), fixed(policy(WINDOW), intent=True)
    assert (kept.policy.text, kept.applied) == (WINDOW, ())
    assert '"DateLessThan": {"aws:CurrentTime": "2023-04-01T09:00:00Z"}' in meant.policy.text
    assert [fix.title for _, fix in meant.applied] == ["deny outside the window"]


def test_what_is_not_proved_or_not_the_file_itself_is_left() -> None:
    unversioned = f'{{"Statement": [{SEND}]}}'
    assert fixed(policy(unversioned), intent=True).policy.text == unversioned
    assert fixed(in_template(WINDOW), intent=True).applied == ()


def test_two_fixes_that_undo_each_other_come_to_an_end() -> None:
    after = fixed(policy(WINDOW), intent=True)
    assert len(after.applied) == 1
    assert fixed(after.policy, intent=True).policy.text == WINDOW  # the fake finds fault with its own fix


@pytest.mark.parametrize("rule", [rule for rule in ALL if not rule.only_in_aws_mode], ids=lambda rule: rule.code)
def test_what_a_rule_fixes_in_its_own_example_is_done_with(rule: Rule) -> None:
    after = fix_policy(linted_example(rule), (rule,), SETTING, NO_SUPPRESSIONS, intent=True)
    assert not after.applied or not any(result.is_fixable(intent=True) for result in after.results)


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
