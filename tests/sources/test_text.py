"""Texts that keep the places of their characters, through JSON and back."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gatepost.sources.json_tree import read_tree, write_tree
from gatepost.sources.text import Text, joined, text_of
from gatepost.sources.tree import Scalar, items

CONTENT = st.text(alphabet='ab\n"\\é{}\t☃', max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | CONTENT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CONTENT, inner, max_size=3),
    max_leaves=8,
)


def places(text: Text) -> list[tuple[int, int]]:
    return [text.place(offset) for offset in range(len(text.text))]


@given(CONTENT, st.data())
def test_a_part_stands_where_it_stood(content: str, data: st.DataObject) -> None:
    whole = text_of(content)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), min_size=2, max_size=4)))
    parts = [whole.part(start, end) for start, end in pairwise(cuts)]
    again = joined(parts, (0, 0))
    assert again.text == content[cuts[0] : cuts[-1]]
    assert places(again) == places(whole)[cuts[0] : cuts[-1]]


@given(CONTENT)
def test_the_places_of_a_file_are_its_lines_and_columns(content: str) -> None:
    lines = content.split("\n")
    for offset, (line, column) in enumerate(places(text_of(content))):
        assert (lines[line - 1] + "\n")[column - 1] == content[offset]


@given(VALUES)
def test_a_tree_is_written_as_it_was_read(value: object) -> None:
    source = text_of(json.dumps(value, indent=1))
    written = write_tree(read_tree(source, ""))
    assert json.loads(written.text) == value


@given(st.lists(CONTENT, min_size=1, max_size=3))
def test_json_in_a_string_in_json_stands_where_its_characters_stand(texts: list[str]) -> None:
    once = text_of(json.dumps(texts, ensure_ascii=False))
    twice = text_of(json.dumps([once.text], ensure_ascii=False))
    (inside,) = items(read_tree(twice, ""))
    assert isinstance(inside, Scalar)
    for one, value in zip(texts, items(read_tree(inside.text, "")), strict=True):
        assert isinstance(value, Scalar)
        assert value.text.text == one
        for offset, character in enumerate(one):
            line, column = value.text.place(offset)
            if character in "ab{}é☃":
                assert (line, twice.text[column - 1]) == (1, character)
