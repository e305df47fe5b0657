"""Identities: the domains and addresses that mail may come from. Both versions of the API over one store.

The local profile verifies at once: the tokens are given and stay the same, but no DNS record is waited for.
Source: SES API Reference, both versions.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.services.ses import errors, pages
from gatepost.services.ses.filters import check_identity_filter, read_identity_filter
from gatepost.services.ses.identity_attributes import (
    DKIM_KEY,
    FEEDBACK,
    V2_STATUS,
    check_configuration_set,
    dkim_attributes,
    dkim_tokens,
    mail_from_attributes,
)
from gatepost.services.ses.identity_policies import shown_policies
from gatepost.services.ses.known_identities import checked_address, checked_domain, found_identity
from gatepost.services.ses.naming import on_named_identity
from gatepost.services.ses.needs import identity_name, on_everything, on_identity
from gatepost.services.ses.pages import IDENTITIES, IDENTITIES_V1, page
from gatepost.services.ses.resource_tags import checked_tags
from gatepost.store import identities, identity_policies
from gatepost.store.identities import Identity
from gatepost.store.transaction import Transaction

MOST_IDENTITIES: Final = 10_000


# --- version 1: verification --------------------------------------------------------------------------------------------


@operation("ses", "VerifyDomainIdentity", needs=on_everything, resources=on_named_identity("Domain"))
def verify_domain_identity(call: Call, tx: Transaction, *, domain: str) -> Shape:
    """Add a domain; the token is what its TXT record would say."""
    return {"VerificationToken": _verify(call, tx, checked_domain(call, domain)).verification_token}


@operation("ses", "VerifyDomainDkim", needs=on_everything, resources=on_named_identity("Domain"))
def verify_domain_dkim(call: Call, tx: Transaction, *, domain: str) -> Shape:
    """Add a domain; the tokens are the names of its DKIM records."""
    return {"DkimTokens": dkim_tokens(_verify(call, tx, checked_domain(call, domain)))}


@operation("ses", "VerifyEmailIdentity", needs=on_everything, resources=on_named_identity("EmailAddress"))
def verify_email_identity(call: Call, tx: Transaction, *, email_address: str) -> Shape:
    """Add an address."""
    _verify(call, tx, checked_address(call, email_address))
    return {}


@operation("ses", "VerifyEmailAddress", needs=on_everything, resources=on_named_identity("EmailAddress"))
def verify_email_address(call: Call, tx: Transaction, *, email_address: str) -> Shape:
    """Add an address (the older name)."""
    _verify(call, tx, checked_address(call, email_address))
    return {}


@operation("ses", "DeleteIdentity", needs=on_everything, resources=on_named_identity("Identity"))
def delete_identity(call: Call, tx: Transaction, *, identity: str) -> Shape:
    """Delete an identity and its policies; nothing happens where there is none."""
    _delete(call, tx, identity_name(call, identity))
    return {}


@operation("ses", "DeleteVerifiedEmailAddress", needs=on_everything, resources=on_named_identity("EmailAddress"))
def delete_verified_email_address(call: Call, tx: Transaction, *, email_address: str) -> Shape:
    """Delete an address (the older name)."""
    _delete(call, tx, identity_name(call, email_address))
    return {}


@operation("ses", "ListIdentities", needs=on_everything)
def list_identities(
    call: Call,
    tx: Transaction,
    *,
    identity_type: str | None = None,
    next_token: str | None = None,
    max_items: int | None = None,
) -> Shape:
    """The names of the identities: `Domain`, `EmailAddress`, or both."""
    known = identities.list_identities(tx, call.caller.account, call.region)
    wanted = [each.name for each in known if identity_type in (None, "Domain" if each.is_domain else "EmailAddress")]
    names, token = page(call, IDENTITIES_V1, wanted, str, pages.page_size(call, IDENTITIES_V1, max_items), next_token)
    return {"Identities": names, "NextToken": token}


@operation("ses", "ListVerifiedEmailAddresses", needs=on_everything)
def list_verified_email_addresses(call: Call, tx: Transaction) -> Shape:
    """The verified addresses (the older name)."""
    known = identities.list_identities(tx, call.caller.account, call.region)
    return {"VerifiedEmailAddresses": [each.name for each in known if each.verified and not each.is_domain]}


# --- version 2 ----------------------------------------------------------------------------------------------------------


@operation("sesv2", "CreateEmailIdentity", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def create_email_identity(
    call: Call,
    tx: Transaction,
    *,
    email_identity: str,
    tags: Sequence[Mapping[str, str]] = (),
    dkim_signing_attributes: Shape | None = None,
    configuration_set_name: str | None = None,
) -> Shape:
    """A new identity."""
    signing = dkim_signing_attributes or {}
    own_key = signing.keys() & {"DomainSigningPrivateKey", "DomainSigningSelector"}
    if own_key or signing.get("DomainSigningAttributesOrigin", "AWS_SES") != "AWS_SES":
        raise errors.invalid(call, "DkimSigningAttributes: keys of your own are not served here; leave them out for Easy DKIM.")
    name = checked_address(call, email_identity) if "@" in email_identity else checked_domain(call, email_identity)
    if identities.get_identity(tx, call.caller.account, call.region, name) is not None:
        raise errors.identity_exists(name)
    tagged = checked_tags(call, tags)
    if configuration_set_name is not None:
        check_configuration_set(call, tx, configuration_set_name)
    made = replace(
        _new(call, name),
        configuration_set=configuration_set_name,
        attributes={DKIM_KEY: signing["NextSigningKeyLength"]} if "NextSigningKeyLength" in signing else {},
        tags=tagged,
    )
    _put_new(call, tx, made)
    return {
        "IdentityType": _identity_type(made),
        "VerifiedForSendingStatus": made.verified,
        "DkimAttributes": dkim_attributes(tx, made),
    }


@operation("sesv2", "GetEmailIdentity", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def get_email_identity(call: Call, tx: Transaction, *, email_identity: str) -> Shape:
    """All that is known of an identity, its policies included."""
    identity = found_identity(call, tx, email_identity)
    return {
        "IdentityType": _identity_type(identity),
        "FeedbackForwardingStatus": identity.attributes.get(FEEDBACK, True),
        "VerifiedForSendingStatus": identity.verified,
        "VerificationStatus": V2_STATUS[identity.verification_status],
        "DkimAttributes": dkim_attributes(tx, identity),
        "MailFromAttributes": mail_from_attributes(identity),
        "Policies": shown_policies(call, tx, identity.name),
        "Tags": [{"Key": key, "Value": value} for key, value in identity.tags],
        "ConfigurationSetName": identity.configuration_set,
    }


@operation("sesv2", "ListEmailIdentities", needs=on_everything)
def list_email_identities(
    call: Call,
    tx: Transaction,
    *,
    filter: Mapping[str, str] | None = None,  # noqa: A002 -- the API's name
    next_token: str | None = None,
    page_size: int | None = None,
) -> Shape:
    """The identities, by name."""
    filters = filter or {}
    check_identity_filter(call, filters)
    size = pages.page_size(call, IDENTITIES, page_size)
    chosen = read_identity_filter(call, filters)
    known = [each for each in identities.list_identities(tx, call.caller.account, call.region) if chosen.matches(each)]
    listed, token = page(call, IDENTITIES, known, lambda each: each.name, size, next_token, filters)
    return {
        "EmailIdentities": [
            {
                "IdentityType": _identity_type(each),
                "IdentityName": each.name,
                "SendingEnabled": each.verified,
                "VerificationStatus": V2_STATUS[each.verification_status],
            }
            for each in listed
        ],
        "NextToken": token,
    }


@operation("sesv2", "DeleteEmailIdentity", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def delete_email_identity(call: Call, tx: Transaction, *, email_identity: str) -> Shape:
    """Delete an identity that exists, and its policies."""
    _delete(call, tx, found_identity(call, tx, email_identity).name)
    return {}


# --- what both share ----------------------------------------------------------------------------------------------------


def _verify(call: Call, tx: Transaction, name: str) -> Identity:
    """The identity of a name, made where there is none; asking again changes nothing."""
    known = identities.get_identity(tx, call.caller.account, call.region, name)
    if known is not None:
        return known
    made = _new(call, name)
    _put_new(call, tx, made)
    return made


def _new(call: Call, name: str) -> Identity:
    account, region = call.caller.account, call.region
    token = base64.b64encode(hashlib.sha256(f"{account}/{region}/{name}".encode()).digest()).decode()
    return Identity(account, region, name, "Success", token, call.now)


def _put_new(call: Call, tx: Transaction, made: Identity) -> None:
    if identities.count_identities(tx, made.account, made.region) >= MOST_IDENTITIES:
        code = "LimitExceededException" if errors.is_v2(call) else "LimitExceeded"
        raise AwsError(code, f"An account has at most {MOST_IDENTITIES} identities a region.")
    identities.put_identity(tx, made)


def _delete(call: Call, tx: Transaction, name: str) -> None:
    account, region = call.caller.account, call.region
    identities.delete_identity(tx, account, region, name)
    identity_policies.delete_all_of(tx, account, region, name)


def _identity_type(identity: Identity) -> str:
    return "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS"
