"""One layer's policies as a formula: the requests that they allow by themselves, their Allows less their Denies."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from itertools import combinations

from gatepost.policy.catalogue import services
from gatepost.policy.match import AttachedPolicy, How, PolicySource, Rule, resource_pattern
from gatepost.policy.model import Effect, Policy, Statement
from gatepost.policy.operators import COMPARISONS
from gatepost.policy.pattern import ANY, STAR, wild
from gatepost.policy.principal import Principal
from gatepost.policy.request import Context
from gatepost.policy.variables import is_open
from gatepost.reasoning.choices import carriers, classes, known_actions, named_principals, principals, spoken_of
from gatepost.reasoning.difference import meaning_of
from gatepost.reasoning.formula import FALSE, TRUE, Formula, Or, conj, disj, negated
from gatepost.reasoning.globs import Glob
from gatepost.reasoning.keys import compared
from gatepost.reasoning.own_keys import OF_SERVICES, caller_in, others, own_facts, settled
from gatepost.reasoning.undecidable import Undecidable
from gatepost.reasoning.world import ACTION, OF_THE_CALLER, World

SOMEONE = Principal.of("arn:aws:iam::111122223333:user/someone")


class Side(Enum):
    """Which layer is asked about: the caller's own policies, or those of a resource, which name principals."""

    IDENTITY = "identity"
    RESOURCE = "resource"


class Space:
    """All requests of a question about these policies, and the formula of any of them.

    `actions` and `callers` are the classes of known actions (as bits) and of principals, each with its atom; exactly one of the
    former or `unlisted`, an action of a service that the catalogue does not know in full, is the request's.
    """

    def __init__(
        self,
        policies: Sequence[Policy],
        side: Side,
        caller: Principal | None,
        known: Mapping[str, str | tuple[str, ...] | None],
        open_keys: frozenset[str] = frozenset(),
        kind: type[World] = World,
    ) -> None:
        _check_known(policies)
        conditions = compared(policies)
        own = OF_THE_CALLER & conditions.keys()
        if caller is not None:
            known = {key: value for key, value in settled(caller).items() if key in own - open_keys} | dict(known)
        elif side is Side.IDENTITY or not own & OF_SERVICES:
            open_keys |= own
        self.world = kind.of(conditions, known, open_keys)
        self._side = side
        self._said: dict[object, Formula] = {}
        statements = [statement for policy in policies for statement in policy.statements]
        self._carried = {key: mask for key in self.world.keys if (mask := carriers(key)) is not None}
        marks = (*map(spoken_of, statements), *self._carried.values())
        self.actions = {self.world.fresh(): block for block in classes(marks, len(known_actions()))}
        self.unlisted = self.world.fresh()
        self._others: frozenset[Principal] = frozenset()
        self._principals = self._choose(statements, caller)
        if own and caller is None:
            named = named_principals(statements) if side is Side.RESOURCE else ()
            unnamed = others(named, policies)
            self._others, self._principals = frozenset(unnamed) - {*named}, tuple(dict.fromkeys((*unnamed, *named)))
        size = len(self._principals)
        apart = [1 << at for at in range(size)] if self._others else [*map(self._named, statements)]
        self.callers = {self.world.fresh(): block for block in classes(apart, size)}

    def _choose(self, statements: Sequence[Statement], caller: Principal | None) -> tuple[Principal, ...]:
        if caller is not None:
            return (caller,)
        if self._side is Side.RESOURCE:
            return principals(statements)
        if any(each.principals is not None or each.not_principals is not None for each in statements):
            raise Undecidable("a policy of the caller's own that names principals: say who asks")
        return (SOMEONE,)

    def caller(self, block: int, context: Context) -> Principal:
        """The first principal of a class; whom the context says, where it stands for others."""
        principal = self._principals[(block & -block).bit_length() - 1]
        return caller_in(context, principal) if principal in self._others else principal

    def _named(self, statement: Statement) -> int:
        if self._side is Side.IDENTITY and statement.effect is Effect.ALLOW:
            return (1 << len(self._principals)) - 1
        how = Rule(AttachedPolicy(Policy(()), PolicySource.GIVEN), 0, statement).how
        return sum(1 << at for at, principal in enumerate(self._principals) if how(principal) is not How.NOT)

    # --- what holds of every request ------------------------------------------------------------------------------------

    def facts(self) -> Formula:
        """One action, one caller, and the keys that the action carries."""
        text = self.world.text
        facts: list[Formula] = [*self.world.facts()]
        for chosen in ((*self.actions, self.unlisted), tuple(self.callers)):
            facts += [disj(chosen), *(Or((-one, -other)) for one, other in combinations(chosen, 2))]
        facts.append(disj((-self.unlisted, text(ACTION, Glob(f"{ANY}{STAR}:{ANY}{STAR}")))))
        facts += [disj((-self.unlisted, -text(ACTION, Glob(f"{service}:{STAR}")))) for service in services()]
        for key, mask in self._carried.items():
            without = (*(chosen for chosen, block in self.actions.items() if not block & mask), self.unlisted)
            facts += [Or((-chosen, -self.world.keys[key].present)) for chosen in without]
        named = [each for each in self._principals if each not in self._others]
        for asks, block in self.callers.items() if self._others else ():
            principal = self.caller(block, {})
            own = own_facts(self.world, principal, named, is_other=principal in self._others)
            facts += [disj((-asks, fact)) for fact in own]
        return conj(facts)

    def carrying(self, key: str) -> tuple[int, ...]:
        """The classes of actions that carry a service's own key (lower case)."""
        return tuple(chosen for chosen, block in self.actions.items() if block & self._carried.get(key, 0))

    # --- policies -------------------------------------------------------------------------------------------------------

    def allowed(self, policies: Iterable[Policy]) -> Formula:
        """Some Allow speaks of the request, and no Deny does."""
        allows: list[Formula] = []
        denies: list[Formula] = []
        for policy in policies:
            for statement in policy.statements:
                spoken = self._statement(statement, variables=policy.has_variables)
                (denies if statement.effect is Effect.DENY else allows).append(spoken)
        return conj((disj(allows), *map(negated, denies)))

    def _statement(self, statement: Statement, *, variables: bool) -> Formula:
        # Policies that are compared mostly share their statements; where these stand does not matter.
        said = meaning_of(statement, variables=variables)
        formula = self._said.get(said)
        if formula is None:
            formula = self._said[said] = self._spoken(statement, variables=variables)
        return formula

    def _spoken(self, statement: Statement, *, variables: bool) -> Formula:
        named = self._named(statement)
        callers = [chosen for chosen, block in self.callers.items() if block & named]
        who = TRUE if len(callers) == len(self.callers) else disj(callers)
        return conj((who, self.speaks(statement, variables=variables)))

    def speaks(self, statement: Statement, *, variables: bool) -> Formula:
        """Action, resource and conditions of a statement cover the request, whoever asks."""
        conditions = (
            self.world.condition(condition, statement.effect, variables=variables) for condition in statement.conditions
        )
        return conj((self._action(statement), self._resource(statement, variables=variables), *conditions))

    def _action(self, statement: Statement) -> Formula:
        mask = spoken_of(statement)
        listed: list[Formula] = [chosen for chosen, block in self.actions.items() if block & mask]
        if statement.actions is not None:
            unlisted = disj(map(self._unlisted, statement.actions))
        elif statement.not_actions is not None:
            unlisted = negated(disj(map(self._unlisted, statement.not_actions)))
        else:
            unlisted = FALSE
        if len(listed) == len(self.actions) and unlisted == TRUE:
            return TRUE
        return disj((*listed, conj((self.unlisted, unlisted))))

    def _unlisted(self, pattern: str) -> Formula:
        formula = self._said.get(pattern)
        if formula is None:
            formula = self._said[pattern] = self._covers_unlisted(pattern)
        return formula

    def _covers_unlisted(self, pattern: str) -> Formula:
        lowered = wild(pattern.lower())
        if not lowered.strip(STAR):
            return TRUE if lowered else FALSE
        return FALSE if lowered.partition(":")[0] in services() else self.world.text(ACTION, Glob(lowered))

    def _resource(self, statement: Statement, *, variables: bool) -> Formula:
        if statement.resources is not None:
            return disj(self._entry(text, variables=variables) for text in statement.resources)
        if statement.not_resources is not None:
            return negated(disj(self._entry(text, variables=variables) for text in statement.not_resources))
        return TRUE

    def _entry(self, text: str, *, variables: bool) -> Formula:
        formula = self._said.get((text, variables))
        if formula is None:
            formula = self._said[text, variables] = self._covers(text, variables=variables)
        return formula

    def _covers(self, text: str, *, variables: bool) -> Formula:
        return TRUE if text == "*" else self.world.resource(resource_pattern(text, variables=variables))


def _check_known(policies: Iterable[Policy]) -> None:
    """Undecidable for what a template leaves open where no text may stand for it: in actions, principals, dates and the like."""
    for statement in (each for policy in policies for each in policy.statements):
        named = (*(statement.principals or ()), *(statement.not_principals or ()))
        texts = [*(statement.actions or ()), *(statement.not_actions or ()), *(each.value for each in named)]
        for condition in statement.conditions:
            comparison = COMPARISONS.get(condition.operator.base)
            texts += condition.values if comparison is None or not comparison.variables else ()
        unknown = next(filter(is_open, texts), None)
        if unknown is not None:
            raise Undecidable(f"`{unknown}`: the template leaves it open")
