"""Well-formed values of each kind that an unknown part of a policy may be: regions, accounts, addresses, words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count
from typing import Final

from gatepost.lint.setting import Setting

REGIONS: Final = (
    "ap-southeast-2", "ca-central-1", "eu-north-1", "sa-east-1", "ap-south-1", "eu-west-3", "us-west-1", "ap-northeast-2",
)  # fmt: skip
REGION: Final = re.compile(r"\b[a-z]{2}-[a-z]+-\d\b")
ACCOUNT: Final = re.compile(r"(?<!\d)\d{12}(?!\d)")
DOMAIN: Final = "example.com"


class Kind(Enum):
    """What a part may be."""

    WORD = auto()
    IDENTIFIER = auto()  # letters and digits alone
    PARTITION = auto()
    SERVICE = auto()
    REGION = auto()
    ACCOUNT = auto()
    SUFFIX = auto()  # of AWS's host names
    ARN = auto()
    PRINCIPAL = auto()
    SERVICE_PRINCIPAL = auto()
    PROVIDER = auto()
    ADDRESS = auto()
    NETWORK = auto()
    HOST = auto()
    BOOLEAN = auto()
    DATE = auto()
    NUMBER = auto()
    API_VERSION = auto()
    PRINCIPAL_TYPE = auto()
    VPC = auto()
    ENDPOINT = auto()
    ORGANIZATION = auto()


# Two values of each kind that has no more than such, and of which nobody is misled that reads them in a message.
PAIRS: Final = {
    Kind.PARTITION: ("aws", "aws-us-gov"),
    Kind.SERVICE: ("ses", "sns"),
    Kind.SUFFIX: ("amazonaws.com", "amazonaws.com"),
    Kind.SERVICE_PRINCIPAL: ("ses.amazonaws.com", "lambda.amazonaws.com"),
    Kind.NETWORK: ("54.240.0.0/18", "8.8.8.8/32"),
    Kind.HOST: ("54.240.0.1", "8.8.8.8"),
    Kind.BOOLEAN: ("true", "false"),
    Kind.DATE: ("2020-01-01T00:00:00Z", "2090-01-01T00:00:00Z"),
    Kind.NUMBER: ("1", "86400"),
    Kind.API_VERSION: ("1", "2"),
    Kind.PRINCIPAL_TYPE: ("User", "AssumedRole"),
    Kind.VPC: ("vpc-0a1b2c3d", "vpc-9a8b7c6d"),
    Kind.ENDPOINT: ("vpce-0a1b2c3d", "vpce-9a8b7c6d"),
    Kind.ORGANIZATION: ("o-aaaaaaaaaa", "o-bbbbbbbbbb"),
}


@dataclass(frozen=True)
class Values:
    """The values of one way. `own` are those that stand nowhere in the text, with the names of their parts."""

    apart: bool
    account: str
    region: str
    domain: str
    text: str
    own: dict[str, str] = field(default_factory=dict)
    _known: dict[tuple[Kind, str], str] = field(default_factory=dict)

    def of(self, kind: Kind, name: str) -> str:
        """The value of a part by its name: the same part has the same one."""
        known = self._known.get((kind, name))
        if known is None:
            known = self._known[kind, name] = self._made(kind, name)
        return known

    def rest_of_arn(self, number: int, name: str) -> str:
        """What stands for the parts of an ARN from one on, of which the last are not known."""
        if not self.apart:
            return "*"
        parts = (self.of(Kind.REGION, name), self.of(Kind.ACCOUNT, name), f"identity/{self.of(Kind.ADDRESS, name)}")
        return ":".join(("arn", "aws", "ses", *parts)[number:])

    def _made(self, kind: Kind, name: str) -> str:
        if kind in PAIRS:
            return PAIRS[kind][self.apart]
        match kind:
            case Kind.REGION:
                return self._fresh(name, iter(REGIONS)) if self.apart else self.region
            case Kind.ACCOUNT:
                return self._fresh(name, _numbered("9{:011}")) if self.apart else self.account
            case Kind.IDENTIFIER:
                return self._fresh(name, _numbered("Part{}"))
            case Kind.ADDRESS:
                return f"somebody@{self.of(Kind.WORD, name)}"
            case Kind.ARN if self.apart:
                region, account = self.of(Kind.REGION, name), self.of(Kind.ACCOUNT, name)
                return self._named(f"arn:aws:ses:{region}:{account}:identity/{self.of(Kind.ADDRESS, name)}", name)
            case Kind.ARN:
                return f"arn:aws:ses:{self.region}:{self.account}:identity/{self.domain}"
            case Kind.PRINCIPAL:
                role = f"arn:aws:iam::{self.of(Kind.ACCOUNT, name)}:role/{self.of(Kind.WORD, name)}"
                return self._named(role, name) if self.apart else self.account
            case Kind.PROVIDER:
                of = "oidc-provider" if self.apart else "saml-provider"
                return f"arn:aws:iam::{self.of(Kind.ACCOUNT, name)}:{of}/{self.of(Kind.WORD, name)}"
            case _:
                return self._fresh(name, _numbered("part{}.example.net")) if self.apart else self.domain

    def _fresh(self, name: str, candidates: Iterator[str]) -> str:
        """The first that stands nowhere yet; of regions, where there is no other, any."""
        last = ""
        for last in candidates:
            if last not in self.text and last not in self.own:
                break
        return self._named(last, name)

    def _named(self, value: str, name: str) -> str:
        self.own[value] = name
        return value


def _numbered(form: str) -> Iterator[str]:
    return (form.format(number) for number in count(1))


def values_of(text: str, setting: Setting, *, apart: bool) -> Values:
    """The values for a document: those that its text and the setting name, or others."""
    account = setting.account or _first(ACCOUNT.search, text, "111122223333")
    region = setting.region or _first(REGION.search, text, "us-east-1")
    domain = next((each for each in sorted(setting.identities or ()) if "@" not in each), DOMAIN)
    return Values(apart, account, region, domain, text)


def _first(search: Callable[[str], re.Match[str] | None], text: str, otherwise: str) -> str:
    found = search(text)
    return otherwise if found is None else found.group()
