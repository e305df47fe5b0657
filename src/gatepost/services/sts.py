"""STS: who one is. Sessions (AssumeRole and its kin) are not served yet."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.needs import nothing
from gatepost.store.transaction import Transaction


@operation("sts", "GetCallerIdentity", needs=nothing)
def get_caller_identity(call: Call, tx: Transaction) -> Shape:  # noqa: ARG001 -- the form of every handler
    """Account, ARN and unique ID of the caller. No permission is needed, and none can be denied (API Reference)."""
    caller = call.caller
    return {"UserId": caller.principal.unique_id or caller.account, "Account": caller.account, "Arn": caller.arn}
