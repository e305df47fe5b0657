"""A target run for as long as it is given: new examples until the time is over, or one fails."""

import os
from collections.abc import Callable
from time import monotonic
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("GATEPOST_FUZZ_SECONDS", "60"))  # a target, in the long suite
A_ROUND = settings(
    max_examples=2000,
    derandomize=False,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def fuzz(target: Callable[[Any], None], inputs: SearchStrategy[Any], seconds: float = SECONDS) -> None:
    """Give a target inputs for so many seconds."""
    one_round = A_ROUND(given(inputs)(target))
    end = monotonic() + seconds
    while monotonic() < end:
        one_round()
