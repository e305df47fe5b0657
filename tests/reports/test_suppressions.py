"""What passes findings over: entries with a reason and a last day, comments in templates, the baseline."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gatepost.reports.baseline import read_baseline, write_baseline
from gatepost.reports.comments import Comment, read_comments
from gatepost.reports.config import read_config
from gatepost.reports.run import LintRun
from gatepost.reports.suppressions import By, Suppressions
from gatepost.sources.found import SourceError
from reports.fakes import NOW, RULES, SEND, TWICE, WINDOW, in_template, policy, run

TODAY = NOW.date()
IGNORE = '[[ignore]]\ncode = "SES_FAKE_INVERTED"\nreason = "meant so"\n'


def passed_over(ran: LintRun) -> list[str]:
    return [result.finding.code for result in ran.all_results if result.suppression]


def ignoring(entry: str, file: str = ".gatepost.toml", comments: dict[str, tuple[Comment, ...]] | None = None) -> Suppressions:
    return Suppressions(TODAY, read_config(file, entry).ignores, comments or {})


# --- .gatepost.toml -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "matches"),
    [
        ("", True),
        ('path = "policies/*.json"', True),
        ('path = "policies/*.yaml"', False),
        ('sid = "OnlyInOfficeHours"', True),
        ('sid = "Another"', False),
        ('address = "aws_iam_policy.window"', False),
        ("until = 2026-11-25", True),
        ("until = 2026-11-24", False),
    ],
)
def test_an_ignore_is_about_what_it_names_and_holds_through_its_last_day(more: str, matches: bool) -> None:
    ran = run(policy(WINDOW, "policies/window.json"), suppressions=ignoring(IGNORE + more))
    assert passed_over(ran) == (["SES_FAKE_INVERTED"] if matches else [])


def test_an_ignore_says_why() -> None:
    (result,) = run(policy(WINDOW), suppressions=ignoring(f"{IGNORE}until = 2027-01-31")).all_results
    why = result.suppression
    assert why is not None
    assert (why.by, why.reason, why.until) == (By.CONFIG, "meant so", date(2027, 1, 31))


def test_a_path_is_seen_from_the_folder_of_the_file_that_names_it() -> None:
    entry = f'{IGNORE}path = "policies/*"'
    assert passed_over(run(policy(WINDOW, "infra/policies/w.json"), suppressions=ignoring(entry, "infra/.gatepost.toml")))
    assert not passed_over(run(policy(WINDOW, "policies/w.json"), suppressions=ignoring(entry, "infra/.gatepost.toml")))
    here = str(Path("policies/w.json").absolute())
    assert passed_over(run(policy(WINDOW, here), suppressions=ignoring(entry)))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            "until = 2026-11-24",
            [".gatepost.toml:1: the ignore of SES_FAKE_INVERTED ended with 2026-11-24: its findings are back"],
        ),
        ('sid = "Another"', [".gatepost.toml:1: the ignore of SES_FAKE_INVERTED matched nothing"]),
        ('path = "elsewhere/*"', []),
        ("", []),
    ],
)
def test_what_is_over_or_idle_is_told(more: str, says: list[str]) -> None:
    suppressions = ignoring(IGNORE + more)
    assert list(suppressions.notes(run(policy(WINDOW), suppressions=suppressions).linted, RULES)) == says


def test_an_ignore_whose_rule_was_not_asked_is_not_idle() -> None:
    suppressions = ignoring(IGNORE)
    assert list(suppressions.notes(run(policy(TWICE)).linted, RULES[1:])) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[ignore]]\n", "1:1: ignore: expected `code`, a text"),
        (f'{IGNORE}\n[[ignore]]\ncode = "X"\n', "5:1: ignore: expected `reason`, a text"),
        ('[[ignore]]\ncode = "X"\nreason = " "\n', "3:1: ignore: expected `reason`, a text"),
        (f"{IGNORE}  untl = 2026-01-01\n", "4:3: ignore: unknown key `untl`; did you mean `until`?"),
        (f'{IGNORE}until = "2026-01-01"\n', "4:1: ignore, until: expected a date"),
        (f"{IGNORE}until = 2026-01-01T00:00:00Z\n", "4:1: ignore, until: expected a date"),
        ("[lint]\nselect = [1]\n", "2:1: lint, select: expected a list of texts"),
        ('[lint]\naws-mode = "yes"\n', "2:1: lint, aws-mode: expected true or false"),
        ('[lint]\nfail-on = "never"\n', "2:1: lint, fail-on: expected one of `error`, `security`, `warning`, `suggestion`"),
        ("[lnt]\n", "1:2: `lnt`: expected `[lint]` or `[[ignore]]`"),
        ('\n[ignore]\ncode = "X"\n', "2:2: `ignore`: expected a list of tables, `[[ignore]]`"),
        ("lint = 3\n", "1:1: `lint`: expected a table, `[lint]`"),
        ("[lint\n", "1:6: expected TOML: "),
    ],
)
def test_a_file_that_says_something_else_is_refused_with_the_place(text: str, says: str) -> None:
    with pytest.raises(SourceError) as raised:
        read_config("x/.gatepost.toml", text)
    assert str(raised.value).startswith(f"x/.gatepost.toml:{says}")


# --- comments -----------------------------------------------------------------------------------------------------------

TEMPLATE = """\
Statement:
  # gatepost: ignore[SES_FAKE_INVERTED] the partners are in New York
  # (and have been since 2019)

  - Effect: Deny
    Action: ses:*   # gatepost: ignore[A, B_2] two codes, one reason
    Resource: "*"   // gatepost: ignore[C] as HCL writes it
"""


def test_a_comment_is_about_its_own_line_or_the_next_that_says_something() -> None:
    assert list(read_comments("stack.yaml", TEMPLATE)) == [
        Comment(("SES_FAKE_INVERTED",), "the partners are in New York", 2, 5),
        Comment(("A", "B_2"), "two codes, one reason", 6, 6),
        Comment(("C",), "as HCL writes it", 7, 7),
    ]


@pytest.mark.parametrize("said", ["ignore", "ignore[]", "ignore[A]", "ignore[A]:", "ignored[A] why", "ignore[a] why"])
def test_a_comment_that_says_something_else_is_refused_with_the_place(said: str) -> None:
    with pytest.raises(SourceError) as raised:
        list(read_comments("stack.yaml", f"a: 1\nb: 2 # gatepost: {said}\n"))
    assert str(raised.value).startswith("stack.yaml:2:18: expected `gatepost: ignore[CODE] reason`")


def test_a_comment_passes_over_what_begins_on_its_line_and_is_told_where_nothing_does() -> None:
    found = in_template(WINDOW, line=10)  # its window stands on line 19
    for about, codes, notes in (
        (19, ["SES_FAKE_INVERTED"], []),
        (13, ["SES_FAKE_INVERTED"], []),  # where its statement begins
        (18, [], ["stack.yaml:17: the ignore of SES_FAKE_INVERTED matched nothing"]),
    ):
        comment = Comment(("SES_FAKE_INVERTED",), "why", 17, about)
        suppressions = Suppressions(TODAY, comments={"stack.yaml": (comment,)})
        ran = run(found, suppressions=suppressions)
        assert passed_over(ran) == codes
        assert list(suppressions.notes(ran.linted, RULES)) == notes


# --- the baseline -------------------------------------------------------------------------------------------------------


def baselined(ran: LintRun, file: str = "lint/baseline.json") -> Suppressions:
    return Suppressions(TODAY, baseline=read_baseline(file, write_baseline(file, ran.results)))


def test_what_stood_in_the_baseline_is_passed_over_wherever_it_has_moved_to() -> None:
    known = baselined(run(policy(WINDOW, "policies/w.json")))
    moved = WINDOW.replace('"Statement": [', f'"Statement": [\n    {SEND},\n    {SEND},')
    ran = run(policy(moved, "policies/w.json"), policy(WINDOW, "policies/other.json"), suppressions=known)
    assert passed_over(ran) == ["SES_FAKE_INVERTED"]
    assert sorted(each.finding.code for each in ran.results) == ["GP_FAKE_TWICE", "GP_FAKE_TWICE", "SES_FAKE_INVERTED"]
    assert list(known.notes(ran.linted, RULES)) == []


def test_of_two_alike_one_more_is_new() -> None:
    one = policy(TWICE, "p.json")
    known = baselined(run(one))
    assert list(run(one, suppressions=known).results) == []
    thrice = replace(one, text=TWICE.replace("[\n", f"[\n  {SEND},\n"))
    assert [each.finding.code for each in run(thrice, suppressions=known).results] == ["GP_FAKE_TWICE"]


def test_what_is_gone_is_told_where_its_file_was_linted() -> None:
    known = baselined(run(policy(TWICE, "a.json"), policy(WINDOW, "b.json")))
    ran = run(policy(f"[{SEND}]", "a.json"), suppressions=known)
    assert list(known.notes(ran.linted, RULES)) == [
        "2 of the baseline's findings are gone: write it anew with --write-baseline"
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "b.json:1:2: expected a baseline as --write-baseline writes it"),
        ("[]", "b.json: expected a baseline as --write-baseline writes it"),
        ('{"version": 2, "findings": []}', "b.json: expected a baseline as --write-baseline writes it, of version 1"),
        ('{"version": 1, "findings": [{}]}', "b.json: expected a baseline as --write-baseline writes it"),
    ],
)
def test_a_baseline_that_is_none_is_refused(text: str, says: str) -> None:
    with pytest.raises(SourceError) as raised:
        read_baseline("b.json", text)
    assert str(raised.value) == says
