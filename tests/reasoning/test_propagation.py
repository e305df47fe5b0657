"""Unit propagation, against an enumeration of all assignments."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gatepost.reasoning.propagation import Propagation

Clause = tuple[int, ...]
ATOMS = 5
LITERALS = st.sampled_from([each for atom in range(1, ATOMS + 1) for each in (atom, -atom)])
CLAUSES = st.lists(LITERALS, max_size=4).map(tuple)
SETS = st.lists(CLAUSES, max_size=14)


def holding(clauses: list[Clause]) -> Propagation:
    known = Propagation()
    for clause in clauses:
        known.add(clause)
    return known


def follows(clauses: list[Clause], clause: Clause) -> bool:
    """Whether every assignment that satisfies the clauses satisfies the clause."""
    for values in product((True, False), repeat=ATOMS):
        said = [any(values[abs(each) - 1] is (each > 0) for each in one) for one in (*clauses, clause)]
        if all(said[:-1]) and not said[-1]:
            return False
    return True


def by_units(clauses: list[Clause], clause: Clause) -> bool:
    """The same by the definition: the negation, and one unit after the other, until a clause has no literal left."""
    true = {-literal for literal in clause}
    if any(-literal in true for literal in true):
        return True
    while True:
        left = [{each for each in one if -each not in true} for one in clauses if not true & set(one)]
        if set() in left:
            return True
        units = {next(iter(one)) for one in left if len(one) == 1}
        if any(-unit in units for unit in units):
            return True
        if not units:
            return False
        true |= units


@given(SETS, st.lists(CLAUSES, min_size=1, max_size=4))
def test_a_clause_follows_where_units_say_so_and_no_assignment_contradicts(clauses: list[Clause], asked: list[Clause]) -> None:
    known = holding(clauses)
    for clause in asked:  # what was asked before leaves no trace
        assert known.implies(clause) is by_units(clauses, clause)
        assert follows(clauses, clause) or not known.implies(clause)


@given(SETS, SETS)
def test_clauses_that_come_later_count_as_those_that_came_first(some: list[Clause], others: list[Clause]) -> None:
    known = holding(some)
    known.implies((1, -2))
    for clause in others:
        known.add(clause)
    assert known.implies(()) is by_units([*some, *others], ())
