"""What memory holds: bounded in bytes, and the caller who fills it is the one who loses it."""

from hypothesis import given
from hypothesis import strategies as st

from gatepost.store.held_size import held_bytes
from gatepost.store.memory import EVERY_SCOPE, Memory

BUDGET = 200_000


def held(memory: Memory, scope: str, names: range) -> int:
    return sum(memory.get(scope, ("name", str(number))) is not None for number in names)


def test_all_values_together_take_no_more_than_the_budget() -> None:
    memory = Memory(BUDGET)
    for number in range(10_000):
        memory.keep("111122223333", ("name", str(number)), "x" * 100, 0)
    assert 0 < held(memory, "111122223333", range(10_000)) * 400 <= BUDGET
    assert held(memory, "111122223333", range(9_900, 10_000)) == 100, "the newest are held"


def test_who_fills_it_loses_his_own() -> None:
    memory = Memory(BUDGET)
    for number in range(10):
        memory.keep("444455556666", ("name", str(number)), "x" * 100, 0)
    for number in range(10_000):
        memory.keep("111122223333", ("name", str(number)), "x" * 100, 0)
    assert held(memory, "444455556666", range(10)) == 10


def test_ever_new_scopes_are_held_to_the_budget_too() -> None:
    memory = Memory(BUDGET)
    for number in range(10_000):
        memory.keep(f"{number:012}", ("name", "0"), "x" * 100, 0)
    assert sum(memory.get(f"{number:012}", ("name", "0")) is not None for number in range(10_000)) * 300 <= BUDGET


def test_a_value_larger_than_its_part_is_not_held() -> None:
    memory = Memory(BUDGET)
    memory.keep("111122223333", ("large",), "x" * (BUDGET // 4), 0)
    assert memory.get("111122223333", ("large",)) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(0, 4_000), st.booleans()), max_size=60))
def test_the_count_is_what_is_held(steps: list[tuple[str, int, int, bool]]) -> None:
    memory = Memory(20_000)
    for scope, number, size, invalidates in steps:
        if invalidates:
            memory.invalidate([scope])
        memory.keep(scope, (str(number),), "x" * size, memory.clock)
    sizes = sum(sum(by_key.values()) for by_key in memory._sizes.values())  # noqa: SLF001 -- the count against what it counts
    assert sizes == memory._total <= 20_000  # noqa: SLF001 -- the same
    memory.invalidate(["a", "b", "c", EVERY_SCOPE])
    assert memory._total == 0  # noqa: SLF001 -- the same


def test_the_size_of_a_value_counts_what_it_leads_to() -> None:
    def closed_over(text: str) -> object:
        return lambda: text

    assert held_bytes(("x" * 1_000, ["y" * 1_000])) > 2_000
    assert held_bytes(closed_over("x" * 1_000)) > 1_000
    assert held_bytes(str) < 10_000, "what is shared is not counted"
