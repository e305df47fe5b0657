"""Whatever stands in a template or plan, it is read, told or refused: never a crash."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.policy.read import PolicyKind
from gatepost.sources.content import read_content
from gatepost.sources.found import SourceError
from gatepost.sources.given import Given
from gatepost.sources.json_tree import write_tree
from gatepost.sources.text import text_of
from gatepost.sources.yaml_tree import read_yaml

FILES: Final = Path(__file__).parent / "files"
ODD: Final[tuple[object, ...]] = (
    None, True, 7, "", "x", "${", "{", [], {}, [[]], [None], {"Ref": None}, {"Ref": ["a"]}, {"Ref": "a", "b": 1},
    {"Ref": "AWS::NoValue"}, {"Fn::If": ["IsProd", [], {}]}, {"Fn::Sub": {}}, {"Fn::Sub": ["${A}", {"A": {}}]},
    {"Fn::GetAtt": {}}, {"Fn::Join": ["", {}]}, {"Fn::Join": [1, [[], {}]]}, {"Fn::Select": ["-1", []]},
    {"Fn::Select": [{}, []]}, {"Fn::Split": ["", "a"]}, {"Fn::FindInMap": ["a", [], {}]}, {"Condition": "IsProd"},
    {"Fn::ImportValue": []}, {"Fn::Not": []}, {"Fn::Equals": [[], {}]}, {"Fn::Anything": 1},
)  # fmt: skip


def loaded(name: str) -> Any:  # JSON
    content = (FILES / name).read_text()
    return json.loads(content if name.endswith(".json") else write_tree(read_yaml(text_of(content), name)).text)


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container and key in it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in list(pairs):
        yield value, key
        yield from spots(each)


@pytest.mark.parametrize("name", ["sender.yaml", "newsletter.sam.yaml", "mail.template.json", "mail.plan.json", "state.json"])
@settings(max_examples=120)
@given(data=st.data())
def test_no_odd_value_anywhere_is_more_than_an_error_of_the_source(name: str, data: st.DataObject) -> None:
    document = loaded(name)
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(spots(document))
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        container[key] = deepcopy(data.draw(st.sampled_from(ODD)))
    try:
        found = list(read_content(json.dumps(document).encode(), name, PolicyKind.ANY, Given()))
    except SourceError as error:
        assert error.line > 0
    else:
        assert all(str(each) for each in found)


@given(st.text(alphabet="ab:-[]{}\"'&*!|>#% \n\t", max_size=40))
def test_no_odd_yaml_is_more_than_an_error_of_the_source(content: str) -> None:
    try:
        write_tree(read_yaml(text_of(content), "template.yaml"))
    except SourceError as error:
        assert str(error).startswith("template.yaml")
