"""A model made a request that people recognise, and decided again.

Where the theory would be content with `x`, an address, an identity or a name is tried first; it is taken where it fits.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from gatepost.policy.decide import Policies, decide
from gatepost.policy.model import Effect, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.pattern import ANY, STAR
from gatepost.policy.request import Request
from gatepost.reasoning.choices import SOMEBODY, known_actions
from gatepost.reasoning.formula import TRUE
from gatepost.reasoning.globs import Glob, Literal, filled, matches
from gatepost.reasoning.layer import Side, Space
from gatepost.reasoning.smt import Values
from gatepost.reasoning.solve import Model, shortest
from gatepost.reasoning.world import ACTION, RESOURCE, Place

USUAL: Final = {
    "action": ("s3:getobject", "ec2:runinstances"),
    "ses:recipients": ("someone@example.org", "someone@example.com"),
}
ADDRESSES: Final = ("someone@example.com", "someone@example.org", "Someone@Example.com")
REGIONS: Final = ("us-east-1", "eu-west-1")
INTERN: Final = "intern"
FILLINGS: Final = ("someone", "example.com", "someone@example.com", "us-east-1", "")
ELSEWHERE: Final = "000000000000"  # no principal's account

EVERYTHING: Final = Policy((Statement(Effect.ALLOW, actions=("*",), resources=("*",)),))
EVERYONE: Final = Policy(
    (Statement(Effect.ALLOW, principals=(PrincipalEntry(PrincipalType.AWS, "*"),), actions=("*",), resources=("*",)),)
)


def request_of(space: Space, model: Model, account: str | None = None) -> Request:
    """The request that a model describes, on a resource of this account where that may be."""

    def value(place: Place) -> str:
        key = space.world.keys.get(place[0])
        if key is not None and key.candidates is not None:
            return _candidate(key.candidates, model, place)
        return _text(place, model, _identities(account) if place == RESOURCE else ())

    return _request(space, model.holds, value)


def request_of_values(space: Space, values: Values) -> Request:
    """The request that a general solver's values describe; of what it was not asked, a usual one."""
    nothing = Model(frozenset(), {}, {})

    def value(place: Place) -> str:
        return values.value(place) or _text(place, nothing, _identities(None) if place == RESOURCE else ())

    return _request(space, values.holds, value)


def _request(space: Space, holds: Callable[[int], bool], value: Callable[[Place], str]) -> Request:
    world = space.world
    block = next((block for chosen, block in space.actions.items() if holds(chosen)), 0)
    action = known_actions()[(block & -block).bit_length() - 1] if block else value(ACTION)
    context: dict[str, str | tuple[str, ...]] = dict(world.known)
    for key in world.keys.values():
        if not holds(key.present) or key.name in world.known:
            continue
        values = tuple(value((key.name, at)) for at, slot in enumerate(key.slots) if holds(slot))
        is_set = holds(key.is_set) if isinstance(key.is_set, int) else key.is_set == TRUE
        context[key.name] = tuple(dict.fromkeys(values)) if is_set else values[0]
    caller = space.caller(next(block for chosen, block in space.callers.items() if holds(chosen)), context)
    return Request.of_normalised(caller, action, value(RESOURCE), None, context)


def _identities(account: str | None) -> tuple[str, ...]:
    return (f"arn:aws:ses:us-east-1:{account or SOMEBODY}:identity/example.com", "*")


def _candidate(candidates: Sequence[str], model: Model, place: Place) -> str:
    mask = model.masks.get(place, -1) & (1 << len(candidates)) - 1
    return candidates[(mask & -mask).bit_length() - 1]


def _text(place: Place, model: Model, usual: tuple[str, ...] = ()) -> str:
    """A usual text, or a pattern filled in as people would, where it satisfies the literals; else the theory's own."""
    literals = model.texts.get(place, ())
    wanted = sorted((glob for glob, to in literals if to), key=lambda glob: -len(glob.pattern))
    usual = usual or USUAL.get(place[0], ADDRESSES if place[0].endswith("address") else ("someone",))
    likely = list(_likely(place, wanted))
    return next((text for text in (*usual, *likely) if _satisfies(text, literals)), None) or shortest(literals)


def _likely(place: Place, wanted: Iterable[Glob]) -> Iterator[str]:
    """Patterns filled in as people would: a region and a domain in an ARN, a domain behind an `@`, a mailbox in capitals."""
    for glob in wanted:
        pattern = glob.pattern.replace(ANY + STAR, STAR).replace(f"@{STAR}", "@example.com")
        if place == RESOURCE:
            for region in REGIONS:
                yield filled(Glob(pattern.replace(f":{STAR}:", f":{region}:", 1)), "example.com")
        for filling in (INTERN, *FILLINGS) if place[0] == "aws:principalarn" else FILLINGS:
            text = filled(Glob(pattern), filling)
            local, at, domain = text.rpartition("@")
            yield text
            yield f"{local.upper()}{at}{domain}"


def _satisfies(text: str, literals: Iterable[Literal]) -> bool:
    return bool(text) and all(matches(glob, text) is to for glob, to in literals)


def allows(policies: Sequence[Policy], side: Side, request: Request) -> bool:
    """Whether `decide` lets a request through by these policies alone."""
    return allowing(policies, side)(request)


def allowing(policies: Sequence[Policy], side: Side) -> Callable[[Request], bool]:
    """The same, to be asked of many requests.

    The caller is taken to be of another account than the resource. There both sides must allow (`policy.decide`, rule 4), and the
    other side allows everything here; at home the one side could make up for the other's silence.
    """
    if side is Side.IDENTITY:
        held = Policies(identity=policies, resource=(EVERYONE,), session=(EVERYTHING,))
    else:
        held = Policies(identity=(EVERYTHING,), resource=policies, session=(EVERYTHING,))

    def allowed(request: Request) -> bool:
        seen = Request.of_normalised(request.principal, request.action, request.resource, ELSEWHERE, request.context)
        return decide(seen, held).allowed

    return allowed
