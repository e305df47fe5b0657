"""Character sets: the closed list that a body and an encoded word may be in, each under the name that Gatepost writes.

Only codecs that turn bytes into text at a cost in proportion to their length stand here: no UTF-7, Punycode, IDNA or escapes.
Source: IANA, "Character Sets" (preferred MIME names and aliases); RFC 2978.
"""

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

# Our name, Python's codec, other names.
LISTED: Final = (
    ("UTF-8", "utf-8", ("utf8", "unicode-1-1-utf-8")),
    ("US-ASCII", "ascii", ("ascii", "ansi_x3.4-1968", "iso646-us", "us", "646")),
    *((f"ISO-8859-{part}", f"iso8859-{part}", (f"iso8859-{part}", f"iso_8859-{part}")) for part in range(1, 17) if part != 12),
    *((f"windows-{page}", f"cp{page}", (f"cp{page}", f"cp-{page}", f"x-cp{page}")) for page in range(1250, 1259)),
    ("windows-874", "cp874", ("cp874",)),
    ("TIS-620", "tis-620", ("tis620",)),
    ("KOI8-R", "koi8-r", ("koi8r", "cskoi8r")),
    ("KOI8-U", "koi8-u", ("koi8u",)),
    ("macintosh", "mac-roman", ("mac", "x-mac-roman")),
    ("Shift_JIS", "shift_jis", ("shift-jis", "sjis", "ms_kanji", "csshiftjis")),
    ("windows-31J", "cp932", ("cp932", "ms932", "cswindows31j")),
    ("EUC-JP", "euc_jp", ("eucjp", "x-euc-jp")),
    ("ISO-2022-JP", "iso2022_jp", ("csiso2022jp",)),
    ("GB2312", "gb2312", ("euc-cn", "csgb2312", "gb_2312-80")),
    ("GBK", "gbk", ("cp936", "ms936", "windows-936")),
    ("GB18030", "gb18030", ("gb-18030",)),
    ("Big5", "big5", ("csbig5", "cn-big5")),
    ("Big5-HKSCS", "big5hkscs", ("big5hkscs",)),
    ("EUC-KR", "euc_kr", ("euckr", "ks_c_5601-1987", "ksc5601", "korean")),
    ("windows-949", "cp949", ("cp949", "ms949", "uhc")),
)
ALIASES: Final = {"ISO-8859-1": ("latin1", "l1", "iso_8859-1:1987"), "ISO-8859-2": ("latin2", "l2"), "ISO-8859-9": ("latin5",),
                  "ISO-8859-15": ("latin-9", "latin9"), "ISO-8859-8": ("iso-8859-8-i",)}  # fmt: skip
SLICE: Final = 65_536  # characters a step
LONGEST_NAME: Final = 40


class UnknownCharset(ValueError):
    """A name that stands for no character set of the list."""


@dataclass(frozen=True, slots=True)
class Charset:
    """A character set: the name that goes out, and the codec behind it."""

    name: str
    codec: str

    def decode(self, encoded: bytes) -> str:
        """Bytes as text; UnicodeDecodeError where they are none."""
        text = encoded.decode(self.codec)
        text.encode()  # no half of a surrogate pair, whatever the codec's table says
        return text

    def encode(self, pieces: Iterable[str]) -> tuple[bytes, ...]:
        """Pieces of a text as bytes, none of them empty; UnicodeEncodeError where the set lacks a character."""
        if self.codec == "utf-8":
            return tuple(piece.encode() for piece in pieces if piece)
        encoder = codecs.getincrementalencoder(self.codec)()
        encoded = [encoder.encode(piece) for piece in pieces]
        return tuple(part for part in (*encoded, encoder.encode("", final=True)) if part)


def _by_name() -> Mapping[str, Charset]:
    known: dict[str, Charset] = {}
    for name, codec, others in LISTED:
        for each in (name, *others, *ALIASES.get(name, ())):
            known[each.lower()] = Charset(name, codec)
    return known


BY_NAME: Final = _by_name()
UTF_8: Final = BY_NAME["utf-8"]


def find_charset(name: str) -> Charset:
    """The character set of a name or alias, without regard to case; UnknownCharset for any other."""
    charset = BY_NAME.get(name.lower()) if len(name) <= LONGEST_NAME else None
    if charset is None:
        raise UnknownCharset(name)
    return charset
