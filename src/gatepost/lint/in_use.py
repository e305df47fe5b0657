"""What of a document is in use: the logged requests that each of its Allows let through, and what may go without losing one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from gatepost.lint.document import Document, Element, StatementTree
from gatepost.lint.finding import Edit, Fix
from gatepost.lint.patch import patched, rewritten
from gatepost.lint.reach import is_proved, names_principals
from gatepost.lint.setting import Setting
from gatepost.lint.usage import Usage, Use
from gatepost.policy.match import AttachedPolicy, How, Rule, speaks_of_action
from gatepost.policy.model import Policy, Statement
from gatepost.policy.read import PolicyKind
from gatepost.policy.request import Request
from gatepost.policy.write import one_or_all
from gatepost.reasoning.layer import Side
from gatepost.reasoning.witness import allowing
from gatepost.words.dates import date_in_full
from gatepost.words.listing import listed

MOST_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class InUse:
    """An Allow, and the logged requests that it speaks of; `all` are those that its whole policy allows."""

    document: Document
    tree: StatementTree
    statement: Statement
    own: tuple[Use, ...]
    all: tuple[Use, ...]
    usage: Usage


def allows_in_use(document: Document, setting: Setting) -> tuple[InUse, ...]:
    """Each Allow of a policy that grants by itself; none where no log is known, or the log does not tell what it asks about."""
    usage, policy = setting.usage, document.policy
    if usage is None or policy is None or document.kind not in (PolicyKind.IDENTITY, PolicyKind.RESOURCE):
        return ()
    return () if not usage.knows(policy) else _in_use(document, policy, usage)


@lru_cache(maxsize=1)  # the rules ask of one document after another, each the same
def _in_use(document: Document, policy: Policy, usage: Usage) -> tuple[InUse, ...]:
    rules = [Rule(AttachedPolicy(policy), number, each) for number, each in enumerate(policy.statements)]
    actions = {use.request.action_key for use in usage.uses}
    by_action = {key: [rule for rule in rules if speaks_of_action(rule.statement, key)] for key in actions}
    own: dict[int, list[Use]] = {rule.index: [] for rule in rules if not rule.denies}
    used = []
    for use in usage.uses:
        if not _is_asked(document, use.request, usage.account):
            continue
        speaking = [rule for rule in by_action[use.request.action_key] if _speaks(document, rule, use.request)]
        if speaking and not any(rule.denies for rule in speaking):
            used.append(use)
            for rule in speaking:
                own[rule.index].append(use)
    trees = [(tree, tree.statement) for tree in document.statements if tree.number in own]
    return tuple(
        InUse(document, tree, statement, tuple(own[tree.number]), tuple(used), usage)
        for tree, statement in trees
        if statement is not None
    )


def _is_asked(document: Document, request: Request, account: str) -> bool:
    """Whether a policy of the account may be what let a request through. A root user needs none at home."""
    who, at_home = request.principal, request.principal.account == request.resource_account
    if names_principals(document):
        return request.resource_account == account and not (who.of_root and at_home)
    return who.account == account and not who.of_root


def _speaks(document: Document, rule: Rule, request: Request) -> bool:
    """Whether a statement on a request's action speaks of the request."""
    named = not names_principals(document) or rule.how(request.principal) is not How.NOT
    return named and rule.covers(request) and rule.holds(request.context)


# --- what is told -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Worn:
    """An entry of a list, and what may stand in its place: itself where it is in use, nothing, or what of a wildcard was used."""

    text: str
    used: tuple[str, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether it says more than was used."""
        return self.used != (self.text,)


def ticked(texts: Iterable[str]) -> list[str]:
    """Each in backticks."""
    return [f"`{each}`" for each in texts]


def kept(worn: Iterable[Worn]) -> list[str]:
    """The entries that are left."""
    return list(dict.fromkeys(chain.from_iterable(each.used for each in worn)))


def with_kept(document: Document, element: Element, worn: Iterable[Worn]) -> tuple[Edit, ...]:
    """The list of these entries with what is left of them."""
    return (rewritten(document, element, one_or_all(kept(worn))),)


def unused_words(worn: Iterable[Worn], usage: Usage, verb: str = "used") -> str:
    """What was not used, or not written to, and since when: `x and y; of *z all but az`."""
    idle = [each for each in worn if each.is_idle]
    whole = listed(ticked(each.text for each in idle if not each.used))
    parts = [f"of `{each.text}` all but {_few(each.used)}" for each in idle if each.used]
    return f"not {verb} {usage.period}: {'; '.join([*([whole] if whole else []), *parts])}"


def _few(texts: Sequence[str]) -> str:
    return listed(ticked(texts)) if len(texts) <= MOST_TOLD else f"{len(texts)} that the fix names"


def used_notes(named: Iterable[tuple[str, Collection[Use]]]) -> tuple[str, ...]:
    """When each of these was used last; the few that were used last."""
    uses = sorted(((max(use.last for use in some), name) for name, some in named), reverse=True)
    told = [f"`{name}` was last used {date_in_full(last)}" for last, name in uses[:MOST_TOLD]]
    return (*told, *((f"{len(uses) - MOST_TOLD} more were used before",) if len(uses) > MOST_TOLD else ()))


def without_losing_any(found: InUse, title: str, edits: tuple[Edit, ...]) -> tuple[Fix, ...]:
    """The fix, where each logged request that the policy allowed is still allowed; proved where nothing new is."""
    document, old, new = found.document, found.document.policy, patched(found.document, edits).policy
    if old is None or new is None:
        return ()
    is_allowed = allowing((new,), Side.RESOURCE if names_principals(document) else Side.IDENTITY)
    if not all(is_allowed(use.request) for use in found.all):
        return ()
    proved = is_proved(document, lambda asker: asker.narrower(new, old))
    proof = f"nothing is allowed that was not{_logged(found)}" if proved else ""
    return (Fix(title, edits, proof, changes_meaning=True),)


def _logged(found: InUse) -> str:
    count = sum(use.count for use in found.all)
    if not count:
        return "; it allowed no request in that time"
    logged = "the one request" if count == 1 else f"each of the {count:,} requests"
    return f", and {logged} that it allowed in that time still is"
