"""What the asker gives for a template."""

from pathlib import Path

import pytest

from gatepost.sources.found import SourceError
from gatepost.sources.given import exports_of, parameters_of


def test_parameters_are_names_and_values() -> None:
    assert parameters_of(["Domain=example.com", "AWS::Region=eu-west-1", "Query=a=b", "None="]) == {
        "Domain": "example.com",
        "AWS::Region": "eu-west-1",
        "Query": "a=b",
        "None": "",
    }


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["Domain"], "expected NAME=VALUE, found `Domain`"),
        (["=x"], "expected NAME=VALUE, found `=x`"),
        (["A=1", "A=2"], "`A` is given twice"),
    ],
)
def test_what_is_no_parameter_is_refused(texts: list[str], says: str) -> None:
    with pytest.raises(SourceError, match=says):
        parameters_of(texts)


@pytest.mark.parametrize(
    "content",
    ['{"mail": "arn:x"}', '{"Exports": [{"ExportingStackId": "s", "Name": "mail", "Value": "arn:x"}]}'],
)
def test_exports_are_an_object_or_what_the_aws_command_prints(tmp_path: Path, content: str) -> None:
    file = tmp_path / "exports.json"
    file.write_text(content)
    assert exports_of(file) == {"mail": "arn:x"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", ":1:2: no JSON: Expecting property name enclosed in double quotes"),
        (b"\xff", ": not UTF-8"),
        (b"[]", ": expected an object of names and values, or the answer of `aws cloudformation list-exports`"),
        (b'{"a": 1}', ": expected an object of names and values, or the answer of `aws cloudformation list-exports`"),
        (None, ": No such file or directory"),
    ],
)
def test_a_file_that_holds_no_exports_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "exports.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SourceError) as raised:
        exports_of(file)
    assert str(raised.value) == f"{file}{says}"
