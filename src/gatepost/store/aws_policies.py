"""The managed policies of AWS's own that guides to SES attach.

Source: AWS Managed Policy Reference. Those of AWS's services that Gatepost does not serve are left out.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

SINCE: Final = datetime(2015, 2, 6, 18, 39, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AwsPolicy:
    """One of AWS's policies."""

    id: str
    name: str
    description: str
    document: str
    path: str = "/"

    @property
    def arn(self) -> str:
        """The policy's ARN."""
        return f"arn:aws:iam::aws:policy{self.path}{self.name}"


def _allows(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4)


IAM_READING: Final = ("iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", "iam:Get*", "iam:List*")
SIMULATING: Final = ("iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy")

AWS_POLICIES: Final = {
    policy.arn: policy
    for policy in (
        AwsPolicy(
            "ANPAIWMBCKSKIEE64ZLYK", "AdministratorAccess", "Provides full access to AWS services and resources.", _allows("*")
        ),
        AwsPolicy(
            "ANPAJ2P4NXCHAT7NDPNR4",
            "AmazonSESFullAccess",
            "Provides full access to Amazon SES via the AWS Management Console.",
            _allows("ses:*"),
        ),
        AwsPolicy(
            "ANPAINV2XPFRMWJJNSCGI",
            "AmazonSESReadOnlyAccess",
            "Provides read only access to Amazon SES via the AWS Management Console.",
            _allows("ses:Get*", "ses:List*"),
        ),
        AwsPolicy("ANPAI7XKCFMBPM3QQRRVQ", "IAMFullAccess", "Provides full access to IAM via the console.", _allows("iam:*")),
        AwsPolicy(
            "ANPAJKSO7NDY4T57MWDSQ",
            "IAMReadOnlyAccess",
            "Provides read only access to IAM via the AWS Management Console.",
            _allows(*IAM_READING, *SIMULATING),
        ),
        AwsPolicy(
            "ANPAJDUYCYSSVKBN35GPW",
            "AWSCloudTrail_ReadOnlyAccess",
            "Provides read only access to CloudTrail.",
            _allows("cloudtrail:Get*", "cloudtrail:Describe*", "cloudtrail:List*", "cloudtrail:LookupEvents"),
        ),
    )
}
