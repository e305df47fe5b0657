"""Large bodies: counted before they are read, their large strings decoded a piece at a time, to the same values as small ones."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote_to_bytes

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.aws.errors import AwsError
from gatepost.aws.wire import large_json, large_text
from gatepost.aws.wire.form import MOST_PARAMETERS, MOST_PARTS, read_form, tree_of
from gatepost.aws.wire.json import read_object
from gatepost.aws.wire.large_json import MOST_VALUES, TooManyValues, decode_large
from gatepost.aws.wire.large_text import LargeText, NotText, percent_decoded

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture
def pieces_of_32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every string of more than eight bytes is large, and is decoded in pieces of thirty-two."""
    monkeypatch.setattr(large_text, "PIECE", 32)
    monkeypatch.setattr(large_json, "PIECE", 32)
    monkeypatch.setattr(large_json, "LARGE", 8)
    monkeypatch.setattr("gatepost.aws.wire.form.LARGE", 8)


def plain(value: Any) -> Any:
    """A decoded value with its large texts made whole."""
    if isinstance(value, LargeText):
        return value.text()
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


@pytest.mark.usefixtures("pieces_of_32")
@given(JSON, st.booleans())
def test_json_in_pieces_says_the_same(value: Any, ascii_only: bool) -> None:
    body = json.dumps({"a": value}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    expected = msgspec.json.decode(body)
    assert plain(decode_large(body)) == expected
    assert plain(decode_large(bytearray(body))) == expected


@pytest.mark.usefixtures("pieces_of_32")
@given(st.lists(st.sampled_from(["\\\\", '\\"', "\\/", "\\n", "\\u00e9", "\\ud83d\\ude00", "é", "😀", "x", " "]), max_size=60))
def test_no_piece_parts_an_escape(parts: list[str]) -> None:
    body = f'{{"a": "{"".join(parts)}"}}'.encode()
    assert plain(decode_large(body)) == msgspec.json.decode(body)


@pytest.mark.usefixtures("pieces_of_32")
@given(st.binary(max_size=80))
def test_what_is_no_json_is_none_in_pieces_either(content: bytes) -> None:
    body = b'{"a": "' + content + b'"}'
    try:
        expected = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        with pytest.raises((msgspec.DecodeError, UnicodeDecodeError, NotText)):
            plain(decode_large(body))
    else:
        assert plain(decode_large(body)) == expected


@pytest.mark.usefixtures("pieces_of_32")
@given(st.binary(max_size=200), st.booleans())
def test_base64_in_pieces_is_the_same_bytes(content: bytes, wrapped: bool) -> None:
    text = (base64.encodebytes if wrapped else base64.b64encode)(content).decode()
    large = LargeText(lambda: (text[at : at + 7] for at in range(0, len(text), 7)))
    assert large.base64(blanks=wrapped) == content


@pytest.mark.parametrize("text", ["QQ", "Q", "QQ=", "QQ==QQ==", "=QQ=", "QQ==\n", "Q Q=", "QUJD====", "é"])
@pytest.mark.parametrize("size", [1, 4, 100])
def test_what_is_no_base64_is_refused(text: str, size: int) -> None:
    large = LargeText(lambda: (text[at : at + size] for at in range(0, len(text), size)))
    with pytest.raises(ValueError):  # noqa: PT011 -- binascii's, whichever it is
        large.base64()


def test_more_values_than_any_call_needs_are_refused_before_they_are_made() -> None:
    decode_large(b'{"a":[' + b"1," * (MOST_VALUES - 3) + b"1]}")
    for body in (b'{"a":[' + b"1," * MOST_VALUES + b"1]}", b"[" * 60_000, b'{"a":' * 60_000, b"[]," * 60_000):
        with pytest.raises(TooManyValues):
            decode_large(body)
    with pytest.raises(AwsError, match="more than 50000 values"):
        read_object(b'{"a":[' + b"[]," * 60_000 + b"1]}")
    assert len(plain(decode_large(b'{"a":"' + b"[{,," * 60_000 + b'"}'))["a"]) == 240_000, (
        "what stands in strings counts for nothing"
    )


@pytest.mark.parametrize("body", [b'{"a": "' + b"\\" * 70_001, b'"' * 70_001, b'{"a": "' + b'\\"' * 40_000, b"\\" * 70_000])
def test_a_large_body_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(AwsError) as caught:
        read_object(body)
    assert (caught.value.code, caught.value.status) == ("SerializationException", 400)


# --- forms --------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("pieces_of_32")
@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=8))
def test_a_form_is_read_as_the_standard_library_reads_it(pairs: list[tuple[str, str]]) -> None:
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs).encode()
    assert [(name, plain(value)) for name, value in read_form(body)] == pairs
    assert [(name, plain(value)) for name, value in read_form(bytearray(body))] == parse_qsl(
        body.decode(), keep_blank_values=True
    )


@given(st.binary(max_size=60) | st.text("%=+aF0\r\n", max_size=30).map(str.encode))
def test_percents_are_decoded_as_the_standard_library_decodes_them(part: bytes) -> None:
    assert percent_decoded(part) == unquote_to_bytes(part.replace(b"+", b" "))


@pytest.mark.parametrize("body", [b"Action=\xff", b"Action=%FF", b"\xff=1", b"%ff=1", b"a=%ed%a0%80", b"a=b&c=\xc3"])
def test_bytes_that_are_no_utf8_are_a_bad_request(body: bytes) -> None:
    with pytest.raises(AwsError) as caught:
        read_form(body)
    assert (caught.value.code, caught.value.status) == ("MalformedQueryString", 400)


def test_a_form_has_so_many_names_and_a_name_so_many_parts() -> None:
    assert len(read_form(b"&".join([b"a=1"] * MOST_PARAMETERS))) == MOST_PARAMETERS
    with pytest.raises(AwsError, match="too many parameters"):
        read_form(b"&".join([b"a=1"] * (MOST_PARAMETERS + 1)))
    deep = ".".join("a" * MOST_PARTS)
    assert tree_of([(deep, "1")])["a"]
    with pytest.raises(AwsError, match="more than 20 parts"):
        tree_of([(f"{deep}.a", "1")])
    with pytest.raises(AwsError, match="more than 20 parts"):
        tree_of(read_form(quote("a." * 100_000 + "b").encode() + b"=1"))
