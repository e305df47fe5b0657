"""The words of a denial: who may not do what, which policy says so, and the ID by which the whole decision is explained.

An explicit deny names the kind of policy it is in, and which one; an implicit one says which kind of policy holds no allow. A
policy is named to callers of its own account or organization alone.
Source: IAM User Guide, "Troubleshoot access denied error messages", and the same "with authorization ID"; AWS Security Blog,
"Enhanced access denied error messages with policy ARNs".
"""

from typing import Final

from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError, access_denied
from gatepost.aws.operation import Need, Operation
from gatepost.policy.decide import Decision, LayerKind, PolicySource, Verdict
from gatepost.policy.match import AttachedPolicy

UNNAMED: Final = (PolicySource.TRUST, PolicySource.SESSION)  # there is no other they could be taken for


def denied(operation: Operation, call: Call, need: Need, decision: Decision, *, akin: bool) -> AwsError:
    """The error for a need that was not met. `akin`: caller and resource are of one account or organization."""
    sentence = (operation.denial or modern_sentence)(call, need)
    explained = (
        "For complete details call the GetRequestAuthorizationDetails API, or run gatepost explain, "
        f"with the following authorization id: {call.authorization_id}"
    )
    return access_denied(f"{sentence} {reason(need, decision, akin=akin)}. {explained}")


def modern_sentence(call: Call, need: Need) -> str:
    """`User: ARN is not authorized to perform: ACTION on resource: ARN`, or what the need calls its resource."""
    resource = need.words or need.resource
    return f"User: {call.caller.arn} is not authorized to perform: {need.action} on resource: {resource}"


def reason(need: Need, decision: Decision, *, akin: bool) -> str:
    """`with an explicit deny in …` or `because no … allows the … action`."""
    layer = decision.layer or LayerKind.IDENTITY
    if decision.verdict is not Verdict.EXPLICIT_DENY:
        return f"because no {layer.value} allows the {need.action} action"
    its_own = layer in (LayerKind.IDENTITY, LayerKind.BOUNDARY, LayerKind.SESSION, LayerKind.SCP)
    policy = _named(decision.rules[0].attached) if akin or its_own else ""
    return f"with an explicit deny in {'an' if layer.value[0] in 'aeiou' else 'a'} {layer.value}{policy and f': {policy}'}"


def _named(attached: AttachedPolicy) -> str:
    """Which policy: its ARN, or where it is embedded."""
    if attached.name.startswith("arn:"):
        return attached.name
    if attached.source in UNNAMED:
        return ""
    owner = attached.owner.split(":", 5)[-1]
    if attached.source is PolicySource.RESOURCE:
        return f"{attached.name} (of {owner})"
    return f"{attached.name} (inline policy of {owner})"
