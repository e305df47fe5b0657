"""A decision as a tree for people: layer by layer, statement by statement, with what each wanted and what it got.

Marks: ● allows, ✕ denies or lacks an Allow, ? depends on what is not said, · has no say here, – is not attached; ✓ and ✕ at what
matches and what does not.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gatepost.cli.layout import row
from gatepost.cli.paint import Paint
from gatepost.policy.compared import compare
from gatepost.policy.decide import LayerKind
from gatepost.policy.explain import LayerStep, StatementStep
from gatepost.policy.match import How, PolicySource
from gatepost.policy.near_miss import NearMiss, Place
from gatepost.policy.partial import Answer
from gatepost.policy.rationale import Rationale
from gatepost.policy.shortfall import TOLD
from gatepost.words import names

OWN_SIDE: Final = (LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION)
STATE_COLUMN: Final = 56
RESULT_COLUMN: Final = 72
MOST_LISTED: Final = 8  # statements of a layer, beside those that are told in full
MOST_PATTERNS: Final = 4
ABSENT: Final = {
    LayerKind.IDENTITY: "identity policies",
    LayerKind.RESOURCE: "resource policy",
    LayerKind.BOUNDARY: "boundary",
    LayerKind.SESSION: "session policy",
    LayerKind.SCP: "SCP",
    LayerKind.RCP: "RCP",
}
STYLES: Final = {"●": "good", "✕": "bad", "?": "open", "·": "", "–": "dim"}


class DecisionTree:
    """The tree of one decision. `ids` are the ARNs behind the unique IDs in its policies; `everything`: no statement is left out."""

    def __init__(self, found: Rationale, paint: Paint, ids: Mapping[str, str], *, everything: bool = False) -> None:
        self._found = found
        self._paint = paint
        self._ids = ids
        self._everything = everything
        self._request = found.explanation.request
        self._account = self._request.resource_account
        short = found.shortfall
        self._lacking = {(lack.kind, lack.level) for lack in short.lacks}
        decision = found.decision.worst if found.answer is Answer.YES else found.decision.best
        self._deciding = {id(rule) for rule in decision.rules} if found.answer is not Answer.CANNOT_TELL else set()
        self._denying = {id(denial.step) for denial in short.denials}
        self._open = {id(denial.step) for denial in short.open_denials} | {id(step) for step in short.open_allows}
        self._near: dict[int, NearMiss] = {id(near.step): near for near in found.near_misses}

    def lines(self) -> Iterator[str]:
        """The layers, those without anything attached in one line at the end."""
        absent = []
        for kind in TOLD:
            layers = self._found.explanation.of_kind(kind)
            for level, layer in enumerate(layers):
                if not layer.statements and (kind, level) not in self._lacking and kind is not LayerKind.IDENTITY:
                    absent.append(ABSENT[kind])
                else:
                    yield from self._layer(kind, layer, level, len(layers))
            if (kind, 0) in self._lacking and not layers:
                yield from self._row("✕", names.LAYERS[kind], "none given: it would have to allow", "✕")
            elif not layers:
                absent.append(ABSENT[kind])
        if absent:
            yield from self._row("–", ", ".join(dict.fromkeys(absent)), "none attached", "–")

    def _row(self, mark: str, left: str, right: str, style: str) -> list[str]:
        return row(self._paint, f"  {mark} ", left, right, STATE_COLUMN, STYLES[style])

    def _layer(self, kind: LayerKind, layer: LayerStep, level: int, levels: int) -> Iterator[str]:
        mark, words = self._state(kind, layer, level)
        yield from self._row(mark, self._layer_name(kind, layer, level, levels), words, mark)
        listed = [step for step in layer.statements if self._is_listed(step)]
        left_out = len(layer.statements) - len(listed)
        for number, step in enumerate(listed):
            last = number == len(listed) - 1 and not left_out
            yield from self._statement(kind, step, "    └─ " if last else "    ├─ ")
        if left_out:
            others = "other statements" if listed else "statements"
            yield f"    └─ {left_out} {others if left_out > 1 else others[:-1]} not about this"

    def _layer_name(self, kind: LayerKind, layer: LayerStep, level: int, levels: int) -> str:
        if kind is LayerKind.RESOURCE:
            trust = any(attached.source is PolicySource.TRUST for attached in layer.layer.attached)
            return f"{'trust' if trust else 'resource'} policy of {names.what(self._request.resource).partition('/')[2] or '*'}"
        if levels > 1:
            target = layer.layer.target.rpartition("/")[2]
            return f"{names.LAYERS[kind]}, level {level + 1}{f' ({target})' if target else ''}"
        return names.LAYERS[kind]

    def _state(self, kind: LayerKind, layer: LayerStep, level: int) -> tuple[str, str]:
        """The mark of a layer and what it says."""
        steps = layer.statements
        if any(id(step) in self._denying for step in steps):
            return "✕", "explicit deny"
        allows = any(step.matched and not step.rule.denies for step in steps)
        waits = [step for step in steps if id(step) in self._open]
        if waits:
            keys = dict.fromkeys(names.key(key) for step in waits for key in step.depends_on)
            return "?", f"depends on {', '.join(keys)}"
        if (kind, level) in self._lacking:
            return "✕", f"no Allow: {self._silence(kind, layer).replace('no statement', 'none')}"
        if allows and kind is LayerKind.RESOURCE and self._adds_nothing(layer):
            return "·", "names the account, which adds nothing by itself"
        if allows:
            return "●", "allows"
        return "·", self._spared(kind) or self._silence(kind, layer)

    def _spared(self, kind: LayerKind) -> str:
        """Why a layer without an Allow is not in the way."""
        if kind is LayerKind.RCP:
            return "denies nothing"
        if kind is LayerKind.SCP:
            return f"does not bind a caller such as {names.who(self._request.principal)}"
        if kind is LayerKind.IDENTITY and self._request.principal.of_root:
            return "none needed: the account's own root user"
        if kind in OWN_SIDE and self._found.answer is Answer.YES:
            return "not needed: the resource's own policy admits the caller"
        return ""

    def _adds_nothing(self, layer: LayerStep) -> bool:
        """Whether a resource policy allows its own account alone: the caller's own side must allow all the same."""
        request = self._request
        named = max(step.principal for step in layer.statements if step.matched and not step.rule.denies)
        return request.principal.account == request.resource_account and named is How.ACCOUNT

    def _silence(self, kind: LayerKind, layer: LayerStep) -> str:
        """Why a layer says nothing."""
        steps = layer.statements
        if not steps:
            return "none attached"
        if kind is LayerKind.RESOURCE and all(step.principal is How.NOT for step in steps):
            return f"no statement names {names.who(self._request.principal, self._account)}"
        if not any(step.action for step in steps):
            return f"no statement speaks of {self._request.action}"
        return "no statement matches"

    # --- statements -----------------------------------------------------------------------------------------------------

    def _is_listed(self, step: StatementStep) -> bool:
        if self._everything or self._is_told(step):
            return True
        return step.action and step.principal is not How.NOT and (step.resource or step.matched)

    def _is_told(self, step: StatementStep) -> bool:
        """Whether a statement is told element by element."""
        special = id(step) in self._denying or id(step) in self._open or id(step) in self._near
        return self._everything or special or id(step.rule) in self._deciding

    def _statement(self, kind: LayerKind, step: StatementStep, head: str) -> Iterator[str]:
        mark, result = self._result(step)
        right = f"{step.rule.statement.effect.value:<5}  {result}{self._remark(step)}"
        style = STYLES["✕" if step.rule.denies and step.matched else "●" if mark == "✓" else mark if mark == "?" else "·"]
        yield from row(self._paint, head, names.place(step.rule), right, STATE_COLUMN, style)
        if self._is_told(step):
            under = head.replace("├", "│").replace("└", " ").replace("─", " ") + " "
            yield from self._elements(kind, step, under)

    def _result(self, step: StatementStep) -> tuple[str, str]:
        if step.matched:
            return "✓", "✓ matched"
        if step.may_match:
            return "?", "? depends"
        failing = [
            *([] if step.action else ["action"]),
            *([] if step.principal is not How.NOT else ["principal"]),
            *([] if step.resource or step.resource_depends_on else ["resource"]),
            *(names.key(each.condition.key.lower()) for each in step.conditions if not each.may_hold),
        ]
        if self._is_told(step):
            return "✕", "✕ in one place" if len(failing) == 1 else f"✕ in {len(failing)} places"
        return "✕", f"✕ {', '.join(failing)}"

    def _remark(self, step: StatementStep) -> str:
        if id(step.rule) in self._deciding:
            return "   ← decides"
        if id(step) in self._denying:
            return "   ← denies too"
        return "   ← nearest miss" if id(step) in self._near else ""

    def _elements(self, kind: LayerKind, step: StatementStep, head: str) -> Iterator[str]:
        """Each element and condition of a statement, what it wants and what it got."""
        statement, request = step.rule.statement, self._request
        hints = {(place.element, place.condition): place.hint for place in self._near_places(step)}

        def told(element: str, wanted: str, mark: str, got: str, hint: str | None) -> list[str]:
            right = f"{mark} {got}".rstrip() + (f" ({hint})" if hint else "")
            style = {"✓": "", "✕": "bad", "?": "open"}[mark]
            left = f"{element:<9} {wanted}" if element else wanted
            return row(self._paint, head, left, right, RESULT_COLUMN, style)

        if kind is LayerKind.RESOURCE and (statement.principals or statement.not_principals):
            element, entries = (
                ("Principal", statement.principals) if statement.principals else ("NotPrincipal", statement.not_principals)
            )
            wanted = _patterns(tuple(names.principal_entry(each.value, self._ids, self._account) for each in entries or ()))
            got = names.who(request.principal, self._account)
            yield from told(element, wanted, _mark(step.principal is not How.NOT), got, hints.get((element, None)))
        element, patterns = ("Action", statement.actions) if statement.actions else ("NotAction", statement.not_actions or ())
        yield from told(element, _patterns(patterns), _mark(step.action), request.action, hints.get((element, None)))
        if statement.resources or statement.not_resources:
            element, patterns = (
                ("Resource", statement.resources) if statement.resources else ("NotResource", statement.not_resources or ())
            )
            mark = "?" if step.resource_depends_on else _mark(step.resource)
            listed = _patterns(tuple(names.what(each, self._account) if each.count(":") > 4 else each for each in patterns))
            got = "" if patterns == ("*",) else names.what(request.resource, self._account)
            yield from told(element, listed, mark, got, hints.get((element, None)))
        for number, each in enumerate(step.conditions):
            compared = compare(step, each, request.context)
            wanted = names.condition(each.condition, compared.expected)
            mark = "?" if each.depends_on else _mark(each.holds)
            yield from told(
                "", wanted, mark, _with_variables(compared.words, compared.filled), hints.get((each.condition.key, number))
            )

    def _near_places(self, step: StatementStep) -> Iterator[Place]:
        near = self._near.get(id(step))
        yield from near.places if near is not None else ()


def _mark(fits: bool) -> str:
    return "✓" if fits else "✕"


def _patterns(patterns: tuple[str, ...]) -> str:
    more = len(patterns) - MOST_PATTERNS
    return ", ".join(patterns[:MOST_PATTERNS]) + (f" and {more} more" if more > 0 else "")


def _with_variables(words: str, filled: tuple[tuple[str, str | None], ...]) -> str:
    told = [f"${{{names.key(key)}}} is {value}" for key, value in filled if value is not None]
    return f"{words}; {', '.join(told)}" if told else words
