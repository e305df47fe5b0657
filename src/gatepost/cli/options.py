"""Words that look like a flag where policies are named: only `-` itself is a source."""

from collections.abc import Iterable

from gatepost.cli.exits import USAGE, Exit


def refuse_options(policies: Iterable[str], known: tuple[str, ...]) -> None:
    """Exit for a misspelt flag; `known` are those that may be meant."""
    for each in policies:
        if each.startswith("-") and each != "-":
            from gatepost.policy.errors import did_you_mean  # noqa: PLC0415 -- loads when it is needed

            raise Exit(USAGE, f"unknown option `{each}`{did_you_mean(each, known)}")
