"""The condition keys that every call carries, whatever it asks for.

Source: IAM User Guide, "AWS global condition context keys"; SES Developer Guide, "Controlling access" (the keys SES sets).
Absent on purpose, as on AWS for long-term credentials: `aws:MultiFactorAuthPresent`, `aws:TokenIssueTime`.
"""

from datetime import UTC, datetime
from functools import lru_cache

from gatepost.access.credentials import Caller
from gatepost.aws.call import Call
from gatepost.policy.request import PrincipalKind

Context = dict[str, str | tuple[str, ...]]

# aws:PrincipalType by kind of principal (IAM User Guide, "aws:PrincipalType").
PRINCIPAL_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ASSUMED_ROLE: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
    PrincipalKind.ANONYMOUS: "Anonymous",
}


def global_context(call: Call) -> Context:
    """The global keys of `call`, lower-case, all single-valued."""
    origin = call.origin
    current_time, epoch_time = _told(int(call.clock.timestamp()))
    context: Context = {
        "aws:currenttime": current_time,
        "aws:epochtime": epoch_time,
        "aws:securetransport": "true" if origin.secure else "false",
        "aws:sourceip": origin.source_ip,
        "aws:useragent": origin.user_agent,
        "aws:requestedregion": call.region,
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
    }
    context.update(principal_context(call.caller))
    return context


@lru_cache(maxsize=16)
def _told(seconds: int) -> tuple[str, str]:
    """`aws:CurrentTime` and `aws:EpochTime` of a second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), str(seconds)


def principal_context(caller: Caller) -> Context:
    """The keys that say who calls."""
    principal = caller.principal
    context: Context = {
        "aws:principalarn": principal.role_arn or principal.arn,
        "aws:principalaccount": caller.account,
        "aws:userid": principal.unique_id or caller.account,
    }
    principal_type = PRINCIPAL_TYPES.get(principal.kind)
    if principal_type is not None:
        context["aws:principaltype"] = principal_type
    if caller.user_name is not None:
        context["aws:username"] = caller.user_name
    for key, value in caller.tags:
        context[f"aws:principaltag/{key.lower()}"] = value
    return context
