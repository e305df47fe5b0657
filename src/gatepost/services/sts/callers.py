"""Who one is, and whose a key is."""

from gatepost.access.credentials import credential_of
from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.needs import nothing, on_everything
from gatepost.services.sts.errors import validation
from gatepost.store.transaction import Transaction


@operation("sts", "GetCallerIdentity", needs=nothing)
def get_caller_identity(call: Call, tx: Transaction) -> Shape:  # noqa: ARG001 -- the form of every handler
    """Account, ARN and unique ID of the caller. No permission is needed, and none can be denied (API Reference)."""
    caller = call.caller
    return {"UserId": caller.principal.unique_id or caller.account, "Account": caller.account, "Arn": caller.arn}


@operation("sts", "GetAccessKeyInfo", needs=on_everything)
def get_access_key_info(call: Call, tx: Transaction, *, access_key_id: str) -> Shape:  # noqa: ARG001 -- the form of every handler
    """The account of an access key, active or not, long-term or of a session."""
    credential = credential_of(tx, access_key_id)
    if credential is None:
        raise validation(f"The access key {access_key_id} does not exist")
    return {"Account": credential.caller.account}
