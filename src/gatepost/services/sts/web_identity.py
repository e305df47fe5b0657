"""AssumeRoleWithWebIdentity: a role taken on by whom an OpenID Connect provider vouches for. Nobody signs the call.

The role's trust policy alone decides: it must name the provider, and its conditions hold the token's claims.
Source: STS API Reference, AssumeRoleWithWebIdentity.
"""

from collections.abc import Sequence
from typing import Final

from gatepost.access.credentials import Caller
from gatepost.aws.call import Arrival, Call, Shape
from gatepost.aws.operation import Need, operation
from gatepost.policy.principal import Principal
from gatepost.services.sts.errors import invalid_identity_token
from gatepost.services.sts.identity_token import (
    IdentityToken,
    context_of,
    read_token,
    source_identity_of,
    tags_of,
    verify_token,
)
from gatepost.services.sts.roles import (
    DEFAULT_SECONDS,
    Assumption,
    about_role,
    account_of_role,
    assuming,
    find_role,
    take_on,
)
from gatepost.services.sts.session_policies import read_session_policies
from gatepost.store.oidc_providers import OidcProvider, get_provider
from gatepost.store.transaction import Transaction, View

ACTION: Final = "sts:AssumeRoleWithWebIdentity"


def _identify(arrival: Arrival, view: View, given: Shape) -> Caller:
    """Whom the token's provider vouches for; `AwsError` where it does not."""
    token = read_token(given["WebIdentityToken"])
    account = account_of_role(given["RoleArn"])
    provider = _provider(view, account, token)
    verify_token(token, provider, arrival.provider_keys.get(provider.issuer), int(arrival.now.timestamp()))
    return Caller(account, Principal.of(provider.arn), token.subject)


def _provider(view: View, account: str, token: IdentityToken) -> OidcProvider:
    url = token.issuer.partition("://")[2]
    known = view.recall(account, ("oidc-provider", url), lambda tx: get_provider(tx, account, url)) if url else None
    if known is None or known.issuer != token.issuer:
        raise invalid_identity_token(f"No OpenIDConnect provider found in your account for {token.issuer}")
    return known


def _parse(
    call: Call,
    view: View,
    *,
    role_arn: str,
    role_session_name: str,
    web_identity_token: str,
    policy: str | None = None,
    policy_arns: Sequence[Shape] = (),
) -> Assumption:
    token = read_token(web_identity_token)  # `_identify` has verified it
    account = call.caller.account
    return Assumption(
        role_arn,
        account,
        find_role(view, account, role_arn),
        role_session_name,
        read_session_policies(policy, policy_arns),
        tags_of(token),
        source_identity_of(token),
    )


def _needs(call: Call, assumption: Assumption, view: View) -> Sequence[Need]:
    token = read_token(call.input["WebIdentityToken"])
    provided = context_of(token, _provider(view, assumption.account, token))
    return list(assuming(ACTION, assumption, view, {**provided, "aws:federatedprovider": call.caller.arn}))


def _denial(_call: Call, need: Need) -> str:
    return f"Not authorized to perform {need.action}"


@operation(
    "sts",
    "AssumeRoleWithWebIdentity",
    needs=_needs,
    parse=_parse,
    identify=_identify,
    writes=True,
    denial=_denial,
    resources=about_role,
    reads=("DurationSeconds",),
)
def assume_role_with_web_identity(call: Call, tx: Transaction, assumption: Assumption) -> Shape:
    """Temporary credentials of the role."""
    token = read_token(call.input["WebIdentityToken"])
    provider = _provider(tx, assumption.account, token)
    claims = {key: value for key, value in context_of(token, provider).items() if isinstance(value, str)}
    answer = take_on(
        call, tx, assumption, call.input.get("DurationSeconds") or DEFAULT_SECONDS, provider=provider.arn, claims=claims
    )
    return {
        **answer,
        "SubjectFromWebIdentityToken": token.subject,
        "Audience": token.audience,
        "Provider": provider.arn,
    }
