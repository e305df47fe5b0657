"""Actions and principals in classes: no statement tells a request's own from all of those that stand for it."""

from random import Random

import pytest

from gatepost.policy.match import AttachedPolicy, How, Rule
from gatepost.policy.model import Effect, Policy, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.principal import Principal
from gatepost.reasoning.choices import carriers, classes, known_actions, principals
from gatepost.reasoning.undecidable import Undecidable

OURS, THEIRS, SESSION = "arn:aws:iam::111122223333:", "arn:aws:iam::222233334444:", "arn:aws:sts::111122223333:"
NAMED = (
    OURS + "user/ann", OURS + "user/bob", OURS + "role/m", OURS + "role/path/m", OURS + "root", "111122223333", "222233334444",
    THEIRS + "user/ann", SESSION + "assumed-role/m/one", SESSION + "federated-user/f", "*",
)  # fmt: skip
CALLERS = (
    *map(Principal.of, NAMED),
    Principal.of(SESSION + "assumed-role/m/one", role_arn=OURS + "role/path/m"),
    Principal.of(SESSION + "assumed-role/m/two"),
    Principal.of(SESSION + "assumed-role/other/one"),
    Principal.of(SESSION + "federated-user/f", user_arn=OURS + "user/ann"),
    Principal.of(SESSION + "federated-user/f", user_arn=OURS + "user/somebody"),
    Principal.of(SESSION + "federated-user/g", user_arn=OURS + "user/bob"),
    Principal.of(SESSION + "federated-user/f", user_arn=OURS + "root"),
    Principal.of(THEIRS + "user/somebody"),
    Principal.of("arn:aws:iam::999999999999:role/m"),
    Principal.of("ses.amazonaws.com"),
    Principal.of(OURS + "saml-provider/x"),
)


def named(callers: tuple[Principal, ...], rules: list[Rule]) -> set[tuple[bool, ...]]:
    return {tuple(rule.how(caller) is not How.NOT for rule in rules) for caller in callers}


@pytest.mark.parametrize("seed", range(200))
def test_each_caller_has_one_that_stands_for_it(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    statements = []
    for _ in range(rng.randint(1, 3)):
        entries = tuple(PrincipalEntry(PrincipalType.AWS, value) for value in rng.sample(NAMED, rng.randint(1, 3)))
        effect = rng.choice((Effect.ALLOW, Effect.DENY))
        but = rng.random() < 0.5
        statements.append(Statement(effect, principals=None if but else entries, not_principals=entries if but else None))
    rules = [Rule(AttachedPolicy(Policy(())), at, statement) for at, statement in enumerate(statements)]
    assert named(CALLERS, rules) <= named(principals(statements), rules)


@pytest.mark.parametrize("name", ["someone-else", "ann"])
def test_a_stranger_is_called_as_nobody_who_is_named(name: str) -> None:
    statement = Statement(Effect.ALLOW, principals=(PrincipalEntry(PrincipalType.AWS, f"{OURS}user/{name}"),))
    users = [each for each in principals([statement]) if each.arn.startswith(OURS + "user/")]
    assert len(users) == 2


def test_a_unique_id_is_not_decided() -> None:
    entry = PrincipalEntry(PrincipalType.AWS, "AIDACKCEVSQ6C2EXAMPLE")
    with pytest.raises(Undecidable, match="decided for ARNs, accounts and services"):
        principals([Statement(Effect.ALLOW, principals=(entry,))])


def test_classes_are_the_coarsest_division() -> None:
    assert sorted(classes((0b0011, 0b0110), 0b1111)) == [0b0001, 0b0010, 0b0100, 0b1000]
    assert sorted(classes((0b0011, 0b1100, 0b0011), 0b1111)) == [0b0011, 0b1100]


def test_a_bulk_send_carries_no_from_address() -> None:
    carried = carriers("ses:fromaddress")
    assert carried is not None
    assert carried >> known_actions().index("ses:SendEmail") & 1
    assert not carried >> known_actions().index("ses:SendBulkEmail") & 1
    assert carriers("aws:sourceip") is None
