"""The names in a claim: actions, resources and condition keys, held against what AWS's services have."""

from typing import Final

from gatepost.claims.claim import Claim
from gatepost.claims.errors import ClaimError
from gatepost.claims.words import Word
from gatepost.policy import catalogue
from gatepost.policy.errors import did_you_mean
from gatepost.policy.match import covers_action
from gatepost.policy.values import arn_parts

FROM: Final = "ses:FromAddress"
RECIPIENTS: Final = "ses:Recipients"
FAMILIES: Final = {"send": ("ses:Send*",), "verify": ("ses:Verify*", "ses:CreateEmailIdentity"), "anything": ("*",)}


def actions_meant(word: Word) -> tuple[str, ...]:
    """The actions that a word means; ClaimError for one that no service has."""
    if word.text.lower() in FAMILIES:
        return FAMILIES[word.text.lower()]
    service, colon, name = word.text.partition(":")
    if word.text == "*":
        return ("*",)
    if not colon or not name or not service:
        near = did_you_mean(word.text, tuple(FAMILIES))
        raise ClaimError(f"`{word.text}`: expected an action, such as `ses:Send*`, `send` or `anything`{near}", word.column)
    if service.lower() not in catalogue.services():
        if not catalogue.is_service(service):
            raise ClaimError(f"no service `{service}`{did_you_mean(service, catalogue.services())}", word.column)
        return (word.text,)
    known = tuple(f"{each.service}:{each.name}" for each in catalogue.actions(service.lower()))
    if not any(covers_action(word.text, each.lower()) for each in known):
        raise ClaimError(f"`{word.text}`: {service} has no such action{did_you_mean(word.text, known)}", word.column)
    return (word.text,)


def resource_meant(word: Word) -> str:
    """The resource that a word means: an identity where only its name is given; ClaimError for what is none."""
    kinds = {kind for service in catalogue.services() for each in catalogue.actions(service) for kind in each.resource_types}
    kind, slash, name = word.text.partition("/")
    if word.text == "*" or arn_parts(word.text) is not None or (slash and name and kind in kinds):
        return word.text
    if not slash and ("." in word.text or "@" in word.text):
        return f"identity/{word.text if '@' in word.text else word.text.lower()}"
    near = did_you_mean(kind, tuple(sorted(kinds))) if slash else ""
    raise ClaimError(f"`{word.text}`: expected an identity's name, KIND/NAME, an ARN or `*`{near}", word.column)


def check_key(key: Word) -> None:
    """ClaimError for a condition key that there is not."""
    prefix = key.text.lower().partition(":")[0]
    closed = prefix == "aws" or prefix in catalogue.services()
    if ":" not in key.text or (closed and catalogue.condition_key(key.text) is None):
        near = did_you_mean(key.text, catalogue.key_names())
        raise ClaimError(f"`{key.text}`: expected a condition key, such as `aws:PrincipalTag/team`{near}", key.column)


def check_carried(claim: Claim) -> None:
    """`from` and `to` are about actions of which one at least carries the key."""
    for term in claim.terms:
        if term.key in (FROM, RECIPIENTS):
            covered = (
                each
                for each in catalogue.actions("ses")
                if any(covers_action(pattern, f"ses:{each.name}".lower()) for pattern in claim.actions)
            )
            if not any(term.key in each.condition_keys for each in covered):
                actions = ", ".join(claim.actions)
                raise ClaimError(f"`{term.text}`: none of {actions} carries {term.key}", term.column)
