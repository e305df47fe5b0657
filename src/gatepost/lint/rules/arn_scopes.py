"""Rules on the region and the account of an ARN.

Source: IAM User Guide, "Amazon Resource Names (ARNs)"; Service Authorization Reference, the resource types of each service.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.arns import forms_of
from gatepost.lint.document import Document
from gatepost.lint.examples import DOMAIN, MAILER, allow, policy
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.resources import arns
from gatepost.lint.setting import Setting
from gatepost.policy.principal import is_account

REGION: Final = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d{1,2}")


@rule(
    "INVALID_ARN_REGION",
    Severity.ERROR,
    bad=policy(allow(Resource=DOMAIN.replace("us-east-1", "us-east-1a"))),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def invalid_arn_region(document: Document, _setting: Setting) -> Iterator[Hit]:
    """What stands where the region does is none.

    Regions look like `eu-west-1`. A zone (`us-east-1a`), a name (`Ireland`) or a part out of place matches nothing.
    """
    for entry, arn in arns(document):
        if arn.is_fixed("region") and arn.region and not REGION.fullmatch(arn.region):
            yield Hit(entry.part(*arn.span("region")), f"`{arn.region}` is no region; expected one such as `eu-west-1`")


@rule(
    "INVALID_ARN_ACCOUNT",
    Severity.ERROR,
    bad=policy(allow(Resource=DOMAIN.replace("111122223333", "11112222333"))),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def invalid_arn_account(document: Document, _setting: Setting) -> Iterator[Hit]:
    """What stands where the account does is none.

    An account is twelve digits, leading zeros included, without hyphens; only AWS's own resources have `aws` there.
    """
    for entry, arn in arns(document):
        if arn.is_fixed("account") and arn.account not in ("", "aws") and not is_account(arn.account):
            yield Hit(entry.part(*arn.span("account")), f"`{arn.account}` is no account; expected twelve digits")


@rule(
    "ARN_REGION_NOT_ALLOWED",
    Severity.ERROR,
    bad=policy(allow(Action="iam:GetRole", Resource="arn:aws:iam:us-east-1:111122223333:role/Mailer")),
    good=policy(allow(Action="iam:GetRole", Resource=MAILER)),
    of_aws=True,
)
def arn_region_not_allowed(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A region in the ARN of what has none.

    Users, roles and organizations are the same in every region, so their ARNs leave that part empty: `arn:aws:iam::…`. With a
    region the ARN matches nothing.
    """
    yield from _not_allowed(document, "region")


@rule(
    "ARN_ACCOUNT_NOT_ALLOWED",
    Severity.ERROR,
    bad=policy(allow(Action="s3:GetObject", Resource="arn:aws:s3::111122223333:mail/*")),
    good=policy(allow(Action="s3:GetObject", Resource="arn:aws:s3:::mail/*")),
    of_aws=True,
)
def arn_account_not_allowed(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An account in the ARN of what has none.

    The names of buckets are unique among all accounts, so their ARNs leave that part empty: `arn:aws:s3:::mail`. With an account
    the ARN matches nothing.
    """
    yield from _not_allowed(document, "account")


def _not_allowed(document: Document, part: str) -> Iterator[Hit]:
    for entry, arn in arns(document):
        value = arn.parts[part]
        if arn.is_fixed(part) and value and (forms := forms_of(arn)) and not any(form.parts[part] for form in forms):
            yield Hit(entry.part(*arn.span(part)), f"ARNs of `{arn.service}` have no {part}; leave `{value}` out")


@rule(
    "MISSING_ARN_REGION",
    Severity.ERROR,
    bad=policy(allow(Resource="arn:aws:ses::111122223333:identity/example.com")),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def missing_arn_region(document: Document, _setting: Setting) -> Iterator[Hit]:
    """No region in the ARN of what is in one.

    Identities of SES are verified in each region apart. Write the region, or `*` for all.
    """
    yield from _lacking(document, "region")


@rule(
    "MISSING_ARN_ACCOUNT",
    Severity.ERROR,
    bad=policy(allow(Resource="arn:aws:ses:us-east-1::identity/example.com")),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def missing_arn_account(document: Document, _setting: Setting) -> Iterator[Hit]:
    """No account in the ARN of what belongs to one.

    Left empty it matches nothing. Write the twelve digits, or `*` for every account.
    """
    yield from _lacking(document, "account")


def _lacking(document: Document, part: str) -> Iterator[Hit]:
    for entry, arn in arns(document):
        if not arn.parts[part] and (forms := forms_of(arn)) and all(form.parts[part] for form in forms):
            yield Hit(entry.at, f"`{arn.text}` names no {part}, which ARNs of `{arn.service}` have")
