"""Control policies' documents as Organizations takes them in."""

from typing import Final

from gatepost.aws.call import Call
from gatepost.aws.policy_findings import PutDocument
from gatepost.policy.errors import PolicyError
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.services.organizations import errors
from gatepost.store.organizations.organization import ControlPolicyType

KINDS: Final = {ControlPolicyType.SCP: PolicyKind.SCP, ControlPolicyType.RCP: PolicyKind.RCP}
MOST_CHARACTERS: Final = 5120  # white space counts; User Guide, "Quotas and service limits"


def check_document(document: str, type_: ControlPolicyType) -> None:
    """`MalformedPolicyDocumentException` where a document is no policy of its type, an error of its own where it is too long.

    On AWS an RCP may name the services alone that support RCPs; here RCPs bind whatever is served, so any may be named.
    """
    if len(document) > MOST_CHARACTERS:
        raise errors.policy_too_large(MOST_CHARACTERS)
    try:
        read_policy(document, KINDS[type_])
    except PolicyError as error:
        raise errors.unreadable(error) from None


def put_document(call: Call) -> PutDocument | None:
    """The document that a call puts. An update does not say its policy's type: principals stand in RCPs alone."""
    content = call.input.get("Content")
    if content is None:
        return None
    given = call.input.get("Type", "RESOURCE" if '"Principal"' in content else "SERVICE")
    return str(content), PolicyKind.RCP if given.startswith("RESOURCE") else PolicyKind.SCP
