"""The one door to a terminal: whatever a command prints goes through a stream that writes control characters as escapes.

Subjects, names and policies come from others, and a terminal obeys what it is sent. So `main` puts an `EscapedStream` in the place of
standard output and of standard error. Our own colours pass as marks: characters for private use, drawn anew for each process, so
that no text of another can have them.

Not covered: `gatepost mail show --raw` into a file or a pipe, which is byte for byte what was sent.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final, TextIO, cast

from gatepost.cli.paint import CODES, RESET
from gatepost.words.visible import visible

PRIVATE_USE: Final = 0x100000  # to U+10FFFD
FIRST_MARK: Final = PRIVATE_USE + int.from_bytes(os.urandom(2)) % 0xFF00
MARKS: Final = {style: chr(FIRST_MARK + at) for at, style in enumerate((*CODES, "reset"))}
COLOURS: Final = {ord(MARKS[style]): code for style, code in (*CODES.items(), ("reset", RESET))}


class EscapedStream:
    """A text stream that writes controls as escapes, and our marks as colours. All else is the stream's behind it."""

    def __init__(self, stream: TextIO) -> None:
        self.plain = stream

    def write(self, text: str) -> int:
        """Write a text, escaped."""
        self.plain.write(visible(text).translate(COLOURS) if not text.isascii() else visible(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts, escaped."""
        for line in lines:
            self.write(line)

    @property
    def marks(self) -> Mapping[str, str]:
        """The mark of each style of `Paint`, and of `reset`."""
        return MARKS

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- whatever the stream behind it has
        return getattr(self.plain, name)


@contextmanager
def escaped_streams() -> Iterator[None]:
    """Standard output and standard error escaped, for the length of a command."""
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(cast("TextIO", EscapedStream(sys.stdout))))
        stack.enter_context(redirect_stderr(cast("TextIO", EscapedStream(sys.stderr))))
        yield


def plain_stream(stream: TextIO) -> TextIO:
    """The stream behind an escaped one, for what steers the terminal by intent."""
    return stream.plain if isinstance(stream, EscapedStream) else stream
