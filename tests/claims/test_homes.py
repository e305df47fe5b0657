"""The account, partition and region of a question are those that policies and claim name; what is assumed is printed."""

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from gatepost.claims.guardrail import Change, Wanted, breach_of, unknown_principals
from gatepost.claims.household import NOTHING, Household, Resident
from gatepost.claims.prove import Proof, anything, narrower, nothing, prove_always, prove_never
from gatepost.claims.read import read_claim
from gatepost.claims.subject import Subject
from gatepost.policy.decide import decide
from gatepost.policy.match import AttachedPolicy
from gatepost.policy.model import Policy
from gatepost.policy.principal import Principal
from gatepost.policy.read import read_policy
from gatepost.reasoning.questions import Asker
from gatepost.services.access_analyzer.policy_checks import NewAccess, check_new_access

if TYPE_CHECKING:
    from gatepost.claims.claim import Claim

OTHER = "111122223333"
ACCOUNTS = ("111122223333", "444455556666", "123456789012", "*")
REGIONS = ("us-east-1", "eu-west-1", "*")
PARTITIONS = ("aws", "aws", "aws-us-gov")


def identity(account: str = OTHER, region: str = "us-east-1", partition: str = "aws", name: str = "example.com") -> str:
    return f"arn:{partition}:ses:{region}:{account}:identity/{name}"


def policy(*statements: dict[str, Any]) -> Policy:
    return read_policy(text(*statements))


def text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(resource: Any, action: Any = "ses:SendEmail", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(resource: Any, action: Any = "ses:SendEmail", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def never(claim: str, *statements: dict[str, Any], account: str | None = None) -> Proof:
    return prove_never(read_claim(claim), Subject.of([policy(*statements)], account=account))


def always(claim: str, *statements: dict[str, Any]) -> Proof:
    return prove_always(read_claim(claim), Subject.of([policy(*statements)]))


@pytest.mark.parametrize("claim", ["ses:SendEmail from ceo@example.com", "send by anyone", "send on example.com", "anything"])
@pytest.mark.parametrize("where", [identity(), identity(region="eu-west-1"), identity(partition="aws-us-gov")])
def test_what_a_policy_of_any_account_allows_breaks_a_never(claim: str, where: str) -> None:
    proof = never(claim, allow(where))
    assert not proof.holds
    assert {each.request.resource for each in proof.shown} == {where}
    assert proof.assumed == ()


def test_of_several_accounts_each_is_asked() -> None:
    guarded = deny(identity("444455556666"))
    assert not never("send", allow([identity(), identity("444455556666")]), guarded).holds
    assert never("send", allow([identity(), identity("444455556666")]), guarded, deny(identity())).holds
    # An account that no statement names is asked too where an Allow reaches it.
    assert not never(
        "send", allow("*"), guarded, deny(identity(region="*"), "*"), deny(identity("123456789012", "*"), "*")
    ).holds


def test_what_is_assumed_is_said() -> None:
    assert never("send", allow("*")).assumed == (
        "account 123456789012, since the policies name none",
        "partition aws, since the policies name none",
    )
    assert never("send", allow("*"), account=OTHER).assumed == ()


def test_what_holds_because_nothing_is_allowed_says_so_and_why() -> None:
    assert never("send", deny("*")).allows_nothing == "no statement allows anything"
    assert never("send", allow(identity()), account="444455556666").allows_nothing == (
        f"their Allows are on resources of account {OTHER}, and account 444455556666 is asked"
    )
    assert "a Deny or a condition" in never("send", allow(identity()), deny("*", "*")).allows_nothing
    assert never("ses:DeleteIdentity", allow(identity())).allows_nothing == ""


def test_nothing_and_anything_are_asked_in_the_account_of_the_policy() -> None:
    subject = Subject.of([policy(allow(identity()))])
    assert anything(subject).holds
    assert not nothing(subject).holds


def test_what_must_be_allowed_is_asked_in_the_regions_that_the_allows_name() -> None:
    claim = "ses:SendEmail from bob@example.com on example.com"
    assert always(claim, allow(identity())).holds
    assert always(claim, allow(identity()), allow("*", "ses:ListIdentities")).holds
    assert not always(claim, allow([identity(), identity(region="eu-west-1")]), deny(identity(region="eu-west-1"))).holds
    assert always(claim, allow(identity(), Condition={"StringEquals": {"ses:FromAddress": "bob@example.com"}})).holds


# --- guardrails ---------------------------------------------------------------------------------------------------------


def household(*statements: dict[str, Any]) -> Household:
    user = Principal.of(f"arn:aws:iam::{OTHER}:user/intern")
    own = NOTHING if not statements else type(NOTHING)(text(*statements), (AttachedPolicy(policy(*statements)),))
    keys = {"aws:resourceaccount": OTHER, "aws:viaawsservice": "false"}
    known = {"aws:principalarn": user.arn, "aws:username": "intern", "aws:principalaccount": OTHER, "aws:userid": "AIDA"}
    return Household(OTHER, {}, keys, keys, None, None, (Resident(user, known, own),), ())


def breaks(claim: str, *statements: dict[str, Any]) -> bool:
    return breach_of(Wanted("g", "never", claim), Change(None, household(*statements), ())) is not None


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-south-1"])
def test_a_guardrail_on_a_name_guards_the_identity_in_every_region(region: str) -> None:
    assert breaks("send on example.com", allow(identity(region=region)))
    assert not breaks("send on example.com", allow(identity(region=region, name="example.org")))


def test_a_guardrail_tells_the_principals_that_do_not_exist() -> None:
    wanted = Wanted("g", "never", "send unless user/intern, role/nobody")
    assert unknown_principals(wanted, household()) == ("role/nobody",)


# --- all ways of asking agree -------------------------------------------------------------------------------------------


def random_policy(chance: random.Random) -> str:
    """A policy of random accounts, regions and partitions, now and then with a Deny or a condition."""

    def place() -> str:
        name = chance.choice(("example.com", "example.org", "*"))
        return identity(chance.choice(ACCOUNTS), chance.choice(REGIONS), chance.choice(PARTITIONS), name)

    def statement() -> dict[str, Any]:
        where = "*" if chance.random() < 0.1 else [place() for _ in range(chance.randint(1, 2))]
        action = chance.choice(("ses:SendEmail", "ses:Send*", ["ses:SendEmail", "ses:DeleteIdentity"], "ses:*"))
        more: dict[str, Any] = {}
        if chance.random() < 0.4:
            operator = chance.choice(("StringEquals", "StringLike", "StringNotEquals"))
            more = {"Condition": {operator: {"ses:FromAddress": chance.choice(("ceo@example.com", "bob@example.com"))}}}
        return (deny if chance.random() < 0.25 else allow)(where, action, **more)

    return text(*(statement() for _ in range(chance.randint(1, 3))))


def agree(seed: int) -> None:
    """prove, diff, CheckNoNewAccess and decide say the same of a pair of policies."""
    chance = random.Random(seed)  # noqa: S311 -- examples, no secrets
    old, new = random_policy(chance), random_policy(chance)
    before, after = read_policy(old), read_policy(new)
    gains = Asker().allows_more(before, after)
    proof = narrower(Subject.of([after]), Subject.of([before]))
    assert proof.holds is (gains is None), (old, new)
    check = check_new_access(NewAccess(new, old, "IDENTITY_POLICY"))
    assert (check["result"] == "PASS") is proof.holds, (old, new)
    for each in proof.shown:
        assert decide(each.request, each.policies).allowed
    whole = Subject.of([after])
    assert nothing(whole).holds is (Asker().allows_anything(after) is None), new
    claim: Claim = read_claim("ses:SendEmail from ceo@example.com on example.com")
    forbidden = prove_never(claim, whole)
    assert not (nothing(whole).holds and not forbidden.holds)
    for account in ACCOUNTS[:3]:
        there = prove_never(claim, Subject.of([after], account=account))
        assert there.holds or not forbidden.holds, (new, account)


@pytest.mark.parametrize("seed", range(25))
def test_all_ways_of_asking_agree_on_random_policies(seed: int) -> None:
    agree(seed)


@pytest.mark.long
def test_all_ways_of_asking_agree_on_two_thousand_random_pairs() -> None:
    for seed in range(2000):
        agree(seed)
