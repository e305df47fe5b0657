"""OpenID Connect providers: whose tokens roles may be assumed with.

AWS takes `https://` alone. Here `http://` is taken as well where the host is this very machine, for an issuer on a laptop or in CI.
Thumbprints are kept as they are given; none is fetched.
Source: IAM API Reference; IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM"; texts as the service puts them.
"""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import Need, action_of, operation
from gatepost.policy.values import arn_parts
from gatepost.services.iam import errors
from gatepost.services.iam.naming import about_provider, iam_arn, keys_of, on_arn
from gatepost.services.iam.quotas import CLIENT_IDS_A_PROVIDER, OIDC_PROVIDERS, THUMBPRINTS_A_PROVIDER
from gatepost.services.iam.tags import OF_RESOURCES, Tags, tag_list
from gatepost.services.needs import on_everything
from gatepost.store import oidc_providers
from gatepost.store.oidc_providers import OidcProvider
from gatepost.store.transaction import Transaction, View

URL: Final = re.compile(
    r"(https?)://((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~!$&'()+,;=:@%/-]*)?)"
)
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
THUMBPRINT: Final = re.compile(r"[0-9A-Fa-f]{40}")


def _on_new_provider(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
    """The operation's own action on the provider that is to be made, by its URL without the scheme."""
    url = str(call.input["Url"])
    arn = iam_arn(call, "oidc-provider", f"/{url.partition('://')[2] or url}")
    return (Need(action_of(call), arn, call.caller.account, keys_of(call)),)


@operation("iam", "CreateOpenIDConnectProvider", needs=_on_new_provider, resources=about_provider)
def create_open_id_connect_provider(
    call: Call,
    tx: Transaction,
    *,
    url: str,
    client_id_list: Sequence[str] = (),
    thumbprint_list: Sequence[str] = (),
    tags: Tags = (),
) -> Shape:
    """A new provider; an account has each once."""
    account = call.caller.account
    scheme, without_scheme = _checked_url(url)
    client_ids, thumbprints = _checked_client_ids(client_id_list), _checked_thumbprints(thumbprint_list)
    if oidc_providers.get_provider(tx, account, without_scheme) is not None:
        raise AwsError("EntityAlreadyExists", f"Provider with url {url} already exists.", 409)
    if oidc_providers.count_providers(tx, account) >= OIDC_PROVIDERS:
        raise errors.exceeded("OpenIdConnectProvidersPerAccount", OIDC_PROVIDERS)
    provider = OidcProvider(account, without_scheme, scheme, client_ids, thumbprints, call.now, OF_RESOURCES.pairs(tags))
    oidc_providers.create_provider(tx, provider)
    return {"OpenIDConnectProviderArn": provider.arn, "Tags": tag_list(provider.tags) or None}


@operation("iam", "GetOpenIDConnectProvider", needs=on_arn("OpenIDConnectProviderArn"), resources=about_provider)
def get_open_id_connect_provider(call: Call, tx: Transaction, *, open_id_connect_provider_arn: str) -> Shape:
    """A provider; its URL without the scheme, as AWS answers it."""
    provider = found(call, tx, open_id_connect_provider_arn)
    return {
        "Url": provider.url,
        "ClientIDList": list(provider.client_ids),
        "ThumbprintList": list(provider.thumbprints),
        "CreateDate": provider.created_at,
        "Tags": tag_list(provider.tags),
    }


@operation("iam", "ListOpenIDConnectProviders", needs=on_everything)
def list_open_id_connect_providers(call: Call, tx: Transaction) -> Shape:
    """The ARNs of the account's providers."""
    known = oidc_providers.list_providers(tx, call.caller.account)
    return {"OpenIDConnectProviderList": [{"Arn": provider.arn} for provider in known]}


@operation("iam", "DeleteOpenIDConnectProvider", needs=on_arn("OpenIDConnectProviderArn"), resources=about_provider)
def delete_open_id_connect_provider(call: Call, tx: Transaction, *, open_id_connect_provider_arn: str) -> Shape:
    """Delete a provider; trust policies that name it stay, and nobody comes through them any more."""
    provider = _known(call, tx, open_id_connect_provider_arn)
    if provider is None:
        text = f"OpenId connect Provider {open_id_connect_provider_arn} cannot be found."
        raise AwsError("NoSuchEntity", text, 404)
    oidc_providers.delete_provider(tx, provider)
    return {}


@operation("iam", "UpdateOpenIDConnectProviderThumbprint", needs=on_arn("OpenIDConnectProviderArn"), resources=about_provider)
def update_open_id_connect_provider_thumbprint(
    call: Call, tx: Transaction, *, open_id_connect_provider_arn: str, thumbprint_list: Sequence[str]
) -> Shape:
    """Other thumbprints for a provider, in place of all that it has."""
    provider = found(call, tx, open_id_connect_provider_arn)
    oidc_providers.set_thumbprints(tx, provider, _checked_thumbprints(thumbprint_list))
    return {}


@operation("iam", "AddClientIDToOpenIDConnectProvider", needs=on_arn("OpenIDConnectProviderArn"), resources=about_provider)
def add_client_id_to_open_id_connect_provider(
    call: Call, tx: Transaction, *, open_id_connect_provider_arn: str, client_id: str
) -> Shape:
    """One more audience for a provider's tokens; nothing changes where it has it already."""
    provider = found(call, tx, open_id_connect_provider_arn)
    oidc_providers.set_client_ids(tx, provider, _checked_client_ids((*provider.client_ids, client_id)))
    return {}


@operation("iam", "RemoveClientIDFromOpenIDConnectProvider", needs=on_arn("OpenIDConnectProviderArn"), resources=about_provider)
def remove_client_id_from_open_id_connect_provider(
    call: Call, tx: Transaction, *, open_id_connect_provider_arn: str, client_id: str
) -> Shape:
    """One audience less for a provider's tokens; nothing changes where it does not have it."""
    provider = found(call, tx, open_id_connect_provider_arn)
    oidc_providers.set_client_ids(tx, provider, [each for each in provider.client_ids if each != client_id])
    return {}


# --- parts --------------------------------------------------------------------------------------------------------------


def found(call: Call, tx: Transaction, arn: str) -> OidcProvider:
    """The provider of an ARN; `NoSuchEntity` where there is none."""
    provider = _known(call, tx, arn)
    if provider is None:
        raise AwsError("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", 404)
    return provider


def _known(call: Call, tx: Transaction, arn: str) -> OidcProvider | None:
    if arn_parts(arn) is None:
        raise errors.validation("Invalid ARN:  Could not be parsed!")
    provider = oidc_providers.get_provider_by_arn(tx, arn)
    return provider if provider is not None and provider.account == call.caller.account else None


def _checked_url(url: str) -> tuple[str, str]:
    """Scheme and rest of a URL that an issuer may have."""
    match = URL.fullmatch(url)
    if match is None or (match[1] == "http" and urlsplit(url).hostname not in LOOPBACK):
        raise errors.validation("Invalid Open ID Connect Provider URL")
    return match[1], match[2]


def _checked_client_ids(client_ids: Sequence[str]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(client_ids))
    if len(different) > CLIENT_IDS_A_PROVIDER:
        raise errors.exceeded("ClientIdsPerOpenIdConnectProvider", CLIENT_IDS_A_PROVIDER)
    return different


def _checked_thumbprints(thumbprints: Sequence[str]) -> tuple[str, ...]:
    if len(thumbprints) > THUMBPRINTS_A_PROVIDER:
        raise errors.invalid_input(f"Thumbprint list must contain fewer than {THUMBPRINTS_A_PROVIDER} entries.")
    for thumbprint in thumbprints:
        if THUMBPRINT.fullmatch(thumbprint) is None:
            raise errors.invalid_input(f"A thumbprint is 40 hexadecimal digits: {thumbprint}")
    return tuple(thumbprints)
