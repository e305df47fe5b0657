"""Rules on `Resource` and `NotResource`: the parts of an ARN, and whether there are such resources.

Source: IAM User Guide, "Amazon Resource Names (ARNs)"; Service Authorization Reference, the resource types of each service.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatepost.lint.arns import PARTITIONS, Arn, forms_of, read_arn
from gatepost.lint.document import Document, Element
from gatepost.lint.edits import instead
from gatepost.lint.examples import DOMAIN, allow, grant, policy
from gatepost.lint.finding import Severity
from gatepost.lint.rule import Hit, rule
from gatepost.lint.setting import Setting
from gatepost.policy.errors import nearest
from gatepost.policy.read import PolicyKind

ELEMENTS: Final = ("Resource", "NotResource")
WHOLE: Final = re.compile(r"\*+|arn:(?:aws[a-z-]*:)?[*:]*\*[*:]*")


def arns(document: Document) -> Iterator[tuple[Element, Arn]]:
    """The resources that are ARNs of six parts."""
    for _, entry in document.entries(*ELEMENTS):
        arn = None if entry.text is None else read_arn(entry.text)
        if arn is not None:
            yield entry, arn


@rule(
    "INVALID_ARN_PREFIX",
    Severity.ERROR,
    bad=policy(allow(Resource="example.com")),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def invalid_arn_prefix(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A resource that is no ARN.

    A resource is `*`, or an ARN from `arn:` on: for a domain `arn:aws:ses:us-east-1:111122223333:identity/example.com`. The bare
    name of a domain or an address is refused.
    """
    for _, entry in document.entries(*ELEMENTS):
        if entry.text is not None and not entry.text.startswith(("arn:", "*")):
            yield Hit(entry.at, f"`{entry.text}` is no resource; expected `*`, or an ARN such as `{DOMAIN}`")


@rule(
    "MISSING_ARN_FIELD",
    Severity.ERROR,
    bad=policy(allow(Resource="arn:aws:ses:us-east-1:identity/example.com")),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def missing_arn_field(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An ARN that lacks a part.

    It has six: `arn:partition:service:region:account:resource`. A part may be empty, as IAM's region is, but its colon stays.
    With one too few nothing ever matches.
    """
    for _, entry in document.entries(*ELEMENTS):
        text = entry.text or ""
        parts = text.split(":", 5)
        if text.startswith("arn:") and len(parts) < 6 and not parts[-1].endswith("*"):
            yield Hit(entry.at, f"`{text}` has {len(parts)} parts; expected `arn:partition:service:region:account:resource`")


@rule(
    "INVALID_PARTITION",
    Severity.ERROR,
    bad=policy(allow(Resource=DOMAIN.replace("arn:aws:", "arn:amazon:"))),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def invalid_partition(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An ARN in a partition that there is not.

    The second part is `aws`, or for the separate regions `aws-cn`, `aws-us-gov` and their like.
    """
    for entry, arn in arns(document):
        if arn.is_fixed("partition") and arn.partition not in PARTITIONS:
            yield Hit(entry.part(*arn.span("partition")), f"there is no partition `{arn.partition}`; expected `aws`")


@rule(
    "INVALID_ARN_SERVICE_CASE",
    Severity.ERROR,
    bad=policy(allow(Resource=DOMAIN.replace(":ses:", ":SES:"))),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def invalid_arn_service_case(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A service in upper case in an ARN.

    ARNs are compared letter by letter: `arn:aws:SES:…` matches no identity. In actions case plays no part, here it does.
    """
    for entry, arn in arns(document):
        lower = arn.service.lower()
        if arn.is_fixed("service") and arn.service != lower:
            start, length = arn.span("service")
            message = f"`{arn.service}` is written in lower case in an ARN: `{lower}`"
            whole = arn.text[:start] + lower + arn.text[start + length :]
            yield Hit(entry.part(start, length), message, fixes=instead(entry.at, whole))


@rule(
    "WILDCARD_IN_SERVICE_NAME",
    Severity.SUGGESTION,
    bad=policy(allow(Resource="arn:aws:s*:us-east-1:111122223333:identity/example.com")),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def wildcard_in_service_name(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A wildcard in the service of an ARN.

    It also matches services that come later, and of any kind. Name the service.
    """
    for entry, arn in arns(document):
        if "*" in arn.service or "?" in arn.service:
            yield Hit(entry.part(*arn.span("service")), f"`{arn.service}` matches more services than one; name it")


@rule(
    "RESOURCE_EFFECTIVELY_STAR",
    Severity.WARNING,
    bad=policy(allow(Resource="arn:aws:*:*:*:*")),
    good=policy(allow(Resource=DOMAIN)),
)
def resource_effectively_star(document: Document, _setting: Setting) -> Iterator[Hit]:
    """An ARN of wildcards alone.

    It looks like a limit and is none: every resource matches. Name the resources, or write `*`, so that everybody sees it.
    """
    for _, entry in document.entries("Resource"):
        text = entry.text or ""
        if text != "*" and WHOLE.fullmatch(text):
            yield Hit(entry.at, f"`{text}` matches the ARN of every resource, as `*` does")


# --- the resource itself --------------------------------------------------------------------------------------------------


@rule(
    "INVALID_ARN_RESOURCE",
    Severity.ERROR,
    bad=policy(allow(Resource="arn:aws:ses:us-east-1:111122223333:identities/example.com")),
    good=policy(allow(Resource=DOMAIN)),
    of_aws=True,
)
def invalid_arn_resource(document: Document, _setting: Setting) -> Iterator[Hit]:
    """The service has no resources of this kind.

    What comes last in an ARN has the form that the service gives it: `identity/example.com`, `configuration-set/news`,
    `user/alice`. Another form matches nothing.
    """
    for entry, arn in arns(document):
        forms = forms_of(arn)
        if forms and arn.resource and not any(form.meets(arn) for form in forms):
            heads = tuple(sorted({form.head for form in forms if form.head}))
            start, _ = arn.span("resource")
            near = None if arn.head in heads else nearest(arn.head, heads)
            message = f"`{arn.service}` has no resource `{arn.resource}`{'' if near is None else f'; did you mean `{near}`?'}"
            whole = None if near is None else arn.text[:start] + near + arn.resource[len(arn.head) :]
            yield Hit(entry.part(start, len(arn.resource)), message, fixes=instead(entry.at, whole))


@rule(
    "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
    Severity.ERROR,
    bad=policy(grant(Resource="arn:aws:ses:us-east-1:111122223333:configuration-set/news")),
    good=policy(grant()),
    kind=PolicyKind.RESOURCE,
    of_aws=True,
)
def unsupported_resource_arn_in_policy(document: Document, _setting: Setting) -> Iterator[Hit]:
    """A resource that no policy of this kind hangs on.

    Of SES, domains and addresses alone have policies, so a statement of theirs is about `identity/…`. What a configuration set or a
    template allows stands in the policies of users and roles.
    """
    if document.kind is not PolicyKind.RESOURCE:
        return
    for entry, arn in arns(document):
        if arn.service == "ses" and forms_of(arn) and arn.is_fixed_head and arn.head != "identity":
            yield Hit(entry.part(*arn.span("resource")), f"policies hang on identities of SES, not on `{arn.resource}`")
