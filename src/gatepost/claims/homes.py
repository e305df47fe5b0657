"""Where a question is asked: the accounts, partitions and regions that the policies and the claim name.

Theory, in numbered rules:

1.  An account that is stated is the only one asked. Else a resource policy's account is that of its resources, and a known caller's is
    its own; else each account that the policies or the claim name is asked.
2.  Where an Allow reaches resources of any account, or no account is named, one more account stands for all that are not named. That
    is an assumption, and is printed.
3.  A claim on an identity's name means the identity in every region, unless a region is stated. What must be allowed is asked in the
    regions that the Allows name, since nobody asks for access to regions of which the policies do not speak.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gatepost.claims.described import speaks_of_claimed
from gatepost.claims.who import Home
from gatepost.policy.model import Effect, Statement
from gatepost.policy.offline import DEFAULT_ACCOUNT, PARTITION
from gatepost.policy.principal import is_account
from gatepost.policy.values import arn_parts

if TYPE_CHECKING:
    from gatepost.claims.claim import Claim
    from gatepost.claims.subject import Subject

STAND_INS: Final = (DEFAULT_ACCOUNT, "210987654321", *(f"{number:012}" for number in range(100000000001, 100000000200)))
ACCOUNT_KEYS: Final = ("aws:resourceaccount",)
CALLER_KEYS: Final = ("aws:principalaccount", "aws:principalarn", "aws:sourceaccount")
Parts = tuple[str, str, str]  # partition, region, account of a resource's pattern


@dataclass(frozen=True, slots=True)
class Homes:
    """The homes in which a question is asked, and in words what is assumed about them."""

    each: tuple[Home, ...]
    assumed: tuple[str, ...] = ()


def homes_of(subjects: "tuple[Subject, ...]", claim: "Claim | None" = None) -> Homes:
    """The homes for a question about all requests: of these policies together, and a claim."""
    first = subjects[0]
    statements = tuple(rule.statement for each in subjects for _, layer in each.policies.layers() for rule in layer.rules)
    partitions, _, accounts = _named((*map(_parts, _patterns(statements)), *_claimed(claim)))
    granted = tuple(each for subject in subjects for each in subject.granting if each.effect is Effect.ALLOW)
    stated = _stated(subjects)
    if stated:
        return Homes(_product(first.home, partitions or _of_caller(first), stated, (first.home.region,)))
    accounts = tuple(dict.fromkeys((*accounts, *_compared(statements, first))))
    if accounts and not any(_is_open(each) for each in granted):
        return Homes(_product(first.home, partitions, accounts, (first.home.region,)))
    stand_in = next(each for each in STAND_INS if each not in accounts)
    homes = _product(first.home, partitions, (*accounts, stand_in), (first.home.region,))
    return Homes(homes, tuple(_assumed(stand_in, accounts, partitions)))


def homes_granted(subject: "Subject", claim: "Claim") -> Homes:
    """The homes for what must be allowed: those of which the Allows speak that are about the claim's actions."""
    whole = homes_of((subject,), claim)
    speaking = tuple(
        each for each in subject.granting if each.effect is Effect.ALLOW and speaks_of_claimed(claim.actions, each)
    )
    found = tuple(map(_parts, _patterns(speaking)))
    partitions, regions, accounts = _named((*found, *_claimed(claim)))
    if any(each.not_resources is not None for each in speaking) or any(not _is_literal(region) for _, region, _ in found):
        regions = ()
    if subject.home.region is not None:
        regions = (subject.home.region,)
    stated = _stated((subject,))
    if stated or accounts:
        homes = _product(subject.home, partitions or _of_caller(subject), stated or accounts, regions or (None,))
        return Homes(homes)
    account = next(iter(whole.each)).account
    assumed = _assumed(account, (), partitions) if whole.assumed and account in STAND_INS else ()
    return Homes(_product(subject.home, partitions, (account,), regions or (None,)), tuple(assumed))


def _assumed(stand_in: str, accounts: tuple[str, ...], partitions: tuple[str, ...]) -> Iterator[str]:
    if accounts:
        yield f"account {stand_in} stands for every account that is not named"
    else:
        yield f"account {stand_in}, since the policies name none"
    if not partitions:
        yield f"partition {PARTITION}, since the policies name none"


def _product(
    home: Home, partitions: Iterable[str], accounts: Iterable[str], regions: tuple[str | None, ...]
) -> tuple[Home, ...]:
    partitions = tuple(partitions) or (PARTITION,)
    return tuple(
        replace(home, account=account, partition=partition, region=region)
        for account in accounts
        for partition in partitions
        for region in regions
    )


def _stated(subjects: "tuple[Subject, ...]") -> tuple[str, ...]:
    """The account that a person has stated, or that a caller who is known and resource policies settle (rule 1)."""
    first = subjects[0]
    if first.is_at_home:
        return (first.home.account,)
    if first.caller is None or first.caller_name is not None or first.caller.account is None or first.of_resource_alone:
        return ()
    own = tuple(each for policy in first.given.resource for each in policy.policy.statements)
    _, _, accounts = _named(map(_parts, _patterns(own)))
    return accounts or (first.caller.account,)


def _of_caller(subject: "Subject") -> tuple[str, ...]:
    parts = None if subject.caller is None else arn_parts(subject.caller.arn)
    return () if parts is None else (parts[1],)


def _patterns(statements: Iterable[Statement]) -> Iterator[str]:
    for each in statements:
        yield from each.resources or ()
        yield from each.not_resources or ()


def _claimed(claim: "Claim | None") -> Iterator[Parts]:
    if claim is not None:
        yield from (_parts(each) for each in claim.resources if arn_parts(each) is not None)


def _parts(pattern: str) -> Parts:
    parts = arn_parts(pattern)
    return ("*", "*", "*") if parts is None else (parts[1], parts[3], parts[4])


def _named(found: Iterable[Parts]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The partitions, regions and accounts that are named without wildcards."""
    found = tuple(found)
    partitions, regions = (tuple(dict.fromkeys(each[at] for each in found if _is_literal(each[at]))) for at in (0, 1))
    return partitions, regions, tuple(dict.fromkeys(each[2] for each in found if is_account(each[2])))


def _is_literal(part: str) -> bool:
    return bool(part) and not any(letter in part for letter in "*?$")


def _is_open(statement: Statement) -> bool:
    """Whether an Allow reaches resources of accounts that it does not name."""
    patterns = statement.resources or ()
    return statement.not_resources is not None or any(not is_account(_parts(each)[2]) for each in patterns)


def _compared(statements: Iterable[Statement], subject: "Subject") -> Iterator[str]:
    """The accounts with which conditions compare the resource's, and (where policies are a caller's own) the caller's."""
    keys = ACCOUNT_KEYS if subject.of_resource_alone else (*ACCOUNT_KEYS, *CALLER_KEYS)
    for statement in statements:
        for condition in statement.conditions:
            for value in condition.values if condition.key.lower() in keys else ():
                account = value if is_account(value) else _parts(value)[2]
                if is_account(account):
                    yield account
