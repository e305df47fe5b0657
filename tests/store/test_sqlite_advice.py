"""Which SQLite versions are advised against."""

import pytest

from gatepost.store.sqlite_advice import KNOWN_BUGS, advice, bugs_of


@pytest.mark.parametrize(
    ("version", "bugs"),
    [
        ((3, 6, 23), 0),
        ((3, 7, 0), 1),
        ((3, 34, 1), 1),
        ((3, 35, 0), 2),
        ((3, 37, 1), 2),
        ((3, 37, 2), 1),
        ((3, 40, 1), 1),
        ((3, 44, 5), 1),
        ((3, 44, 6), 0),
        ((3, 44, 9), 0),
        ((3, 45, 0), 1),
        ((3, 50, 6), 1),
        ((3, 50, 7), 0),
        ((3, 51, 2), 1),
        ((3, 51, 3), 0),
        ((3, 53, 1), 0),
    ],
)
def test_a_version_has_the_bugs_of_its_range(version: tuple[int, ...], bugs: int) -> None:
    assert len(bugs_of(version)) == bugs
    assert (advice(version) is None) is (bugs == 0)


def test_the_advice_is_a_line_that_names_what_mends_it_and_the_source() -> None:
    text = advice((3, 40, 1))
    assert text is not None
    assert "\n" not in text
    assert "SQLite 3.40.1" in text
    assert "3.44.6, 3.50.7, 3.51.3" in text
    assert all(bug.source.startswith("https://www.sqlite.org/") for bug in KNOWN_BUGS)
