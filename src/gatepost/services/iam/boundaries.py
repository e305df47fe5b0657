"""Permissions boundaries: a managed policy that says what a user or role may have at most.

Source: IAM User Guide, "Permissions boundaries for IAM entities"; texts as the service puts them on the wire.
"""

import re
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.services.iam import errors
from gatepost.store import managed_policies
from gatepost.store.transaction import Transaction

POLICY_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/.+")


def checked_boundary(call: Call, tx: Transaction, arn: str) -> str:
    """The ARN, if it is a managed policy of the account or of AWS."""
    if POLICY_ARN.fullmatch(arn) is None:
        raise errors.invalid_input(f"ARN {arn} is not valid.")
    policy = managed_policies.get_policy(tx, arn)
    if policy is None or policy.account not in (call.caller.account, "aws"):
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)
    return arn


def boundary_shape(arn: str | None) -> Shape | None:
    """A boundary as IAM answers it; None where there is none."""
    return None if arn is None else {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
