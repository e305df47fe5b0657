"""No condition tells a value apart from all of the candidates that stand for its kind."""

from collections.abc import Callable, Sequence
from random import Random

import pytest

from gatepost.policy.model import Condition, Operator, Place
from gatepost.policy.operators import COMPARISONS
from gatepost.policy.values import read_number
from gatepost.reasoning.candidates import addresses, instants, numbers, seconds
from gatepost.reasoning.undecidable import Undecidable

DATES = (
    "2023-04-01T09:00:00Z",
    "2023-04-01T09:00:01Z",
    "2023-04-01",
    "1680339600.000000001",
    "0001-01-01",
    "9999-12-31T23:59:59Z",
    "bad",
)
NUMBERS = ("5", "5.0000000000000000000000000000000001", "-3", "1e3", "0.1", "1e-30", "x")
RANGES = ("10.0.0.0/24", "10.0.0.128/25", "0.0.0.0/0", "255.255.255.255", "::/0", "fe80::/10", "10.0.1.0", "10.0.0.0/25")


# Values on, beside and between these bounds, chosen without asking the candidates.
INSTANTS = (
    "2023-04-01T08:59:59.999999999Z", "2023-04-01T09:00:00Z", "2023-04-01T09:00:00.5Z", "2023-04-01T09:00:01Z", "2024",
    "1680339600.000000001", "1680339600.000000002", "0001-01-01", "-99999999999999", "99999999999999", "2023-03-31", "1970",
)  # fmt: skip
AMOUNTS = (
    "-3",
    "-3.1",
    "0",
    "1e-30",
    "1e-31",
    "0.05",
    "0.1",
    "4",
    "5",
    "5.0000000000000000000000000000000001",
    "5.1",
    "1e3",
    "9e9",
)
HOSTS = (
    "9.255.255.255", "10.0.0.0", "10.0.0.127", "10.0.0.128", "10.0.0.255", "10.0.1.0", "10.0.1.1", "255.255.255.254",
    "255.255.255.255", "::", "fe7f::1", "fe80::1", "febf::1", "fec0::", "ffff::",
)  # fmt: skip


@pytest.mark.parametrize(
    ("made", "texts", "values", "operators"),
    [
        (instants, DATES, INSTANTS, ("DateEquals", "DateLessThan", "DateGreaterThanEquals")),
        (numbers, NUMBERS, AMOUNTS, ("NumericEquals", "NumericLessThan", "NumericGreaterThanEquals")),
        (addresses, RANGES, HOSTS, ("IpAddress",)),
    ],
    ids=["dates", "numbers", "addresses"],
)
def test_each_value_has_a_candidate_that_compares_alike(
    made: Callable[[Sequence[str]], tuple[str, ...]], texts: Sequence[str], values: Sequence[str], operators: Sequence[str]
) -> None:
    rng = Random(1)  # noqa: S311 -- reproducible cases
    for _ in range(60):
        bounds = rng.sample(texts, 3)
        tests = [COMPARISONS[name].matches((bound,)) for name in operators for bound in bounds]
        told = {tuple(test(candidate) for test in tests) for candidate in made(bounds)}
        assert {tuple(test(value) for test in tests) for value in values} <= told


def test_each_second_has_a_candidate_that_compares_alike_as_a_date_and_as_a_number() -> None:
    rng = Random(2)  # noqa: S311 -- reproducible cases
    values = (
        "1680339599.9",
        *(value for value in INSTANTS if "-0" not in value and len(value) > 4),
        "02023",
        "0",
        "5.1",
        "1680339600",
    )
    bounds = [("Date", value) for value in DATES] + [("Numeric", value) for value in (*NUMBERS, "2023", "1680339600", "1e300")]
    for _ in range(200):
        some = rng.sample(bounds, 3)
        conditions = [Condition(Operator(f"{kind}LessThan"), "aws:EpochTime", (value,), Place(1, 1)) for kind, value in some]
        names = ("Equals", "LessThan", "GreaterThanEquals")
        tests = [COMPARISONS[kind + name].matches((value,)) for name in names for kind, value in some]
        told = {tuple(test(candidate) for test in tests) for candidate in seconds(conditions)}
        assert {tuple(test(value) for test in tests) for value in values if read_number(value) is not None} <= told, some


def test_numbers_too_long_to_write_are_not_decided() -> None:
    with pytest.raises(Undecidable, match="too long"):
        numbers(("0", "1e-900"))
