"""What a statement allows or forbids, in words: families of actions by what they do, patterns with how much they cover."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from gatepost.policy.catalogue import actions, services
from gatepost.policy.match import covers_action
from gatepost.policy.model import Effect, Statement
from gatepost.reasoning.choices import known_actions, spoken_of
from gatepost.words.listing import counted, listed

TITLES: Final = {
    "ses": "SES", "iam": "IAM", "sts": "STS", "sns": "SNS", "cloudtrail": "CloudTrail", "organizations": "Organizations",
    "access-analyzer": "Access Analyzer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Family:
    """Actions of SES that do the same for whoever reads a policy: `does` is a phrase after "may"."""

    does: str
    patterns: tuple[str, ...]

    def members(self) -> frozenset[str]:
        """The known actions of the family."""
        return frozenset(name for pattern in self.patterns for name in covered_by(pattern))


SENDING: Final = Family("send mail", ("ses:Send*",))
FAMILIES: Final = (
    SENDING,
    Family(
        "verify addresses and domains",
        ("ses:VerifyEmailIdentity", "ses:VerifyDomainIdentity", "ses:VerifyEmailAddress", "ses:VerifyDomainDkim",
         "ses:CreateEmailIdentity"),
    ),
    Family(
        "change the policies of identities",
        ("ses:PutIdentityPolicy", "ses:DeleteIdentityPolicy", "ses:CreateEmailIdentityPolicy", "ses:UpdateEmailIdentityPolicy",
         "ses:DeleteEmailIdentityPolicy"),
    ),
    Family("read the policies of identities", ("ses:GetIdentityPolicies", "ses:ListIdentityPolicies", "ses:GetEmailIdentityPolicies")),
    Family(
        "read sending statistics and quotas",
        ("ses:GetSendStatistics", "ses:GetSendQuota", "ses:BatchGetMetricData", "ses:GetDomainStatisticsReport"),
    ),
)  # fmt: skip
# The actions that send, the usual ones first, and what goes by them where their names do not say it.
SENDING_TOLD: Final = {
    "ses:SendEmail": "",
    "ses:SendRawEmail": "raw messages, and all that comes by SMTP",
    "ses:SendTemplatedEmail": "",
    "ses:SendBulkEmail": "",
    "ses:SendBulkTemplatedEmail": "",
    "ses:SendCustomVerificationEmail": "",
    "ses:SendBounce": "",
}


@cache
def covered_by(pattern: str) -> tuple[str, ...]:
    """The known actions that an entry of `Action` covers."""
    return tuple(name for name in known_actions() if covers_action(pattern, name.lower()))


def is_unknown(pattern: str) -> bool:
    """Whether an entry of `Action` names a service that is known in full, and covers none of its actions."""
    return pattern.partition(":")[0].lower() in services() and not covered_by(pattern)


def covered_actions(statement: Statement) -> tuple[str, ...]:
    """The known actions of which a statement speaks."""
    mask = spoken_of(statement)
    return tuple(name for at, name in enumerate(known_actions()) if mask >> at & 1)


def actions_words(statement: Statement) -> str:
    """`send mail (ses:SendEmail, ses:SendRawEmail) and call iam:GetUser`."""
    if statement.not_actions is not None:
        return f"do everything except {listed([_with_count(each) for each in statement.not_actions])}"
    entries = statement.actions or ()
    if not entries:
        return "do nothing"
    phrases = [_everything(each) for each in entries if _is_everything(each)]
    left = [each for each in entries if not _is_everything(each)]
    for family in FAMILIES:
        of_family = [each for each in left if (covered := covered_by(each)) and family.members().issuperset(covered)]
        if of_family:
            phrases.append(f"{family.does} ({_with_counts(of_family)})")
            left = [each for each in left if each not in of_family]
    if left:
        phrases.append(f"call {listed([_with_count(each) for each in left])}")
    return listed(phrases)


def actions_notes(statement: Statement) -> tuple[str, ...]:
    """What a statement covers beside what one reads."""
    if statement.not_actions is None:
        return ()
    known = counted(len(covered_actions(statement)), "known action")
    of = listed(list(TITLES.values()))
    return (f"NotAction covers every action that is not listed: {known} of {of}, and all of every other service.",)


def sending_notes(statements: Iterable[Statement]) -> tuple[str, ...]:
    """What of sending the Allows of a policy leave out, and what its Denies do, where they speak of some of it."""
    notes = []
    every = tuple(statements)
    for effect, verb in ((Effect.ALLOW, "allows"), (Effect.DENY, "forbids")):
        covered = {name for each in every if each.effect is effect for name in covered_actions(each)}
        missing = [name for name in SENDING_TOLD if name not in covered]
        if missing and len(missing) < len(SENDING_TOLD):
            told = [f"{name}{f' ({SENDING_TOLD[name]})' if SENDING_TOLD[name] else ''}" for name in missing]
            notes.append(f"Of sending, nothing here {verb} {listed(told, 'or')}.")
    return tuple(notes)


def _is_everything(pattern: str) -> bool:
    return pattern == "*" or pattern.endswith(":*")


def _everything(pattern: str) -> str:
    if pattern == "*":
        return "do everything in every service (*)"
    service = pattern.partition(":")[0]
    return f"do everything in {TITLES.get(service.lower(), service)} ({_counted(pattern)})"


def _with_counts(patterns: Sequence[str]) -> str:
    return ", ".join(map(_counted, patterns))


def _with_count(pattern: str) -> str:
    count = _count(pattern)
    return f"{pattern} ({count})" if count else pattern


def _counted(pattern: str) -> str:
    count = _count(pattern)
    return f"{pattern}: {count}" if count else pattern


def _count(pattern: str) -> str:
    """How much a pattern covers; nothing for the name of a known action, or of a service that is not known in full."""
    service = pattern.partition(":")[0].lower()
    if pattern == "*":
        return "every action"
    if service not in services():
        return ""
    covered = covered_by(pattern)
    if not ("*" in pattern or "?" in pattern):
        return "" if covered else "which is no known action"
    whole = "all " if len(covered) == len(actions(service)) or set(covered) == SENDING.members() else ""
    return f"{whole}{counted(len(covered), 'known action')}" if covered else "no known action"
