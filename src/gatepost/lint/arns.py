"""ARNs as policies write them, and the forms that the catalogue knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from gatepost.policy import catalogue

PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
NAMES: Final = ("arn", "partition", "service", "region", "account", "resource")
# Buckets and their objects; access points and their like have a region and an account. Service Authorization Reference, "Amazon S3".
S3: Final = "arn:${Partition}:s3:::${BucketName}"
S3_WITH_ACCOUNT: Final = (
    "accesspoint", "access-grants", "async-request", "job", "storage-lens", "storage-lens-group",
)  # fmt: skip
WILD: Final = ("*", "?", "$")


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN or a pattern of ARNs, by its parts."""

    text: str
    parts: Mapping[str, str]

    @property
    def partition(self) -> str:
        """The part `partition`."""
        return self.parts["partition"]

    @property
    def service(self) -> str:
        """The part `service`."""
        return self.parts["service"]

    @property
    def region(self) -> str:
        """The part `region`."""
        return self.parts["region"]

    @property
    def account(self) -> str:
        """The part `account`."""
        return self.parts["account"]

    @property
    def resource(self) -> str:
        """What comes last."""
        return self.parts["resource"]

    @property
    def head(self) -> str:
        """The kind of resource: `identity` of `identity/example.com`."""
        return self.resource.partition("/")[0]

    @property
    def is_fixed_head(self) -> bool:
        """Whether the kind of resource has neither wildcard nor variable."""
        return _is_fixed(self.head)

    def is_fixed(self, part: str) -> bool:
        """Whether a part has neither wildcard nor variable."""
        return _is_fixed(self.parts[part])

    def span(self, part: str) -> tuple[int, int]:
        """Where a part begins in the text, and how long it is."""
        before = NAMES[: NAMES.index(part)]
        return sum(len(self.parts[name]) + 1 for name in before), len(self.parts[part])

    def meets(self, pattern: "Arn") -> bool:
        """Whether a pattern's resource can be of this form: the same kind, and a name where the form has one."""
        if not self.head or not pattern.is_fixed_head:
            return not self.head or _can_be(pattern.head, self.head)
        return pattern.head == self.head and ("/" in pattern.resource) is ("/" in self.resource)


def read_arn(text: str) -> Arn | None:
    """An ARN's parts; None where it has not six."""
    parts = text.split(":", 5)
    return Arn(text, dict(zip(NAMES, parts, strict=True))) if len(parts) == len(NAMES) and parts[0] == "arn" else None


def forms_of(arn: Arn) -> tuple[Arn, ...]:
    """The forms of ARNs that a service has; none where the catalogue does not know them all.

    Of a form, variable parts of the resource are left out: its head is `identity`, or empty where the name stands alone.
    """
    if arn.service == "s3":
        return () if arn.head in S3_WITH_ACCOUNT or not arn.is_fixed_head else _forms()["s3"]
    return _forms().get(arn.service, ())


@cache
def _forms() -> Mapping[str, tuple[Arn, ...]]:
    found: dict[str, list[Arn]] = {"s3": [_form(S3)]}
    for service in catalogue.services():
        for form in map(_form, catalogue.resource_forms(service)):
            if form.service in catalogue.services():
                found.setdefault(form.service, []).append(form)
    return {service: tuple(forms) for service, forms in found.items()}


def _form(text: str) -> Arn:
    arn = read_arn(text)
    assert arn is not None  # noqa: S101 -- the catalogue's forms have six parts
    head, slash, _ = arn.resource.partition("/")
    kind = "" if "$" in head else head
    return Arn(text, {**arn.parts, "resource": kind + slash if kind else ""})


def _is_fixed(text: str) -> bool:
    return not any(mark in text for mark in WILD)


def _can_be(pattern: str, text: str) -> bool:
    """Whether a pattern, which may hold variables, can match a text, as far as what stands before the first of them says."""
    first = min(pattern.find(mark) for mark in WILD if mark in pattern)
    return text.startswith(pattern[:first])
