"""Tags as IAM takes them in and gives them out.

Source: IAM User Guide, "Tags for Identity and Access Management resources"; texts as the service puts them on the wire.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gatepost.aws.call import Shape
from gatepost.services.iam import errors
from gatepost.services.iam.quotas import TAGS

Tags = Sequence[Mapping[str, str]]
Pairs = Sequence[tuple[str, str]]
PATTERN: Final = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"  # the model's, which Python's own patterns cannot say
MARKS: Final = frozenset("_.:/=+-@")
RESERVED: Final = "aws:"


@dataclass(frozen=True, slots=True)
class TagRules:
    """When two keys are the same, and the words for a key that stands twice."""

    same: Callable[[str], str]
    twice: str

    def merged(self, known: Iterable[tuple[str, str]], tags: Tags) -> dict[str, str]:
        """Known tags with others set."""
        _check(tags)
        given = [self.same(tag["Key"]) for tag in tags]
        if len(set(given)) < len(given):
            raise errors.invalid_input(self.twice)
        merged = {key: value for key, value in known if self.same(key) not in given}
        merged.update({tag["Key"]: tag["Value"] for tag in tags})
        if len(merged) > TAGS:
            raise errors.limit("The number of tags has reached the maximum limit.")
        return merged

    def pairs(self, tags: Tags) -> tuple[tuple[str, str], ...]:
        """The tags of something new."""
        return tuple(self.merged((), tags).items())

    def without(self, known: Pairs, keys: Sequence[str]) -> dict[str, str]:
        """Known tags without those of some keys."""
        gone = {self.same(key) for key in keys}
        return {key: value for key, value in known if self.same(key) not in gone}


OF_PRINCIPALS: Final = TagRules(
    str.lower, "Duplicate tag keys found. Please note that Tag keys are case insensitive."
)  # users and roles
OF_RESOURCES: Final = TagRules(str, "Duplicate tag keys found.")  # policies and identity providers


def tag_list(tags: Pairs) -> list[Mapping[str, str]]:
    """Tags as IAM answers them, by key."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags)]


def without_tags(shape: Shape) -> Shape:
    """What lists leave out."""
    return {name: value for name, value in shape.items() if name not in ("Tags", "PermissionsBoundary")}


def _check(tags: Tags) -> None:
    """Characters and the reserved prefix; lengths are the model's own affair."""
    for number, tag in enumerate(tags, 1):
        for member, least in ("Key", "+"), ("Value", "*"):
            text = tag[member]
            if not all(character in MARKS or unicodedata.category(character)[0] in "LZN" for character in text):
                raise errors.constraint(
                    f"tags.{number}.member.{member.lower()}", f"satisfy regular expression pattern: {PATTERN}{least}"
                )
            if text.lower().startswith(RESERVED):
                raise errors.invalid_input(f"Tag keys and values must not begin with `{RESERVED}`, which AWS reserves: {text}")
