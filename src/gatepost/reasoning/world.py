"""The world of a question: what a request may be, and what each condition says of it, in numbered atoms.

Theory, in numbered rules:

1.  A key has a bit that says it is there and one that says it holds a set. Where the catalogue knows its arity, the second is
    fixed. A bare operator never holds of a set, a set prefix takes a single value for a set of one (`policy.operators`, rules 2
    to 4). No request carries an empty value, but for tags and the name beside an address where a condition tells the empty text
    from others (`tells_empty`).
2.  Of a set a small model is enough. Take a request: for each `ForAnyValue` condition that holds keep one value for which it does,
    for each `ForAllValues` one that fails it, and drop the rest, but for one. What held of any value still does, what held of all
    as well. So a key has as many slots as the question has conditions with a prefix on it, and one at least.
3.  A text key is compared by wildcards alone (`globs`); an atom is one pattern on one slot. An ordered or finite key has
    candidates (`candidates`), and an atom is a condition with the bits of those candidates of which it holds.
4.  A key that the catalogue calls a date is one, and so is one that any condition compares as such. Where another condition
    compares it as text all the same (`twofold`), a value and its text are thought of apart: that allows more than there is, so that
    there is no such request is a proof, and a request must be found otherwise (`readings`). A key that is `true` or `false` is
    finite, whatever compares it; so is a key whose value is known.
5.  The clock and the transport are in every request; what the caller is called (`aws:username`) belongs to the caller, so it is
    known or the question is not decided.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gatepost.policy.catalogue import is_multivalued, is_single_valued
from gatepost.policy.model import Condition, Effect
from gatepost.policy.operators import (
    COMPARISONS,
    NULL,
    Holds,
    arn_pattern,
    holds_when_absent,
    patterns_of,
    value_test,
)
from gatepost.policy.pattern import ANY, STAR
from gatepost.policy.request import Context
from gatepost.policy.variables import Template, Variable
from gatepost.reasoning.candidates import BOOLEANS
from gatepost.reasoning.formula import FALSE, TRUE, Formula, conj, disj, negated
from gatepost.reasoning.globs import Glob, folded, in_parts
from gatepost.reasoning.keys import TEXT, Key, candidates_of, family_of, tells_empty
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.words import Parts, Word, arn_word, merged, plain, variables_in

ALWAYS: Final = ("aws:currenttime", "aws:epochtime", "aws:securetransport")
OF_THE_CALLER: Final = frozenset(
    (
        "aws:principalaccount", "aws:principalarn", "aws:principaltype", "aws:userid", "aws:username",
        "aws:principalisawsservice", "aws:principalservicename", "aws:principalservicenameslist",
    )
)  # fmt: skip
SOME_TEXT: Final = Glob(ANY + STAR)  # not empty
AN_ARN: Final = in_parts(("arn", *[STAR] * 5))
RESOURCE: Final = ("resource", 0)
ACTION: Final = ("action", 0)
Place = tuple[str, int]  # a key and the slot; `resource` and `action` are texts of their own


@dataclass(slots=True)
class World:
    """Atoms by number, and what they mean: a pattern on a text, or the candidates of a slot of which something holds."""

    known: Context
    absent: frozenset[str]
    open: frozenset[str] = frozenset()  # keys of the caller that the asker describes by facts of its own
    keys: dict[str, Key] = field(default_factory=dict)
    patterns: dict[int, tuple[Place, Glob]] = field(default_factory=dict)
    masks: dict[int, tuple[Place, int]] = field(default_factory=dict)
    words: dict[int, tuple[Place, Word | None]] = field(default_factory=dict)  # None: what the atom says is not known
    twofold: dict[str, str] = field(default_factory=dict)  # keys, and as what a condition compares each beside its own family
    last: int = 0
    _numbers: dict[object, int] = field(default_factory=dict)
    _said: dict[object, Formula] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        conditions: Mapping[str, list[Condition]],
        known: Mapping[str, str | tuple[str, ...] | None],
        open_keys: frozenset[str] = frozenset(),
    ) -> "World":
        """The world of what policies compare (`compared`). `known` are keys whose value (None: their absence) the asker says."""
        lowered = {key.lower(): value for key, value in known.items()}
        context = {key: value for key, value in lowered.items() if value is not None}
        world = cls(context, frozenset(key for key, value in lowered.items() if value is None), open_keys)
        if conditions.get(ALWAYS[0]) and conditions.get(ALWAYS[1]):
            raise Undecidable("aws:CurrentTime and aws:EpochTime in one question")
        for name, found in conditions.items():
            if found or name not in lowered or name in OF_THE_CALLER:
                world.keys[name] = world._key(name, found)
        return world

    def fresh(self) -> int:
        """The number of a new atom."""
        self.last += 1
        return self.last

    def text(self, place: Place, glob: Glob) -> int:
        """The atom that the text at a place matches a pattern."""
        number = self._numbers.get((place, glob))
        if number is None:
            number = self._numbers[place, glob] = self.fresh()
            self.patterns[number] = (place, glob)
        return number

    def word(self, place: Place, word: Word | None) -> Formula:
        """The formula that the text at a place is such a word; of None nothing is known."""
        number = self._numbers.get((place, word))
        if number is None or word is None:
            number = self._numbers[place, word] = self.fresh()
            self.words[number] = (place, word)
        return number if word is None else conj((number, self.text(place, word.outline())))

    def like(self, place: Place, template: Template, *, in_any_case: bool = False) -> Formula:
        """The formula that the text at a place matches a template, whatever its variables stand for."""

        def matched(parts: Parts) -> Formula:
            text = plain(parts)
            if text is not None:
                return self.text(place, folded(text) if in_any_case else Glob(text))
            return self.word(place, Word(parts, folded=in_any_case))

        return disj(conj((when, matched(parts))) for when, parts in self.filled(template))

    def filled(self, template: Template) -> list[tuple[Formula, Parts]]:
        """What a template may be and when: known values are filled in, an absent key's default is, an open key's text stays."""
        found: list[tuple[Formula, Parts]] = [(TRUE, ())]
        for part in template.parts:
            choices = [(TRUE, part)] if isinstance(part, str) else list(self._standing_for(part))
            found = [(conj((when, also)), merged((*parts, text))) for when, parts in found for also, text in choices]
        return found

    def _standing_for(self, variable: Variable) -> Iterator[tuple[Formula, str | Variable]]:
        if variable.key in self.known or variable.key in self.absent:
            value = variable.value_in(self.known)
            if value is not None:
                yield TRUE, value
            return
        key = self.keys[variable.key]
        yield conj((key.present, negated(key.is_set))), Variable(variable.key, None)
        if variable.default is not None:
            yield -key.present, variable.default

    def is_open(self, variable: Variable) -> bool:
        """Whether what a variable stands for is not known."""
        return variable.key not in self.known and variable.key not in self.absent

    def family(self, place: Place) -> str:
        """As what the value at a place is compared."""
        key = self.keys.get(place[0])
        return TEXT if key is None else key.family

    def _among(self, place: Place, mask: int, size: int) -> Formula:
        """The formula that the value at a place is one of these candidates."""
        if mask in (0, (1 << size) - 1):
            return TRUE if mask else FALSE
        number = self._numbers.get((place, mask))
        if number is None:
            number = self._numbers[place, mask] = self.fresh()
            self.masks[number] = (place, mask)
        return number

    # --- keys -----------------------------------------------------------------------------------------------------------

    def _key(self, name: str, conditions: list[Condition]) -> Key:
        given = self.known.get(name)
        if given is None and name in OF_THE_CALLER - self.absent - self.open:
            raise Undecidable(f"{name} belongs to the caller: say who asks")
        in_sets = sum(condition.operator.qualifier is not None for condition in conditions)
        single = is_single_valued(name)
        slots = 1 if single else max(1, in_sets)
        is_set: Formula = FALSE if single else TRUE if is_multivalued(name) else self.fresh()
        family, candidates = candidates_of(name, conditions)
        if given is not None:
            values = (given,) if isinstance(given, str) else given
            is_set, slots, candidates = TRUE if isinstance(given, tuple) else FALSE, len(values), values
        empty = single and not in_sets and tells_empty(name, conditions)
        return Key(name, family, self.fresh(), is_set, tuple(self.fresh() for _ in range(slots)), candidates, empty)

    def facts(self) -> list[Formula]:
        """What holds of every request, apart from what its action says."""
        some_arn, star = self.text(RESOURCE, AN_ARN), self.text(RESOURCE, Glob("*"))
        facts: list[Formula] = [disj((some_arn, star))]
        for key in self.keys.values():
            facts += [disj((-key.present, *key.slots)), *(disj((-slot, key.present)) for slot in key.slots)]
            if len(key.slots) > 1:
                facts += [disj((key.is_set, -slot)) for slot in key.slots[1:]]
            if key.name in self.known:
                facts += key.slots
            elif key.name in self.absent:
                facts.append(-key.present)
            elif key.name in ALWAYS:
                facts.append(key.present)
            if key.candidates is None and not key.may_be_empty:
                facts += [disj((-slot, self.text((key.name, number), SOME_TEXT))) for number, slot in enumerate(key.slots)]
        return facts

    # --- conditions -----------------------------------------------------------------------------------------------------

    def condition(self, condition: Condition, effect: Effect, *, variables: bool) -> Formula:
        """What a condition of a statement of this effect says."""
        same = (condition.key, condition.operator, condition.values, effect, variables)
        formula = self._said.get(same)
        if formula is None:
            formula = self._said[same] = self._condition(condition, effect, variables=variables)
        return formula

    def _condition(self, condition: Condition, effect: Effect, *, variables: bool) -> Formula:
        key, operator = self.keys[condition.key.lower()], condition.operator
        if operator.base == NULL:
            wanted = {value.lower() for value in condition.values}
            return disj(literal for word, literal in (("true", -key.present), ("false", key.present)) if word in wanted)
        holds = self._test(key, condition, effect, variables=variables)
        each = [holds((key.name, at)) for at in range(len(key.slots))]
        if operator.qualifier == "ForAllValues":
            return conj(disj((-slot, holds)) for slot, holds in zip(key.slots, each, strict=True))
        if operator.qualifier == "ForAnyValue":
            return disj(conj((slot, holds)) for slot, holds in zip(key.slots, each, strict=True))
        alone = conj((key.present, negated(key.is_set), each[0]))
        return disj((-key.present, alone)) if holds_when_absent(operator) else alone

    def _test(self, key: Key, condition: Condition, effect: Effect, *, variables: bool) -> Callable[[Place], Formula]:
        """What one value must be for the operator to hold of it, by the slot where it is."""
        comparison = COMPARISONS[condition.operator.base]
        literals, templates = patterns_of(condition, variables=variables)
        if key.candidates is not None:
            if any(map(self.is_open, variables_in(templates))):
                return lambda place: self.word(place, None)
            holds, candidates = value_test(condition, effect, self.known, variables=variables), key.candidates
            if key.name in self.known:
                return lambda place: TRUE if holds(candidates[place[1]]) else FALSE
            family = family_of(condition)
            if key.candidates == BOOLEANS or family == key.family:
                return self.compared(candidates, condition, effect, holds)
            self.compared_otherwise(key, family)
            if family != TEXT:
                return lambda place: self.word(place, None)
        if comparison.name.startswith("Arn"):
            return self._arn_test(literals, templates, effect, is_negated=comparison.negated)
        in_any_case = comparison.name.endswith("IgnoreCase")
        globs = [folded(value) if in_any_case else Glob(value) for value in literals]

        def test(place: Place) -> Formula:
            like = (self.like(place, template, in_any_case=in_any_case) for template in templates)
            matched = disj((*(self.text(place, glob) for glob in globs), *like))
            return negated(matched) if comparison.negated else matched

        return test

    def compared(
        self, candidates: tuple[str, ...], _condition: Condition, _effect: Effect, holds: Holds
    ) -> Callable[[Place], Formula]:
        """The same of a key that is no text, by its candidates; `holds` says of which."""
        mask = sum(1 << number for number, value in enumerate(candidates) if holds(value))
        return lambda place: self._among(place, mask, len(candidates))

    def compared_otherwise(self, key: Key, family: str) -> None:
        """Note that a condition compares a key as something else than its own family."""
        self.twofold[key.name] = family

    def _arn_test(
        self, literals: Iterable[str], templates: Iterable[Template], effect: Effect, *, is_negated: bool
    ) -> Callable[[Place], Formula]:
        """The same of an ARN: `policy.operators`, rules 5 and 6, on a negated operator and a value, or a pattern, that is none."""
        patterns: list[tuple[Formula, Parts]] = [(TRUE, (value,)) for value in literals]
        patterns += [pattern for template in templates for pattern in self.filled(template)]

        def test(place: Place) -> Formula:
            readable = self.text(place, AN_ARN)
            asked = [(when, *self._arn(place, parts)) for when, parts in patterns]
            matched = disj(conj((when, like)) for when, _, like in asked)
            if not is_negated:
                return conj((readable, matched))
            if effect is Effect.DENY:
                return disj((-readable, negated(matched)))
            return conj((readable, negated(matched), *(disj((negated(when), is_arn)) for when, is_arn, _ in asked)))

        return test

    def _arn(self, place: Place, parts: Parts) -> tuple[Formula, Formula]:
        """Whether a pattern is an ARN's, and that the text at a place matches it."""
        text = plain(parts)
        if text is None:
            word = arn_word(parts)
            return (self.word(place, None) if word is None else TRUE), self.word(place, word)
        pattern = arn_pattern(text)
        return (FALSE, FALSE) if pattern is None else (TRUE, self.text(place, in_parts(pattern)))

    def resource(self, pattern: str | Template) -> Formula:
        """The formula that the resource matches a pattern (wildcards in the package's own form)."""
        return self.like(RESOURCE, pattern) if isinstance(pattern, Template) else self.text(RESOURCE, Glob(pattern))
