"""Rules on the size of a document, as its kind counts it.

Source: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas"; SES Developer Guide, "Service quotas";
SQS Developer Guide, "Amazon SQS policy quotas"; S3 User Guide, "Bucket policies and user policies".
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.arns import read_arn
from gatepost.lint.document import Document
from gatepost.lint.examples import allow, control, deny, grant, policy, trust
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.rules.resources import arns
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind, article

SPACE: Final = re.compile(r"\s+")
ROLE_INLINE, USER_INLINE, MANAGED, SESSION, TRUST, CONTROL = 10_240, 2_048, 6_144, 2_048, 2_048, 5_120
RESOURCE_QUOTA: Final = {"ses": ("an identity of SES", 4_096), "sqs": ("a queue", 8_192), "s3": ("a bucket", 20_480)}
IDENTITY_QUOTA: Final = {PolicyKind.IDENTITY: ROLE_INLINE, PolicyKind.BOUNDARY: MANAGED, PolicyKind.SESSION: SESSION}
MANY: Final = [f"ses:Send{'x' * 200}{number}" for number in range(60)]


def _without_space(document: Document) -> int:
    return len(SPACE.sub("", document.text))


def _too_large(document: Document, size: int, most: int, what: str) -> Iterator[Hit]:
    if size > most:
        yield Hit(document.whole, f"{size:,} {what}, and {article(document.kind.value)} takes {most:,}")


@rule(
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    Severity.WARNING,
    bad=policy(allow(Action=MANY)),
    good=policy(allow()),
    of_aws=True,
)
def policy_size_exceeds_identity_policy_quota(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The policy is larger than any policy of a user, group or role may be.

    Without white space, a managed policy takes 6,144 characters; the inline policies of a role together 10,240, of a group 5,120,
    of a user 2,048. Put it in several managed policies, or say it shorter with wildcards.
    """
    most = IDENTITY_QUOTA.get(document.kind)
    if most is not None:
        size = len(document.text) if document.kind is PolicyKind.SESSION else _without_space(document)
        yield from _too_large(document, size, most, "characters")


@rule(
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
    Severity.WARNING,
    bad=policy(grant(Action=MANY)),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def policy_size_exceeds_resource_policy_quota(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The policy is larger than its resource takes, white space included.

    An identity of SES takes 4,096 bytes, and has up to 20 policies; a queue 8,192, a bucket 20,480. Put it in several, write it in
    one line, or say it shorter. Of which service a policy is, its resources say; where they are `*`, or of another service, its size
    is not judged.
    """
    services = {arn.service for _, arn in arns(document)}
    if document.kind is not PolicyKind.RESOURCE or len(services) != 1 or _names_everything(document):
        return
    service = services.pop()
    if service in RESOURCE_QUOTA:
        what, most = RESOURCE_QUOTA[service]
        size = len(document.text.encode(errors="surrogatepass"))
        if size > most:
            yield Hit(document.whole, f"{size:,} bytes, and the policy of {what} takes {most:,}")


def _names_everything(document: Document) -> bool:
    return any(read_arn(entry.text or "") is None for _, entry in document.entries("Resource"))


@rule(
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
    Severity.WARNING,
    bad=policy(trust(Principal={"AWS": [f"arn:aws:iam::111122223333:user/somebody-{number}" for number in range(60)]})),
    good=policy(trust()),
    kind=PolicyKind.TRUST,
    of_aws=True,
)
def policy_size_exceeds_role_trust_policy_quota(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The trust policy is larger than one may be.

    It takes 2,048 characters without white space. Trust the account, and let the account's own policies say who may assume the
    role.
    """
    if document.kind is PolicyKind.TRUST:
        yield from _too_large(document, _without_space(document), TRUST, "characters without white space")


@rule(
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
    Severity.ERROR,
    bad=policy(deny(Action=MANY)),
    good=policy(deny()),
    kind=PolicyKind.SCP,
    of_aws=True,
)
def policy_size_exceeds_scp_quota(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The service control policy is larger than one may be.

    It takes 5,120 characters, and white space counts. Write it in one line, or attach a second one.
    """
    if document.kind is PolicyKind.SCP:
        yield from _too_large(document, len(document.text), CONTROL, "characters")


@rule(
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
    Severity.ERROR,
    bad=policy(control(Action=MANY)),
    good=policy(control()),
    kind=PolicyKind.RCP,
    of_aws=True,
)
def policy_size_exceeds_rcp_quota(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The resource control policy is larger than one may be.

    It takes 5,120 characters, and white space counts. Write it in one line, or attach a second one.
    """
    if document.kind is PolicyKind.RCP:
        yield from _too_large(document, len(document.text), CONTROL, "characters")
