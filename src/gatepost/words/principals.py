"""Whom a statement names, in words.

Source: IAM User Guide, "AWS JSON policy elements: Principal", "… NotPrincipal".
"""

from typing import Final

from gatepost.policy.model import Effect, PrincipalEntry, PrincipalType, Statement
from gatepost.policy.principal import Principal, PrincipalKind
from gatepost.words.listing import listed

HOLDER: Final = "whoever has this policy"
EVERYBODY: Final = (
    "Everybody (*) is not only your account: it is whoever is in the resource's own account, by this statement alone, and of every "
    "other account on earth whomever that account allows it."
)
WHOLE: Final = "An account as a whole is whomever its own policies allow it: its administrators decide."
SPARED: Final = (
    "NotPrincipal spares a caller only where it is listed whole: the user and its account, of a session also the role; "
    "and nobody who has a permissions boundary."
)


def principals_words(statement: Statement) -> str:
    """Whom a statement allows or forbids something; without a principal, whoever has the policy."""
    effect = statement.effect
    if statement.principals is not None:
        return listed([_entry(each, effect) for each in statement.principals]) or "nobody"
    if statement.not_principals is not None:
        return _everybody_except(statement.not_principals, effect)
    return HOLDER


def principals_notes(statement: Statement) -> tuple[str, ...]:
    """What surprises of whom a statement names."""
    if statement.effect is Effect.DENY:
        return () if statement.not_principals is None else (SPARED,)
    entries = statement.principals or ()
    notes = []
    if any(entry.type is PrincipalType.AWS and entry.value == "*" for entry in entries):
        notes.append(EVERYBODY)
    if any(entry.type is PrincipalType.AWS and _is_whole_account(entry.value) for entry in entries):
        notes.append(WHOLE)
    return tuple(notes)


def _everybody_except(entries: tuple[PrincipalEntry, ...], effect: Effect) -> str:
    if any(entry.type is PrincipalType.AWS and entry.value == "*" for entry in entries):
        return "nobody (everybody except everybody, *)"
    # Whoever is listed is meant itself, not what its account allows.
    listed_ones = listed([_entry(each, Effect.DENY) for each in entries]) or "nobody"
    if effect is Effect.ALLOW:
        return f"everybody on earth except {listed_ones}, if their own account does too,"
    return f"everybody except {listed_ones}"


def _entry(entry: PrincipalEntry, effect: Effect) -> str:
    match entry.type:
        case PrincipalType.AWS:
            return _aws(entry.value, effect)
        case PrincipalType.SERVICE:
            return "every AWS service (*)" if entry.value == "*" else f"the service {entry.value}"
        case PrincipalType.FEDERATED:
            return f"whoever {entry.value} vouches for"
        case PrincipalType.CANONICAL_USER:
            return f"the canonical user {entry.value} (of S3 alone, so nobody here)"


def _aws(text: str, effect: Effect) -> str:
    if text == "*":
        if effect is Effect.DENY:
            return "everybody (*)"
        return "everybody on earth (*), if their own account does too,"
    try:
        principal = Principal.of(text)
    except ValueError:
        return f"whoever has the unique ID {text}" if text.isalnum() else f"`{text}`, who is no principal"
    partition = principal.arn.split(":")[1]
    of = f"account {principal.account}{'' if partition == 'aws' else f' of {partition}'}"
    match principal.kind:
        case PrincipalKind.ROOT:
            return f"everybody of {of}" if effect is Effect.DENY else f"{of} as a whole"
        case PrincipalKind.ROLE:
            return f"{_name(text)} of {of} (any session of it)"
        case PrincipalKind.ASSUMED_ROLE | PrincipalKind.USER | PrincipalKind.FEDERATED_USER:
            return f"{_name(text)} of {of}"
        case PrincipalKind.SERVICE | PrincipalKind.FEDERATED | PrincipalKind.ANONYMOUS:
            return f"`{text}`, which is no account, user or role"


def _is_whole_account(text: str) -> bool:
    try:
        return Principal.of(text).kind is PrincipalKind.ROOT
    except ValueError:
        return False


def _name(arn: str) -> str:
    return arn.split(":", 5)[-1]
