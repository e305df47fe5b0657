"""Rules on what a condition key is worth: of how many values it is, who writes it, and what it needs beside it.

Source: IAM User Guide, "AWS global condition context keys", "Single-valued vs. multivalued context keys".
"""

from collections.abc import Iterator
from typing import Final

from gatepost.lint.arns import read_arn
from gatepost.lint.document import Document, StatementTree
from gatepost.lint.edits import with_operator
from gatepost.lint.examples import allow, deny, grant, policy, when
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.principals import names_services_alone
from gatepost.lint.setting import Setting
from gatepost.policy import catalogue
from gatepost.policy.read import PolicyKind

PAIRS: Final = {"aws:vpcsourceip": ("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn")}
OF_THE_RESOURCE: Final = ("aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths")
FREE_TEXT: Final = {"aws:useragent": "`User-Agent`", "aws:referer": "`Referer`"}


@rule(
    "MISSING_QUALIFIER",
    Severity.ERROR,
    bad=policy(allow(Condition=when("StringLike", "ses:Recipients", "*@example.com"))),
    good=policy(allow(Condition=when("ForAllValues:StringLike", "ses:Recipients", "*@example.com"))),
    of_aws=True,
)
def missing_qualifier(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A key of several values, compared as if it had one.

    `ses:Recipients` is every address in To, Cc and Bcc. Without `ForAllValues:` or `ForAnyValue:` the condition holds of no
    message, not even of one with a single recipient. In an Allow write `ForAllValues:` (all of them must be on the list), in a Deny
    `ForAnyValue:` (one that matches is enough).
    """
    for statement, condition in document.conditions():
        operator = condition.read_operator
        if operator is None or condition.comparison is None or operator.qualifier is not None:
            continue
        if catalogue.is_multivalued(condition.key.lower()):
            qualified = f"{'ForAnyValue' if statement.effect == 'Deny' else 'ForAllValues'}:{condition.operator}"
            message = f"`{condition.key}` has several values; write `{qualified}`"
            yield Hit(condition.key_at, message, fixes=with_operator(statement, condition, qualified))


@rule(
    "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Condition=when("ForAllValues:StringLike", "ses:FromAddress", "*@example.com"))),
    good=policy(allow(Condition=when("StringLike", "ses:FromAddress", "*@example.com"))),
    of_aws=True,
)
def forallvalues_with_single_valued_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """`ForAllValues` on a key of one value also holds where the key is missing.

    "All of none" is true: a request that does not carry the key at all passes. The prefix is for keys of several values; leave it
    out.
    """
    for statement, condition in document.conditions():
        operator = condition.read_operator
        if operator is None or operator.qualifier != "ForAllValues" or not catalogue.is_single_valued(condition.key.lower()):
            continue
        if condition.key.lower().endswith(":aud"):
            continue  # said of audiences by the rules on tokens
        plain = condition.operator.removeprefix("ForAllValues:")
        message = f"`{condition.key}` is one value, and `ForAllValues` also holds where it is missing; write `{plain}`"
        yield Hit(condition.key_at, message, fixes=with_operator(statement, condition, plain))


# --- what a key is worth --------------------------------------------------------------------------------------------------


@rule(
    "UNTRUSTWORTHY_CONDITION_KEY",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Condition=when("StringLike", "aws:UserAgent", "newsletter/*"))),
    good=policy(allow(Condition=when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))),
    of_aws=True,
)
def untrustworthy_condition_key(document: Document, _setting: Setting) -> Iterator[Hit]:
    """What this key compares, the caller writes.

    Whoever knows the policy sends the header that it asks for. It may keep out accidents, never an attacker: bind the source
    address, the principal or a tag. Not reported where services alone are principals: what a service calls with, it writes itself.
    """
    for statement, condition in document.conditions():
        header = FREE_TEXT.get(condition.key.lower())
        if header is not None and not names_services_alone(statement):
            yield Hit(condition.key_at, f"`{condition.key}` is the header {header}, which every caller writes at will")


@rule(
    "MISSING_PAIRED_CONDITION_KEYS",
    Severity.SECURITY_WARNING,
    bad=policy(allow(Condition=when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/16"))),
    good=policy(
        allow(
            Condition={
                **when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/16"),
                **when("StringEquals", "aws:SourceVpc", "vpc-1a2b3c4d"),
            }
        )
    ),
    of_aws=True,
)
def missing_paired_condition_keys(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A private address without the network that it is private to.

    `10.0.0.5` exists in every network: anybody can take that address in one of their own. Say which network with `aws:SourceVpc`.
    """
    for statement, condition in document.conditions():
        pair = PAIRS.get(condition.key.lower())
        if pair is not None and not any(key in pair for key in _keys(statement)):
            yield Hit(condition.key_at, f"`{condition.key}` alone means that address in any network; add `aws:SourceVpc`")


@rule(
    "IRRELEVANT_CONDITION_KEY_IN_POLICY",
    Severity.SUGGESTION,
    bad=policy(grant(Condition=when("StringEquals", "aws:ResourceAccount", "111122223333"))),
    good=policy(grant(Condition=when("StringEquals", "aws:PrincipalAccount", "111122223333"))),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def irrelevant_condition_key_in_policy(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A condition on the resource in the resource's own policy.

    The policy hangs on the resource, so its account and organization are the same in every request: the condition always holds or
    never. Perhaps the caller's was meant, `aws:PrincipalAccount`. Not reported where a statement is about the resources of every
    account, such as `*`: so are the policies of VPC endpoints written.
    """
    if document.kind is PolicyKind.TRUST or (document.kind is PolicyKind.RESOURCE and not _is_on_everything(document)):
        for _, condition in document.conditions():
            if condition.key.lower() in OF_THE_RESOURCE:
                message = f"`{condition.key}` is the same in every request to this resource; was the caller's meant?"
                yield Hit(condition.key_at, message)


def _is_on_everything(document: Document) -> bool:
    if any("NotResource" in each.elements for each in document.statements):
        return True
    arns = [read_arn(entry.text or "") for _, entry in document.entries("Resource")]
    return any(arn is None or "*" in arn.account or arn.resource.startswith("*") for arn in arns)


@rule(
    "S3_PREFIX_IN_NEGATIVE_CONTEXT",
    Severity.SECURITY_WARNING,
    bad=policy(
        deny(
            Action="s3:ListBucket",
            Resource="arn:aws:s3:::mail",
            Condition=when("StringLike", "s3:prefix", "p/*"),
        )
    ),
    good=policy(
        allow(Action="s3:ListBucket", Resource="arn:aws:s3:::mail", Condition=when("StringLike", "s3:prefix", "public/*"))
    ),
    of_aws=True,
)
def s3_prefix_in_negative_context(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A prefix that is forbidden does not hide what is under it.

    Who lists a shorter prefix, or none, sees the objects all the same. Allow the prefixes that may be listed, or deny whatever is
    not among them (`Deny` with `StringNotLike`).
    """
    for statement, condition in document.conditions():
        comparison = condition.comparison
        if condition.key.lower() != "s3:prefix" or comparison is None or not comparison.name.startswith("String"):
            continue
        if comparison.negated is not (statement.effect == "Deny"):
            yield Hit(condition.key_at, f"{statement.name} forbids a prefix, which a listing of a shorter one goes around")


@rule(
    "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
    Severity.SECURITY_WARNING,
    bad=policy(
        allow(Action="dynamodb:Query", Condition=when("ForAllValues:StringEquals", "dynamodb:Attributes", "Name", "Address"))
    ),
    good=policy(
        allow(
            Action="dynamodb:Query",
            Condition={
                **when("ForAllValues:StringEquals", "dynamodb:Attributes", "Name", "Address"),
                **when("StringEquals", "dynamodb:Select", "SPECIFIC_ATTRIBUTES"),
            },
        )
    ),
    of_aws=True,
)
def dynamodb_attributes_without_select(document: Document, _setting: Setting) -> Iterator[Hit]:
    """Who asks for no attributes gets all of them.

    `dynamodb:Attributes` is judged only where the request names attributes. Ask for `dynamodb:Select` to be `SPECIFIC_ATTRIBUTES`
    too.
    """
    for statement, condition in document.conditions():
        by_attributes = condition.key.lower() == "dynamodb:attributes"
        if by_attributes and statement.effect == "Allow" and "dynamodb:select" not in _keys(statement):
            yield Hit(condition.key_at, "a request that names no attributes gets all; compare `dynamodb:Select` too")


def _keys(statement: StatementTree) -> set[str]:
    return {condition.key.lower() for condition in statement.conditions()}
