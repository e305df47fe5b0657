"""The managed policies of AWS's own, as they were when `tools/make_aws_policies.py` wrote them down.

They are read when the first one is asked for, and their documents are kept as text: most installations attach a handful.
Source: AWS Managed Policy Reference, in the form of moto's data.
"""

import hashlib
import json
import lzma
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import msgspec

PREFIX: Final = "arn:aws:iam::aws:policy/"
ID_CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ID_LENGTH: Final = 17  # after `ANPA`
# What the data lacks: unique IDs and descriptions. These are AWS's own, of the policies that guides to SES attach.
KNOWN: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "AdministratorAccess": ("ANPAIWMBCKSKIEE64ZLYK", "Provides full access to AWS services and resources."),
        "AmazonSESFullAccess": (
            "ANPAJ2P4NXCHAT7NDPNR4",
            "Provides full access to Amazon SES via the AWS Management Console.",
        ),
        "AmazonSESReadOnlyAccess": (
            "ANPAINV2XPFRMWJJNSCGI",
            "Provides read only access to Amazon SES via the AWS Management Console.",
        ),
        "IAMFullAccess": ("ANPAI7XKCFMBPM3QQRRVQ", "Provides full access to IAM via the console."),
        "IAMReadOnlyAccess": (
            "ANPAJKSO7NDY4T57MWDSQ",
            "Provides read only access to IAM via the AWS Management Console.",
        ),
        "AWSCloudTrail_ReadOnlyAccess": ("ANPAJDUYCYSSVKBN35GPW", "Provides read only access to CloudTrail."),
    }
)


class AwsPolicy(msgspec.Struct, frozen=True, array_like=True):
    """One of AWS's policies: its default version (`v3` is 3), since when that is in force, and its document without white space."""

    name: str
    path: str
    created_at: datetime
    updated_at: datetime
    version: int
    compact: str

    @property
    def arn(self) -> str:
        """The policy's ARN."""
        return f"arn:aws:iam::aws:policy{self.path}{self.name}"

    @property
    def id(self) -> str:
        """AWS's unique ID where it is known, else one that follows from the ARN and so stays."""
        if self.name in KNOWN:
            return KNOWN[self.name][0]
        digest = hashlib.sha256(self.arn.encode()).digest()
        return "ANPA" + "".join(ID_CHARACTERS[byte % len(ID_CHARACTERS)] for byte in digest[:ID_LENGTH])

    @property
    def description(self) -> str | None:
        """What AWS says of the policy, where it is known."""
        return KNOWN[self.name][1] if self.name in KNOWN else None

    @property
    def document(self) -> str:
        """The document, indented as AWS writes it."""
        return json.dumps(json.loads(self.compact), indent=4)


def find_aws_policy(arn: str) -> AwsPolicy | None:
    """The policy of an ARN; None where AWS has none. Only an ARN of AWS's own makes the data be read."""
    return aws_policies().get(arn) if arn.startswith(PREFIX) else None


@cache
def aws_policies() -> Mapping[str, AwsPolicy]:
    """All of AWS's policies by ARN, in the order of their names."""
    text = lzma.decompress(files("gatepost.store").joinpath("aws_policies.json.xz").read_bytes())
    return MappingProxyType({policy.arn: policy for policy in msgspec.json.decode(text, type=list[AwsPolicy])})
