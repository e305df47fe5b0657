"""What one simulation may ask: AWS documents no sums, so these stand for what no sensible question passes.

Each is checked before anything is read, but for the number of statements, which is known when the documents have been read.
Source: IAM's model (`policyDocumentType`: 131,072 characters a document); the rest is this server's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gatepost.services.iam.errors import invalid_input

MOST_DOCUMENTS: Final = 131_072  # characters of all documents together
MOST_PAIRS: Final = 10_000  # actions on resources, a page of them
MOST_EVALUATIONS: Final = 500_000  # statements, each asked of every action on every resource
MOST_NAMED: Final = 10_000  # actions, and resources, as listed
MOST_VALUE: Final = 8_192  # characters of one context value
MOST_CONTEXT: Final = 65_536  # characters of all context values together
# What is thought about where it was read: a few milliseconds at the most.
LIGHT_DOCUMENTS: Final = 16_384
LIGHT_PAIRS: Final = 20
LIGHT_CONTEXT: Final = 2_048
LIGHT_EVALUATIONS: Final = 1_000  # statements cannot be more than a 30th of their characters


def check_documents(documents: Iterable[str]) -> None:
    """`InvalidInput` where documents are too large together."""
    if sum(map(len, documents)) > MOST_DOCUMENTS:
        raise invalid_input(f"The policies are too large: at most {MOST_DOCUMENTS} characters together are allowed.")


def check_names(actions: Sequence[str], resources: Sequence[str]) -> None:
    """`InvalidInput` where too much is listed."""
    for member, listed in (("ActionNames", actions), ("ResourceArns", resources)):
        if len(listed) > MOST_NAMED:
            raise invalid_input(f"{member} is too long: at most {MOST_NAMED} entries are allowed.")


def check_pairs(actions: int, resources: int) -> None:
    """`InvalidInput` where a page asks too many actions on too many resources."""
    if actions * resources > MOST_PAIRS:
        raise invalid_input(
            f"The simulation is too large: {actions} actions on {resources} resources, at most {MOST_PAIRS} pairs are allowed. "
            "Ask for fewer resources, or a smaller MaxItems."
        )


def check_evaluations(pairs: int, statements: int) -> None:
    """`InvalidInput` where too many statements are asked of too many pairs."""
    if pairs * statements > MOST_EVALUATIONS:
        raise invalid_input(
            f"The simulation is too large: {statements} statements on {pairs} pairs of action and resource, at most "
            f"{MOST_EVALUATIONS} evaluations are allowed. Ask for fewer actions or resources."
        )


def check_context(entries: Sequence[Mapping[str, Any]]) -> None:
    """`InvalidInput` where a context value is longer than any request carries."""
    sizes = [len(value) for entry in entries for value in entry.get("ContextKeyValues") or ()]
    if max(sizes, default=0) > MOST_VALUE or sum(sizes) > MOST_CONTEXT:
        raise invalid_input(
            f"The context values are too long: at most {MOST_VALUE} characters each, and {MOST_CONTEXT} together, are allowed."
        )
