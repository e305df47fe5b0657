"""The condition keys that every call carries, whatever it asks for.

Source: IAM User Guide, "AWS global condition context keys"; SES Developer Guide, "Controlling access" (the keys SES sets).
Absent on purpose, as on AWS for long-term credentials: `aws:MultiFactorAuthPresent`, `aws:TokenIssueTime`. Absent without an
organization: `aws:PrincipalOrgID` and its kin.
"""

from datetime import UTC, datetime
from functools import lru_cache

from gatepost.access.credentials import Caller, Session
from gatepost.access.guardrails import Guardrails
from gatepost.aws.call import Call
from gatepost.policy.request import PrincipalKind
from gatepost.store.sessions import SessionKind

Context = dict[str, str | tuple[str, ...]]

# aws:PrincipalType by kind of principal (IAM User Guide, "aws:PrincipalType").
PRINCIPAL_TYPES = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ASSUMED_ROLE: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
    PrincipalKind.ANONYMOUS: "Anonymous",
}


def global_context(call: Call, place: Guardrails) -> Context:
    """The global keys of `call`, lower-case; `place` is its caller's in an organization."""
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
    if place.organization_id is not None and place.path is not None:
        context["aws:principalorgid"] = place.organization_id
        context["aws:principalorgpaths"] = (place.path,)
    return context


def resource_context(account: str, place: Guardrails) -> Context:
    """The global keys of the resource that a need is about: its account, and that account's place in an organization."""
    context: Context = {"aws:resourceaccount": account}
    if place.organization_id is not None and place.path is not None:
        context["aws:resourceorgid"] = place.organization_id
        context["aws:resourceorgpaths"] = (place.path,)
    return context


@lru_cache(maxsize=16)
def _told(seconds: int) -> tuple[str, str]:
    """`aws:CurrentTime` and `aws:EpochTime` of a second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), str(seconds)


def principal_context(caller: Caller) -> Context:
    """The keys that say who calls."""
    principal = caller.principal
    if principal.kind is PrincipalKind.FEDERATED:  # nobody of this account yet; the call's own keys tell of it
        return {}
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
    if caller.session is not None:
        context.update(_session_context(caller.session))
    return context


def _session_context(session: Session) -> Context:
    """The keys that temporary credentials alone have. No session here was made with a second factor.

    A federated user's session carries nothing of a second factor at all (IAM User Guide, "aws:MultiFactorAuthPresent").
    """
    context: Context = {"aws:tokenissuetime": session.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if session.kind is not SessionKind.FEDERATED_USER and session.provider is None:
        context["aws:multifactorauthpresent"] = "false"
    if session.source_identity is not None:
        context["aws:sourceidentity"] = session.source_identity
    if session.provider is not None:
        context["aws:federatedprovider"] = session.provider
    context.update(session.claims)
    return context
