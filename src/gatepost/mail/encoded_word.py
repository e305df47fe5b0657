"""Encoded words: text of any language in a header that is ASCII (RFC 2047).

A word is read only where it is whole: a character set of the list, `B` or `Q`, no blank inside. The cost is in proportion to the text.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gatepost.mail.charset import Charset, UnknownCharset, find_charset

WORD: Final = re.compile(r"=\?([!#-'*+\-0-9A-Z^-~]{1,40}+)\?([BbQq])\?([!->@-~]*+)\?=")
BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
QUOTED_PRINTABLE: Final = re.compile(r"(?:[^=]|=[0-9A-Fa-f]{2})*+")
MOST_BYTES: Final = 45  # 60 characters in base64, so that a word has at most 75


class EncodedWordError(ValueError):
    """A word that cannot be decoded."""


@dataclass(frozen=True, slots=True)
class EncodedWord:
    """One word: its character set, and its bytes."""

    charset: Charset
    content: bytes


def read_word(match: re.Match[str]) -> EncodedWord:
    """The word of a match of `WORD`; EncodedWordError where its character set or its encoding is none."""
    name, encoding, text = match.groups()
    try:
        charset = find_charset(name.partition("*")[0])  # RFC 2231, section 5: a language may stand behind it
    except UnknownCharset:
        raise EncodedWordError("unknown charset") from None
    if encoding in "Bb":
        if not BASE64.fullmatch(text):
            raise EncodedWordError("not base64")
        return EncodedWord(charset, binascii.a2b_base64(text))
    if not QUOTED_PRINTABLE.fullmatch(text):
        raise EncodedWordError("not quoted-printable")
    return EncodedWord(charset, binascii.a2b_qp(text, header=True))


def decode_run(words: list[EncodedWord]) -> str:
    """Words that stand side by side, as one text. A character may be cut between two words of one set, as many senders do."""
    parts: list[str] = []
    at = 0
    while at < len(words):
        charset, content = words[at].charset, [words[at].content]
        while at + 1 < len(words) and words[at + 1].charset == charset:
            at += 1
            content.append(words[at].content)
        try:
            parts.append(_decoded(charset, content))
        except UnicodeError:
            raise EncodedWordError("bytes that are no text") from None
        at += 1
    return "".join(parts)


def _decoded(charset: Charset, content: list[bytes]) -> str:
    try:
        return "".join(map(charset.decode, content))
    except UnicodeError:
        return charset.decode(b"".join(content))


def decode_words(text: str) -> str:
    """A header's text with its encoded words decoded; what cannot be decoded stays as it is."""
    return "".join(_decoded_parts(text)) if "=?" in text else text


def _decoded_parts(text: str) -> Iterator[str]:
    run: list[EncodedWord] = []
    begun = done = 0  # where the run begins, and up to where the text is read
    for match in WORD.finditer(text):
        try:
            word = read_word(match)
        except EncodedWordError:
            continue
        between = text[done : match.start()]
        if run and (between.strip(" \t") or not between):
            yield _run_or_text(run, text[begun:done])
            run = []
        if not run:
            yield text[done : match.start()]
            begun = match.start()
        run.append(word)
        done = match.end()
    if run:
        yield _run_or_text(run, text[begun:done])
    yield text[done:]


def _run_or_text(run: list[EncodedWord], text: str) -> str:
    try:
        return decode_run(run)
    except EncodedWordError:
        return text


def encode_words(text: str) -> tuple[str, ...]:
    """Text as encoded words of at most 75 characters each (RFC 2047, section 2)."""
    words: list[str] = []
    at = 0
    while at < len(text) or not words:
        chunk = text[at : at + MOST_BYTES].encode()
        if len(chunk) > MOST_BYTES:  # back to where a character begins
            chunk = chunk[:MOST_BYTES].decode(errors="ignore").encode()
        words.append(binascii.b2a_base64(chunk, newline=False).decode())
        at += len(chunk.decode())
    return tuple(f"=?UTF-8?B?{word}?=" for word in words)
