"""Texts that try to be read in two ways: seeds from files, their pieces put together anew, and any text at all."""

import json
from pathlib import Path

from hypothesis import strategies as st

SEEDS = Path(__file__).parent / "seeds"
ADDRESSES: list[str] = json.loads((SEEDS / "addresses.json").read_text())
HEADERS: list[str] = json.loads((SEEDS / "headers.json").read_text())
PIECES = [
    "a", "News", "The CEO", "example.com", "EXAMPLE.com", "@", "<", ">", "(", ")", ",", ";", ":", ".", "\\", '"', " ", "\t", "[", "]",
    "=?", "?=", "=?utf-8?q?", "=?utf-8?b?", "=?utf-8?q?x?=", "=?utf-8?b?w6k=?=", "=?iso-8859-1?q?=E9?=", "=0D=0A", "_", "=22", "=3C",
    "=2C", "\u00e9", "\u65e5", "\u202e", "\u0085", "\u2028", "\x00", "\x1b", "\r\n", "\n", "\r", "xn--", "a@example.com",
    "<a@example.com>", '"a"@example.com', "group:", "undisclosed-recipients:;", "\ud800", "\U0001f600", "'",
]  # fmt: skip


def addresses() -> st.SearchStrategy[str]:
    """A mailbox, or what would like to be one."""
    pieces = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
    return st.one_of(
        st.sampled_from(ADDRESSES), pieces, pieces.map(lambda name: f"{name} <a@example.com>"), _spliced(ADDRESSES), TEXT
    )


def lines() -> st.SearchStrategy[str]:
    """Free text, such as a subject."""
    return st.one_of(
        TEXT, st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.sampled_from(["x" * 2000, "x " * 1000, ""])
    )


def headers() -> st.SearchStrategy[bytes]:
    """The header of a raw message, or what would like to be one."""
    names = st.sampled_from(
        ("From", "from", "From ", "Sender", "To", "CC", "Bcc", "Reply-To", "Resent-From", "Resent-Bcc", "Subject", "X-A", "")
    )
    line = st.tuples(names, st.sampled_from((":", ": ", ":\t", " : ", ":\r\n ", "")), st.one_of(addresses(), lines())).map(
        "".join
    )
    ends = st.sampled_from(("\n", "\r\n", "\r", "\n ", "\n\n"))
    made = st.tuples(st.sampled_from(HEADERS), st.lists(st.tuples(ends, line).map("".join), max_size=5).map("".join)).map(
        "".join
    )
    return st.one_of(made, _one_hostile_field(), st.sampled_from(HEADERS), _spliced(HEADERS)).map(
        lambda text: text.encode("utf-8", "surrogatepass")
    )


def _one_hostile_field() -> st.SearchStrategy[str]:
    fields = {"From": "news@example.com", "To": "a@example.net"}
    name = st.sampled_from(("From", "To", "Cc", "Sender", "Reply-To", "Resent-From", "Bcc", "Subject", "X-A"))
    return st.tuples(name, addresses()).map(
        lambda pair: "\r\n".join(f"{name}: {value}" for name, value in {**fields, pair[0]: pair[1]}.items())
    )


TEXT = st.text(st.characters(codec=None), max_size=60)


def _spliced(seeds: list[str]) -> st.SearchStrategy[str]:
    """The beginning of one seed, a piece, and the end of another."""

    def splice(one: str, at: int, piece: str, other: str, to: int) -> str:
        return one[: at % (len(one) + 1)] + piece + other[to % (len(other) + 1) :]

    number = st.integers(0, 200)
    return st.builds(splice, st.sampled_from(seeds), number, st.sampled_from(PIECES), st.sampled_from(seeds), number)
