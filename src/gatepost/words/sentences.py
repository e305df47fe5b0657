"""A policy as plain sentences: who may, or may not, do what on what, and when; then what surprises of it.

INVARIANT: every action, resource, principal, condition key and value of a statement is named in its sentence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gatepost.policy.model import Condition, Effect, Policy, Statement
from gatepost.policy.operators import COMPARISONS, NULL, holds_when_absent, unreadable_values
from gatepost.policy.variables import VARIABLE, Variable, read_template, split_arn
from gatepost.reasoning.choices import carriers, known_actions, spoken_of
from gatepost.words.actions import SENDING, actions_notes, actions_words, sending_notes
from gatepost.words.conditions import condition_words
from gatepost.words.keys import key_words
from gatepost.words.listing import counted, listed
from gatepost.words.principals import principals_notes, principals_words
from gatepost.words.resources import resources_words

MOST_ACTIONS: Final = 3  # of which each is named
UNRESOLVED: Final = "${gatepost:unresolved/"  # as `sources` writes what a template leaves open


@dataclass(frozen=True, slots=True)
class StatementWords:
    """A statement in words. `lead` is its sentence without conditions; all `conditions` must hold; `notes` are whole sentences."""

    lead: str
    conditions: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The statement in one sentence."""
        when = f", when {' and '.join(self.conditions)}" if self.conditions else ""
        return f"{self.lead}{when}."


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """A policy in words: each statement, and what is notable of them together."""

    statements: tuple[StatementWords, ...]
    notes: tuple[str, ...]


def policy_words(policy: Policy) -> PolicyWords:
    """A policy in words."""
    return PolicyWords(
        tuple(statement_words(statement, variables=policy.has_variables) for statement in policy.statements),
        (*sending_notes(policy.statements), *_denies_notes(policy)),
    )


def _denies_notes(policy: Policy) -> Iterator[str]:
    if all(statement.effect is Effect.DENY for statement in policy.statements):
        yield "Nothing here allows anything: what is not forbidden still needs an Allow elsewhere."


def statement_words(statement: Statement, *, variables: bool) -> StatementWords:
    """A statement in words. `variables`: whether `${…}` is a variable in its policy."""
    verb = "Allows" if statement.effect is Effect.ALLOW else "Forbids"
    phrases = (f"{verb} {principals_words(statement)}", f"to {actions_words(statement)}", resources_words(statement))
    conditions = tuple(map(condition_words, statement.conditions))
    notes = (
        *principals_notes(statement),
        *actions_notes(statement),
        *_absent_notes(statement),
        *_carrier_notes(statement),
        *_unreadable_notes(statement),
        *_unresolved_notes(statement),
        *_variable_notes(statement, variables=variables),
    )
    return StatementWords(" ".join(filter(None, phrases)), conditions, tuple(dict.fromkeys(notes)))


# --- missing keys -------------------------------------------------------------------------------------------------------


def _absent_notes(statement: Statement) -> Iterator[str]:
    """Of a Deny: which calls escape it, for they do not carry what it asks for."""
    if statement.effect is Effect.ALLOW:
        return
    keys = [key_words(each.key) for each in statement.conditions if not _may_hold_when_absent(each)]
    escaping = list(dict.fromkeys(key.name for key in keys if not key.always_there))
    if escaping:
        yield f"A call without {listed(escaping, 'or')} is not forbidden by this."


def _may_hold_when_absent(condition: Condition) -> bool:
    operator = condition.operator
    if operator.base == NULL:
        return "true" in {value.lower() for value in condition.values}
    if operator.qualifier is not None:
        return operator.qualifier == "ForAllValues"
    return holds_when_absent(operator)


def _carrier_notes(statement: Statement) -> Iterator[str]:
    """Covered actions that never carry a key that is asked for."""
    covered = spoken_of(statement)
    for condition in statement.conditions:
        carrying = carriers(condition.key.lower())
        without = 0 if carrying is None else covered & ~carrying
        if without:
            then = "holds" if _may_hold_when_absent(condition) else "never holds"
            yield f"For {_told_actions(without)}, the condition on {key_words(condition.key).name} {then}: no such key is carried."


def _told_actions(mask: int) -> str:
    """Known actions, as bits: all of them where they are few or all send, else how many there are and which of them send."""
    every = [name for at, name in enumerate(known_actions()) if mask >> at & 1]
    sending = [name for name in every if name in SENDING.members()]
    if len(every) <= MOST_ACTIONS or every == sending:
        return listed(every)
    among = f", among them {listed(sending)}" if sending else ""
    return f"{counted(len(every), 'covered action')}{among}"


# --- values -------------------------------------------------------------------------------------------------------------


def _unreadable_notes(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        wrong = unreadable_values(condition)
        if not wrong:
            continue
        what = f"{condition.operator} cannot read {listed([f'`{value}`' for value in wrong])}"
        if statement.effect is Effect.DENY:
            yield f"{what}: the Deny applies unless the condition's other values rule that out."
        elif COMPARISONS[condition.operator.base].negated:
            yield f"{what}: a value that is given never satisfies it."
        elif len(wrong) < len(condition.values) or _may_hold_when_absent(condition):
            yield f"{what}: nothing matches that."
        else:
            yield f"{what}: nothing matches that, so the statement allows nothing."


def _unresolved_notes(statement: Statement) -> Iterator[str]:
    entries = (*(statement.principals or ()), *(statement.not_principals or ()))
    texts = (
        *(statement.actions or ()), *(statement.not_actions or ()), *(statement.resources or ()), *(statement.not_resources or ()),
        *(entry.value for entry in entries), *(value for condition in statement.conditions for value in condition.values),
    )  # fmt: skip
    parts = dict.fromkeys(match.group() for text in texts for match in VARIABLE.finditer(text) if _is_unresolved(match.group()))
    if parts:
        yield f"Not known here, a part of the template: {listed(list(parts))}."


def _is_unresolved(text: str) -> bool:
    return text.startswith(UNRESOLVED)


def _variable_notes(statement: Statement, *, variables: bool) -> Iterator[str]:
    """What stands for each `${…}`."""
    found = dict.fromkeys(_variables(statement))
    if found and not variables:
        literal = list(dict.fromkeys(text for text, _ in found))
        yield f"{listed(literal)} is text as it stands: only policies of version 2012-10-17 have variables."
        return
    for text, variable in found:
        if variable is None:
            yield f"{text} is the character {text[2]} itself, no wildcard."
        else:
            yield _stands_for(text, variable)


def _stands_for(text: str, variable: Variable) -> str:
    key = key_words(variable.key)
    without = "matches nothing" if variable.default is None else f"is `{variable.default}`"
    if key.takes_many:
        return f"{text} matches nothing, for {key.name} is a list; where that is empty, it {without}."
    return f"{text} stands for {key.one}{'' if key.name in text else f' ({key.name})'}; where there is none, it {without}."


def _variables(statement: Statement) -> Iterator[tuple[str, Variable | None]]:
    """Each `${…}` that is one, as it is written; None for a literal character."""
    for text in _texts_with_variables(statement):
        for match in VARIABLE.finditer(text):
            template = read_template(match.group(), wildcards=False)
            if _is_unresolved(match.group()):
                continue
            if not isinstance(template, str):
                yield match.group(), next(part for part in template.parts if isinstance(part, Variable))
            elif template != match.group():
                yield match.group(), None


def _texts_with_variables(statement: Statement) -> Iterable[str]:
    for text in (*(statement.resources or ()), *(statement.not_resources or ())):
        yield "".join(split_arn(text)[5:])
    for condition in statement.conditions:
        if condition.operator.base != NULL and COMPARISONS[condition.operator.base].variables:
            yield from condition.values
