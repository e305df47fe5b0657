"""`gatepost completion`: what a shell needs to complete commands and options."""

from typing import Literal


def completion(shell: Literal["bash", "zsh", "fish"], /) -> int:
    """Print a completion script.

    Parameters
    ----------
    shell
        The shell it is for.
    """
    from gatepost.cli import app  # noqa: PLC0415 -- that module names this one

    print(app.generate_completion(shell=shell))
    return 0
