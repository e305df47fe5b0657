"""The words of a denial.

Source: IAM User Guide, "Troubleshoot access denied error messages": an explicit deny names the kind of policy it is in; an
implicit one says which kind of policy holds no allow.
"""

from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError, access_denied
from gatepost.aws.operation import Need, Operation
from gatepost.policy.decide import Decision, LayerKind, Verdict


def denied(operation: Operation, call: Call, need: Need, decision: Decision) -> AwsError:
    """The error for a need that was not met, in the operation's own words where AWS has them."""
    return access_denied((operation.denial or modern_denial)(call, need, decision))


def modern_denial(call: Call, need: Need, decision: Decision) -> str:
    """`User: ARN is not authorized to perform: ACTION on resource: ARN because …`."""
    layer = (decision.layer or LayerKind.IDENTITY).value
    if decision.verdict is Verdict.EXPLICIT_DENY:
        reason = f"with an explicit deny in {'an' if layer[0] in 'aeiou' else 'a'} {layer}"
    else:
        reason = f"because no {layer} allows the {need.action} action"
    return f"User: {call.caller.arn} is not authorized to perform: {need.action} on resource: {need.resource} {reason}"
