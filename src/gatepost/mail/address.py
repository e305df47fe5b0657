"""Mailboxes: `News <news@example.com>` to a display name and an address, and back.

1. Lengths come first, then one pass over the text: the cost is in proportion to it.
2. A text that two readers could read in two ways is refused: a colon outside a group, routes, brackets within brackets, text behind
   the closing bracket, a comment within an address, a piece of an encoded word.
3. A display name is decoded, then held against controls and characters that nobody sees. Within quotes, encoded words stay as they
   are (RFC 2047, section 5).
4. `AddressList.exact` says whether every reader reads the text as these mailboxes. Where it does not, the header is written anew.

Source: RFC 5322, section 3.4. The texts of the problems are those that SES answers with.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from gatepost.mail.addr_spec import ATEXT, LONGEST_ADDRESS, AddressError, canonical_address, too_long
from gatepost.mail.encoded_word import WORD, EncodedWord, EncodedWordError, decode_run, encode_words, read_word
from gatepost.words.visible import visible_line

LONGEST_LIST: Final = 77 * 1024  # characters, as long as a header may be
MOST_TOKENS: Final = 5000  # of a list: about 500 mailboxes with names
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
# In no display name: controls of both kinds, line and paragraph separators, halves of surrogate pairs; and what nobody sees, or what
# turns the order of the letters around it: with these, a name that a policy does not match looks like one that it does.
UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u202a-\u202e\u2028\u2029\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\ud800-\udfff]"
)
# What almost every mailbox is: an address, or a name without special characters and an address.
PLAIN: Final = re.compile(
    r"(?:([A-Za-z0-9'&+-]++(?: [A-Za-z0-9'&+-]++)*+) <([A-Za-z0-9_+-]++(?:\.[A-Za-z0-9_+-]++)*+@[A-Za-z0-9.-]++)>"
    r"|([A-Za-z0-9_+-]++(?:\.[A-Za-z0-9_+-]++)*+@[A-Za-z0-9.-]++))"
)
TOKEN: Final = re.compile(
    r"(?P<blank>[ \t]++)|(?P<word>[^ \t\"(),:;<>@\[\]\\]++)"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*+")|(?P<literal>\[[^\[\]\\<>",;]*+\])|(?P<special>.)',
    re.DOTALL,
)
PARENTHESIS: Final = re.compile(r"\\.|[()]", re.DOTALL)
QUOTED_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)
ATOMS: Final = re.compile(rf"[{ATEXT}]++(?: [{ATEXT}]++)*+")
GROUP_NAME: Final = re.compile(r"[A-Za-z0-9-]++(?: [A-Za-z0-9-]++)*+")
ADDRESS_LIKE: Final = re.compile(r"<[^<>]*+>")
# Encoded words that every reader knows, each whole.
KNOWN_WORDS: Final = re.compile(r"=\?(?:utf-8|us-ascii|iso-8859-1)\?[bq]\?[!->@-~]*+\?=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address in its one spelling, and the name shown for it, decoded; None where none is given."""

    address: str
    display_name: str | None = None

    @property
    def domain(self) -> str:
        """The domain in lower case."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class AddressList:
    """What a header such as `To` names. The members of a group are as good as others."""

    mailboxes: tuple[Mailbox, ...]
    exact: bool = True  # whether every reader reads the text so
    groups: bool = False  # whether a group stands in it


def read_mailbox(text: str) -> Mailbox:
    """One mailbox; AddressError where there is none, or more."""
    if len(text) > LONGEST_ADDRESS:
        raise too_long(text)
    return _read_mailbox(text)


@lru_cache(maxsize=8192)
def _read_mailbox(text: str) -> Mailbox:
    plain = PLAIN.fullmatch(text)
    if plain is not None:
        name, bracketed, bare = plain.groups()
        return Mailbox(canonical_address(bare or bracketed), name)
    if CONTROL.search(text):
        raise _invalid(text)
    reader = _Reader(text)
    read = reader.read()
    if read.groups or reader.commas:
        raise AddressError("Expected one address")
    if not read.mailboxes:
        raise AddressError("Missing final '@domain'")
    return read.mailboxes[0]


def read_mailboxes(text: str) -> AddressList:
    """The mailboxes of a header's unfolded text; AddressError where it can be read in two ways, or in none."""
    if len(text) > LONGEST_LIST:
        raise too_long(text)
    plain = PLAIN.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    if plain is not None:
        mailbox = _read_mailbox(text)
        return AddressList((mailbox,), exact=mailbox.address == (plain[2] or plain[3]))
    return _Reader(text).read()


def _invalid(text: str) -> AddressError:
    return AddressError(f"Invalid email address {visible_line(text[:LONGEST_ADDRESS])}.")


# --- reading ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """What stands between two commas."""

    begin: int
    phrase: list[tuple[str, str]] = field(default_factory=list)  # (kind, text) before a bracket
    address: str | None = None  # between brackets
    commented: bool = False


class _Reader:
    """One pass over the text of an address list."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.mailboxes: list[Mailbox] = []
        self.exact = True
        self.groups = self.in_group = False
        self.part = _Part(0)
        self.tokens = self.commas = 0

    def read(self) -> AddressList:
        at, end = 0, len(self.text)
        while at < end:
            self._count(at)
            token = TOKEN.match(self.text, at)
            assert token is not None  # noqa: S101 -- `special` takes any character
            kind, value = token.lastgroup or "", token.group()
            at = token.end()
            if kind == "special" and value == "(":
                at = self._after_comment(at)
            elif kind == "special" and value == "<":
                at = self._after_bracket(at)
            elif kind == "special" and value in ",:;":
                self._separator(value, token.start(), at)
            elif kind == "special" and value in '")>\\':
                raise AddressError("Missing '\"'" if value == '"' else "Local address contains illegal character")
            elif self.part.address is not None and kind != "blank":
                raise AddressError("Illegal address: text after the closing '>'")
            else:
                self.part.phrase.append((kind, value))
        if self.in_group:
            raise AddressError("Local address contains illegal character")
        self._close(end, last=True)
        return AddressList(tuple(self.mailboxes), self.exact, self.groups)

    def _count(self, at: int) -> None:
        """Lengths first: a mailbox that is too long, or a list of too many, ends here and not at its end."""
        self.tokens += 1
        if at - self.part.begin > 2 * LONGEST_ADDRESS:
            raise too_long(self.text[self.part.begin : at])
        if self.tokens > MOST_TOKENS:
            raise AddressError("Too many addresses")

    def _after_comment(self, at: int) -> int:
        depth = 1
        for mark in PARENTHESIS.finditer(self.text, at, at + LONGEST_ADDRESS):
            depth += {"(": 1, ")": -1}.get(mark.group(), 0)
            if not depth:
                self.part.commented = True
                self.part.phrase.append(("comment", ""))
                return mark.end()
        raise AddressError("Missing ')'")

    def _after_bracket(self, at: int) -> int:
        if self.part.address is not None:
            raise AddressError("Extra route-addr")
        begin = at
        while True:
            self._count(at)
            token = TOKEN.match(self.text, at)
            if token is None:
                raise AddressError("Missing '>'")
            at = token.end()
            if token.group() == ">":
                self.part.address = self.text[begin : token.start()]
                return at
            if token.group() in ("<", "("):
                raise AddressError("Extra route-addr" if token.group() == "<" else "Local address contains illegal character")

    def _separator(self, mark: str, start: int, after: int) -> None:
        if mark == ":":
            self._open_group(start)
        else:
            self.commas += mark == ","
            if mark == ";" and not self.in_group:
                raise AddressError("Illegal semicolon, not in group")
            self._close(start, last=mark == ";")
            if mark == ";":
                self.in_group = False
                self._require_comma(after)
        self.part = _Part(after)

    def _open_group(self, start: int) -> None:
        kinds = {kind for kind, _ in self.part.phrase}
        if self.in_group or self.part.address is not None or not kinds & {"word", "quoted"} or kinds & {"special", "literal"}:
            raise AddressError("Local address contains illegal character")
        self.groups = self.in_group = True
        self.exact &= GROUP_NAME.fullmatch(self.text[self.part.begin : start].strip(" ")) is not None

    def _require_comma(self, after: int) -> None:
        self.exact &= self.text[after : after + 1] in ("", ",")
        rest = self.text[after : after + LONGEST_ADDRESS].lstrip(" \t")
        if rest and rest[0] != ",":
            raise AddressError("Illegal semicolon, not in group")

    def _close(self, end: int, *, last: bool) -> None:
        part = self.part
        slice_ = self.text[part.begin : end].strip(" \t")
        self.exact &= not part.commented
        if part.address is None and all(kind in ("blank", "comment") for kind, _ in part.phrase):
            # Nothing between commas; behind the last one, or a group, that is how every list ends.
            self.exact &= last and (not self.mailboxes or self.groups)
            return
        if len(slice_.encode("utf-8", "replace")) > LONGEST_ADDRESS:
            raise too_long(slice_)
        mailbox = _mailbox_of(part)
        self.exact &= _is_exact(slice_, mailbox)
        self.mailboxes.append(mailbox)


def _mailbox_of(part: _Part) -> Mailbox:
    if part.address is None:
        return Mailbox(canonical_address(_bare(part.phrase)))
    name = _display_name(part.phrase)
    mailbox = Mailbox(canonical_address(part.address.strip(" \t")), name)
    if name is not None and len(write_mailbox(mailbox)) > LONGEST_ADDRESS:
        raise too_long(write_mailbox(mailbox))
    return mailbox


def _bare(phrase: Sequence[tuple[str, str]]) -> str:
    """The address of a part without brackets. A comment may stand before or behind it, not within."""
    pieces = "".join("\0" if kind == "comment" else value for kind, value in phrase).split("\0")
    addresses = [piece.strip(" \t") for piece in pieces if piece.strip(" \t")]
    if len(addresses) != 1:
        raise AddressError("Local address contains illegal character")
    return addresses[0]


def _display_name(phrase: Sequence[tuple[str, str]]) -> str | None:
    if any(kind == "literal" and ":" in value for kind, value in phrase):
        raise AddressError("Local address contains illegal character")
    text = "".join(_phrase_texts(phrase)).strip(" ")
    encoded = not text.isascii() or "=?" in text or any(kind == "word" and "=?" in value for kind, value in phrase)
    if UNPRINTABLE.search(text) or (encoded and ADDRESS_LIKE.search(text)):
        raise _invalid(text)
    return text or None


def _phrase_texts(phrase: Sequence[tuple[str, str]]) -> Iterator[str]:
    run: list[EncodedWord] = []
    blank = ""
    for kind, value in phrase:
        if kind in ("blank", "comment"):
            blank = " "
            continue
        word = _word(value) if kind == "word" and "=?" in value else None
        if word is not None and run and blank:
            run.append(word)  # the blank between two encoded words is no part of the text
        elif word is not None:
            yield from _decoded(run)
            yield blank
            run = [word]
        else:
            yield from _decoded(run)
            yield blank
            run = []
            yield QUOTED_PAIR.sub(r"\1", value[1:-1]) if kind == "quoted" else value
        blank = ""
    yield from _decoded(run)


def _word(value: str) -> EncodedWord:
    match = WORD.fullmatch(value)
    if match is None:
        raise _invalid(value)
    try:
        return read_word(match)
    except EncodedWordError:
        raise _invalid(value) from None


def _decoded(run: list[EncodedWord]) -> Iterator[str]:
    if run:
        try:
            text = decode_run(run)
        except EncodedWordError as error:
            raise AddressError(f"Invalid email address: an encoded word has {error}.") from None
        yield text


def _is_exact(text: str, mailbox: Mailbox) -> bool:
    """Whether every reader reads this text as this mailbox."""
    address, name = mailbox.address, mailbox.display_name
    if not text.isascii():
        return False
    if name is None:
        return text in (address, f"<{address}>")
    if text in (write_mailbox(mailbox), f"{_quoted(name)} <{address}>"):
        return "=?" not in name or not text.startswith('"')
    phrase, bracket, rest = text.rpartition(" <")
    words = phrase.split(" ")
    return bool(bracket) and rest == f"{address}>" and all(map(KNOWN_WORDS.fullmatch, words)) and _each_whole(words)


def _each_whole(words: Sequence[str]) -> bool:
    try:
        return all(decode_run([_word(word)]) for word in words)
    except (AddressError, EncodedWordError):
        return False


# --- writing ------------------------------------------------------------------------------------------------------------


def write_mailbox(mailbox: Mailbox) -> str:
    """A mailbox as it stands in a header, on one line: ASCII, the name quoted or encoded where it must be."""
    return " ".join(mailbox_pieces(mailbox))


def mailbox_pieces(mailbox: Mailbox) -> tuple[str, ...]:
    """A mailbox as it stands in a header, in the pieces between which a header may fold."""
    name, address = mailbox.display_name, mailbox.address
    if name is None:
        return (address,)
    if not name.isascii() or "=?" in name:
        return (*encode_words(name), f"<{address}>")
    return (f"{name if ATOMS.fullmatch(name) else _quoted(name)} <{address}>",)


def list_pieces(mailboxes: Sequence[Mailbox]) -> tuple[str, ...]:
    """Mailboxes as they stand in a header such as `To`, in the pieces between which it folds."""
    if len(mailboxes) == 1:
        return mailbox_pieces(mailboxes[0])
    pieces: list[str] = []
    for mailbox in mailboxes:
        if pieces:
            pieces[-1] += ","
        pieces += mailbox_pieces(mailbox)
    return tuple(pieces)


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
