"""One layer's policies as a formula: the requests that they allow by themselves, their Allows less their Denies."""

from collections.abc import Container, Iterable, Mapping, Sequence
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
from gatepost.reasoning.choices import Actions, carriers, classes, every_action, named_principals, principals, spoken_of
from gatepost.reasoning.formula import FALSE, TRUE, Formula, Or, conj, disj, negated
from gatepost.reasoning.globs import Glob
from gatepost.reasoning.keys import compared
from gatepost.reasoning.own_keys import OF_SERVICES, caller_in, others, own_facts, settled
from gatepost.reasoning.reach import Meaning, meaning_of
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
    former or `unlisted`, an action of a service that the catalogue does not know in full, is the request's. `within`: of these
    actions alone.
    """

    def __init__(
        self,
        policies: Sequence[Policy],
        side: Side,
        caller: Principal | None,
        known: Mapping[str, str | tuple[str, ...] | None],
        open_keys: frozenset[str] = frozenset(),
        kind: type[World] = World,
        within: Actions | None = None,
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
        within = within or every_action()
        self.actions = {self.world.fresh(): block for block in classes(marks, within.known)}
        self.unlisted: Formula = self.world.fresh() if within.unlisted else FALSE
        self._others: frozenset[Principal] = frozenset()
        self._principals = self._choose(statements, caller)
        if own and caller is None:
            named = named_principals(statements) if side is Side.RESOURCE else ()
            unnamed = others(named, policies)
            self._others, self._principals = frozenset(unnamed) - {*named}, tuple(dict.fromkeys((*unnamed, *named)))
        size = len(self._principals)
        apart = [1 << at for at in range(size)] if self._others else [*map(self._named, statements)]
        self.callers = {self.world.fresh(): block for block in classes(apart, (1 << size) - 1)}

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
        unlisted = (self.unlisted,) if isinstance(self.unlisted, int) else ()
        for chosen in ((*self.actions, *unlisted), tuple(self.callers)):
            facts += [disj(chosen), *(Or((-one, -other)) for one, other in combinations(chosen, 2))]
        for one in unlisted:
            facts.append(Or((-one, text(ACTION, Glob(f"{ANY}{STAR}:{ANY}{STAR}")))))
            facts += [Or((-one, -text(ACTION, Glob(f"{service}:{STAR}")))) for service in services()]
        for key, mask in self._carried.items():
            without = (*(chosen for chosen, block in self.actions.items() if not block & mask), *unlisted)
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
        allows, denies = self._spoken_by(policies)
        return conj((disj(allows.values()), *map(negated, denies.values())))

    def gained(self, new: Iterable[Policy], old: Iterable[Policy], roots: Container[Meaning]) -> Formula:
        """`new` allow the request and `old` do not, and a root (`difference`) speaks of it.

        No Deny of `new` speaks of it. So either no Allow of `old` does, and then an Allow is the root, or a Deny of `old` is.
        """
        (allows, denies), (old_allows, old_denies) = map(self._spoken_by, (new, old))
        granted = (disj(_among(roots, allows)), *map(negated, old_allows.values()))
        freed = (disj(_among(roots, old_denies)), disj(allows.values()))
        return conj((*map(negated, denies.values()), disj((conj(granted), conj(freed)))))

    def _spoken_by(self, policies: Iterable[Policy]) -> tuple[dict[Meaning, Formula], dict[Meaning, Formula]]:
        """What the Allows and the Denies of policies speak of, by what they say."""
        found: tuple[dict[Meaning, Formula], dict[Meaning, Formula]] = {}, {}
        for policy in policies:
            for statement in policy.statements:
                said = meaning_of(statement, variables=policy.has_variables)
                # Policies that are compared mostly share their statements; where these stand does not matter.
                formula = self._said.get(said)
                if formula is None:
                    formula = self._said[said] = self._spoken(statement, variables=policy.has_variables)
                found[statement.effect is Effect.DENY][said] = formula
        return found

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
        unlisted = FALSE if self.unlisted == FALSE else conj((self.unlisted, self._speaks_of_unlisted(statement)))
        if len(listed) == len(self.actions) and unlisted == self.unlisted:
            return TRUE
        return disj((*listed, unlisted))

    def _speaks_of_unlisted(self, statement: Statement) -> Formula:
        if statement.actions is not None:
            return disj(map(self._unlisted, statement.actions))
        if statement.not_actions is not None:
            return negated(disj(map(self._unlisted, statement.not_actions)))
        return FALSE

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


def _among(roots: Container[Meaning], spoken: Mapping[Meaning, Formula]) -> list[Formula]:
    return [formula for said, formula in spoken.items() if said in roots]


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
