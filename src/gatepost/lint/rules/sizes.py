"""Rules on the size of a document, as its kind counts it.

Source: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas"; SES Developer Guide, "Service quotas".
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.document import Document
from gatepost.lint.examples import allow, control, deny, grant, policy, trust
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.read import PolicyKind, article

SPACE: Final = re.compile(r"\s+")
ROLE_INLINE, USER_INLINE, MANAGED, SESSION, TRUST, CONTROL, SES_BYTES = 10_240, 2_048, 6_144, 2_048, 2_048, 5_120, 4_096
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
    """The policy is larger than a policy on an identity of SES may be.

    It takes 4,096 bytes, white space included, and an identity has up to 20 policies. Put it in several, or write it in one line.
    """
    if document.kind is PolicyKind.RESOURCE:
        yield from _too_large(document, len(document.text.encode(errors="surrogatepass")), SES_BYTES, "bytes")


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
