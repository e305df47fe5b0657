"""What Organizations' operations are about, as the audit log names it."""

from typing import Final

from gatepost.aws.call import Call
from gatepost.aws.operation import Resources

TYPES: Final = {
    "AccountId": "AWS::Organizations::Account",
    "OrganizationalUnitId": "AWS::Organizations::OrganizationalUnit",
    "PolicyId": "AWS::Organizations::Policy",
}


def about(*members: str) -> Resources:
    """The resources whose IDs these members give."""

    def resources(call: Call) -> list[tuple[str, str]]:
        return [(TYPES[member], str(call.input[member])) for member in members if member in call.input]

    return resources
