"""The patterns of AWS's models are tried on what strangers send: none may cost more than its share of a longer text."""

import re
import time
from itertools import product

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from gatepost.aws.operation import REGISTRY
from gatepost.services.registry import ROUTES

DECLARED_BY = ROUTES  # its modules declare the operations
UNITS = ("a", "a/", "/a", "a.", "a-", "A1", " ", "1", "a:", "=", "+", "ab@", "é", "a,", "arn:aws:iam::123456789012:")
BEGINNINGS = ("", "/", "https://", "arn:aws:iam::123456789012:role/")
LENGTH = 4_000
TIMES = 8  # by as many is the longer text longer


def patterns() -> list[str]:
    known: set[str] = set()
    seen: set[int] = set()

    def walk(shape: Shape | None) -> None:
        if shape is None or id(shape) in seen:
            return
        seen.add(id(shape))
        if isinstance(shape, StructureShape):
            for member in shape.members.values():
                walk(member)
        elif isinstance(shape, ListShape):
            walk(shape.member)
        elif isinstance(shape, MapShape):
            walk(shape.key)
            walk(shape.value)
        elif shape.type_name == "string" and shape.metadata.get("pattern"):
            known.add(shape.metadata["pattern"])

    names: set[tuple[str, str]] = set()
    for service, name in REGISTRY:
        model = REGISTRY[service, name].shape.service.model
        shape = model.operation_model(name).input_shape
        if shape is not None and (service, shape.name) not in names:
            names.add((service, shape.name))
            walk(shape)
    return sorted(known)


def cost(pattern: re.Pattern[str], text: str) -> float:
    """The least of three."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        pattern.fullmatch(text)
        times.append(time.perf_counter() - begun)
    return min(times)


@pytest.mark.parametrize("text", patterns())
def test_a_pattern_costs_no_more_than_its_texts_length(text: str) -> None:
    try:
        pattern = re.compile(text, re.ASCII)
    except re.error:
        pytest.skip("Python cannot read it, so it is not tried")
    for unit, beginning in product(UNITS, BEGINNINGS):
        short, long = ((beginning + unit * length)[:length] + "\0" for length in (LENGTH, LENGTH * TIMES))
        assert cost(pattern, long) <= max(TIMES * 4 * cost(pattern, short), 0.005), (unit, beginning)
