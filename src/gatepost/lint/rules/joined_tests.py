"""The rule on a Deny whose tests are joined by "and" where "or" is meant: it takes every demand to fail.

"Deny what comes from elsewhere, and what comes unencrypted" is two statements. In one, the Deny works only where both are so.
Whether that is wrong depends on what its author meant, but for TLS: nobody demands it from strangers alone. Other pairs are a
suggestion to look. Tests of one kind belong together (an address, a network, an endpoint: "from none of ours"), and so do exceptions
(`aws:ViaAWSService`, `aws:PrincipalArn`). The same of dates is the rule on inverted windows.
Source: IAM User Guide, "Conditions with multiple context keys or values".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from gatepost.lint.document import ConditionTree, Document, StatementTree
from gatepost.lint.examples import allow, deny, policy, when
from gatepost.lint.finding import Fix, Severity, Witness
from gatepost.lint.patch import free_sid, in_place_of, patched, value_of
from gatepost.lint.reach import claim, in_force, is_proved, part, shown, somebody, undenied
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.model import Condition, Effect, Statement
from gatepost.policy.operators import COMPARISONS, NULL

OFFICE: Final = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
PLAIN: Final = when("Bool", "aws:SecureTransport", "false")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a Deny may demand. `unmet` says of a request that it does not meet it; `name` ends the Sid of a statement of its own."""

    name: str
    unmet: str


TLS: Final = Demand("Tls", "it comes unencrypted")
NETWORK: Final = Demand("Network", "it comes from elsewhere")
MFA: Final = Demand("Mfa", "there was no second factor")
SENDER: Final = Demand("Sender", "its From address is another")
RECIPIENT: Final = Demand("Recipients", "a recipient is another")
CALLER: Final = Demand("Caller", "its caller is of elsewhere")
REGION: Final = Demand("Region", "it is made in another region")
ENCRYPTION: Final = Demand("Encryption", "it stores without the encryption")
NEGATED: Final[Mapping[str, Demand]] = {
    "aws:sourceip": NETWORK, "aws:vpcsourceip": NETWORK, "aws:sourcevpc": NETWORK, "aws:sourcevpce": NETWORK,
    "aws:principalorgid": CALLER, "aws:principalorgpaths": CALLER, "aws:principalaccount": CALLER, "aws:requestedregion": REGION,
    "ses:fromaddress": SENDER, "ses:recipients": RECIPIENT, "s3:x-amz-server-side-encryption": ENCRYPTION,
}  # fmt: skip
FALSE: Final = {"aws:securetransport": TLS, "aws:multifactorauthpresent": MFA}
BEYOND: Final = {("NumericLessThan", "s3:tlsversion"): TLS, ("NumericGreaterThan", "aws:multifactorauthage"): MFA}
PERHAPS: Final = (NETWORK, MFA, SENDER, RECIPIENT)  # two of these may be meant as they are


@rule(
    "GP_DENY_TESTS_JOINED",
    Severity.WARNING,
    bad=policy(allow(), deny(Action="*", Condition={**OFFICE, **PLAIN})),
    good=policy(allow(), deny(Action="*", Condition=OFFICE), deny(Action="*", Condition=PLAIN)),
    solved=True,
)
def deny_tests_joined(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A Deny with two demands denies only what meets neither.

    All conditions of a statement must hold at once. "Not from the office" and "not over TLS" hold together only of what comes
    unencrypted from elsewhere, so the same Deny lets strangers in who use TLS. To demand both takes a statement for each; then what
    fails one of them is denied.

    Where "neither" is meant (a second factor is demanded outside of the office alone), it is right as it is: such pairs are a
    suggestion. Addresses, networks and endpoints beside each other are one demand, and `aws:ViaAWSService` or `aws:PrincipalArn` an
    exception to it.
    """
    for tree in document.statements:
        statement = tree.statement
        if statement is None or statement.effect is not Effect.DENY:
            continue
        tests = _by_demand(tree)
        demands = tuple(tests)
        if len(demands) < 2 or not (TLS in demands or all(each in PERHAPS for each in demands)):
            continue
        witnesses = tuple(_passing(document, statement, tests))
        if witnesses:
            where = tree.elements["Condition"]
            both = " and ".join(each.unmet for each in demands)
            yield Hit(
                where.key or where.at,
                f"all tests must hold at once: {tree.name} denies only where {both}, and lets pass where only one of these is so",
                witnesses,
                _apart(document, tree, tests),
                severity=None if TLS in demands else Severity.SUGGESTION,
            )


Tests = Mapping[Demand, tuple[tuple[ConditionTree, Condition], ...]]


def _by_demand(tree: StatementTree) -> Tests:
    found: dict[Demand, tuple[tuple[ConditionTree, Condition], ...]] = {}
    for pair, condition in tree.read_conditions():
        demand = _demand(condition)
        if demand is not None:
            found[demand] = (*found.get(demand, ()), (pair, condition))
    return found


def _demand(condition: Condition) -> Demand | None:
    """What a condition says of a request that does not meet a demand; None where it is no such condition."""
    key, operator = condition.key.lower(), condition.operator
    if operator.base == NULL or operator.qualifier == "ForAllValues":
        return None
    if operator.base == "Bool":
        return FALSE.get(key) if [each.lower() for each in condition.values] == ["false"] else None
    if COMPARISONS[operator.base].negated:
        return NEGATED.get(key)
    return BEYOND.get((operator.base.removesuffix("Equals"), key))


def _passing(document: Document, statement: Statement, tests: Tests) -> Iterator[Witness]:
    """For each demand a request that fails it and is allowed, where there is one: it meets another."""
    for demand in tests:
        alone = replace(claim(statement), conditions=_without(statement, tests, demand))
        request = somebody(document).overlap(in_force(document), part(document, alone))
        yield from shown(request, f"allowed, though {demand.unmet}")


def _without(statement: Statement, tests: Tests, kept: Demand) -> tuple[Condition, ...]:
    """The conditions of a statement but for the tests of other demands than one."""
    others = [condition for demand, pairs in tests.items() if demand is not kept for _, condition in pairs]
    return tuple(each for each in statement.conditions if not any(each is other for other in others))


def _apart(document: Document, tree: StatementTree, tests: Tests) -> tuple[Fix, ...]:
    """A statement for each demand."""
    edits = (in_place_of(document, tree, *(_alone(document, tree, tests, demand) for demand in tests)),)
    fixed = patched(document, edits).policy
    if fixed is None or tree.statement is None:
        return ()
    old, new = tree.statement, fixed.statements[tree.number : tree.number + len(tests)]
    meant = [replace(old, conditions=_without(old, tests, demand)) for demand in tests]
    wider = is_proved(document, lambda asker: asker.narrower(undenied(document, *new), undenied(document, old)))
    each = is_proved(document, lambda asker: asker.equivalent(undenied(document, *new), undenied(document, *meant)))
    proof = "it denies all that it denied, and whatever fails one of these demands" if wider and each else ""
    return (Fix("deny each in a statement of its own", edits, proof, changes_meaning=True),)


def _alone(document: Document, tree: StatementTree, tests: Tests, kept: Demand) -> dict[str, Any]:
    value: dict[str, Any] = value_of(document, tree.element)
    for demand, pairs in tests.items():
        for pair, _ in pairs if demand is not kept else ():
            value["Condition"][pair.operator].pop(pair.key)
    value["Condition"] = {operator: keys for operator, keys in value["Condition"].items() if keys}
    if "Sid" in value and kept is not next(iter(tests)):
        value["Sid"] = free_sid(document, f"{value['Sid']}{kept.name}")
    return value
