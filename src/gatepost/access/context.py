"""The condition keys that do not depend on what is asked: of the connection, of the principal, of the organization.

Source: IAM User Guide, "AWS global condition context keys"; SES Developer Guide, "Controlling access" (the keys SES sets). All are
in lower case. Absent on purpose, as on AWS for long-term credentials: `aws:MultiFactorAuthPresent`, `aws:TokenIssueTime`. Absent
without an organization: `aws:PrincipalOrgID` and its kin.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from gatepost.access.credentials import Caller, Session
from gatepost.access.placement import Placement
from gatepost.policy.principal import PrincipalKind
from gatepost.store.sessions import SessionKind

Context = dict[str, str | tuple[str, ...]]

# aws:PrincipalType by kind of principal (IAM User Guide, "aws:PrincipalType").
PRINCIPAL_TYPES: Final = {
    PrincipalKind.ROOT: "Account",
    PrincipalKind.USER: "User",
    PrincipalKind.ASSUMED_ROLE: "AssumedRole",
    PrincipalKind.FEDERATED_USER: "FederatedUser",
    PrincipalKind.ANONYMOUS: "Anonymous",
}


def connection_context(instant: datetime, source_ip: str, user_agent: str, region: str, *, secure: bool) -> Context:
    """When, from where and how a call came in, and to which region."""
    current_time, epoch_time = _told(int(instant.timestamp()))
    return {
        "aws:currenttime": current_time,
        "aws:epochtime": epoch_time,
        "aws:securetransport": "true" if secure else "false",
        "aws:sourceip": source_ip,
        "aws:useragent": user_agent,
        "aws:requestedregion": region,
        "aws:principalisawsservice": "false",
        "aws:viaawsservice": "false",
    }


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


def organization_context(place: Placement) -> Context:
    """The keys of the caller's account in an organization."""
    if place.organization_id is None or place.path is None:
        return {}
    return {"aws:principalorgid": place.organization_id, "aws:principalorgpaths": (place.path,)}


def resource_context(account: str, place: Placement) -> Context:
    """The keys of the resource that a need is about: its account, and that account's place in an organization."""
    context: Context = {"aws:resourceaccount": account}
    if place.organization_id is not None and place.path is not None:
        context["aws:resourceorgid"] = place.organization_id
        context["aws:resourceorgpaths"] = (place.path,)
    return context
