"""How commands end."""

from typing import Final

DONE: Final = 0
NO: Final = 1
USAGE: Final = 2
CANNOT_TELL: Final = 3
UNREACHABLE: Final = 4


class Exit(Exception):
    """The command ends with a code and, where there is something to say, a message on stderr."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
