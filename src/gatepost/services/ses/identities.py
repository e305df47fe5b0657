"""Identities: the domains and addresses that mail may come from. Both versions of the API over one store.

The local profile verifies at once: the tokens are given and stay the same, but no DNS record is waited for.
Source: SES API Reference, both versions.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.mail.address import AddressError, read_mailbox
from gatepost.services.ses import errors
from gatepost.services.ses.naming import on_named_identity
from gatepost.services.ses.needs import identity_name, on_everything, on_identity
from gatepost.services.ses.pages import page
from gatepost.store import identities, identity_policies
from gatepost.store.configuration_sets import get_configuration_set
from gatepost.store.identities import Identity
from gatepost.store.transaction import Transaction

DOMAIN: Final = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
MOST_IDENTITIES: Final = 10_000
FEEDBACK, DKIM, MAIL_FROM, HEADERS = "FeedbackForwarding", "DkimSigning", "MailFrom", "HeadersInNotifications"
V1_STATUS: Final = {"Success": "Success", "Pending": "Pending", "Failed": "Failed", "TemporaryFailure": "TemporaryFailure"}
V2_STATUS: Final = {"Success": "SUCCESS", "Pending": "PENDING", "Failed": "FAILED", "TemporaryFailure": "TEMPORARY_FAILURE"}


# --- version 1: verification --------------------------------------------------------------------------------------------


@operation("ses", "VerifyDomainIdentity", needs=on_everything, resources=on_named_identity("Domain"))
def verify_domain_identity(call: Call, tx: Transaction, *, domain: str) -> Shape:
    """Add a domain; the token is what its TXT record would say."""
    return {"VerificationToken": _verify(call, tx, _domain(call, domain)).verification_token}


@operation("ses", "VerifyDomainDkim", needs=on_everything, resources=on_named_identity("Domain"))
def verify_domain_dkim(call: Call, tx: Transaction, *, domain: str) -> Shape:
    """Add a domain; the tokens are the names of its DKIM records."""
    return {"DkimTokens": dkim_tokens(_verify(call, tx, _domain(call, domain)))}


@operation("ses", "VerifyEmailIdentity", needs=on_everything, resources=on_named_identity("EmailAddress"))
def verify_email_identity(call: Call, tx: Transaction, *, email_address: str) -> Shape:
    """Add an address."""
    _verify(call, tx, _address(call, email_address))
    return {}


@operation("ses", "VerifyEmailAddress", needs=on_everything, resources=on_named_identity("EmailAddress"))
def verify_email_address(call: Call, tx: Transaction, *, email_address: str) -> Shape:
    """Add an address (the older name)."""
    _verify(call, tx, _address(call, email_address))
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
    names, token = page(call, wanted, str, max_items, next_token)
    return {"Identities": names, "NextToken": token}


@operation("ses", "ListVerifiedEmailAddresses", needs=on_everything)
def list_verified_email_addresses(call: Call, tx: Transaction) -> Shape:
    """The verified addresses (the older name)."""
    known = identities.list_identities(tx, call.caller.account, call.region)
    return {"VerifiedEmailAddresses": [each.name for each in known if each.verified and not each.is_domain]}


# --- version 1: attributes ----------------------------------------------------------------------------------------------


@operation("ses", "GetIdentityVerificationAttributes", needs=on_everything)
def get_identity_verification_attributes(call: Call, tx: Transaction, *, identities: Sequence[str]) -> Shape:
    """Status and token of each identity; an unknown one is left out."""
    known = _known(call, tx, identities)
    return {"VerificationAttributes": {name: _verification(each) for name, each in known.items()}}


def _verification(identity: Identity) -> Shape:
    attributes = {"VerificationStatus": V1_STATUS[identity.verification_status]}
    if identity.is_domain:
        attributes["VerificationToken"] = identity.verification_token
    return attributes


@operation("ses", "GetIdentityDkimAttributes", needs=on_everything)
def get_identity_dkim_attributes(call: Call, tx: Transaction, *, identities: Sequence[str]) -> Shape:
    """Whether mail of each identity is signed, and the tokens of its records."""
    return {
        "DkimAttributes": {
            name: {
                "DkimEnabled": _dkim_enabled(each),
                "DkimVerificationStatus": V1_STATUS[each.verification_status] if each.is_domain else "NotStarted",
                **({"DkimTokens": dkim_tokens(each)} if each.is_domain else {}),
            }
            for name, each in _known(call, tx, identities).items()
        }
    }


@operation("ses", "SetIdentityDkimEnabled", needs=on_everything, resources=on_named_identity("Identity"))
def set_identity_dkim_enabled(call: Call, tx: Transaction, *, identity: str, dkim_enabled: bool) -> Shape:
    """Turn signing on or off."""
    return _set(call, tx, identity, **{DKIM: dkim_enabled})


@operation("ses", "GetIdentityNotificationAttributes", needs=on_everything)
def get_identity_notification_attributes(call: Call, tx: Transaction, *, identities: Sequence[str]) -> Shape:
    """How each identity hears of bounces and complaints."""
    return {"NotificationAttributes": {name: _notifications(each) for name, each in _known(call, tx, identities).items()}}


def _notifications(identity: Identity) -> Shape:
    headers: Mapping[str, bool] = identity.attributes.get(HEADERS, {})
    return {
        "BounceTopic": "",
        "ComplaintTopic": "",
        "DeliveryTopic": "",
        "ForwardingEnabled": identity.attributes.get(FEEDBACK, True),
        **{f"HeadersIn{kind}NotificationsEnabled": headers.get(kind, False) for kind in ("Bounce", "Complaint", "Delivery")},
    }


@operation("ses", "SetIdentityFeedbackForwardingEnabled", needs=on_everything, resources=on_named_identity("Identity"))
def set_identity_feedback_forwarding_enabled(call: Call, tx: Transaction, *, identity: str, forwarding_enabled: bool) -> Shape:
    """Let bounces and complaints be forwarded by mail, or not."""
    return _set(call, tx, identity, **{FEEDBACK: forwarding_enabled})


@operation("ses", "SetIdentityHeadersInNotificationsEnabled", needs=on_everything, resources=on_named_identity("Identity"))
def set_identity_headers_in_notifications_enabled(
    call: Call, tx: Transaction, *, identity: str, notification_type: str, enabled: bool
) -> Shape:
    """Let notifications of a kind carry the message's headers, or not."""
    known = _get(call, tx, identity)
    return _set(call, tx, identity, **{HEADERS: {**known.attributes.get(HEADERS, {}), notification_type: enabled}})


@operation("ses", "GetIdentityMailFromDomainAttributes", needs=on_everything)
def get_identity_mail_from_domain_attributes(call: Call, tx: Transaction, *, identities: Sequence[str]) -> Shape:
    """The MAIL FROM domain of each identity that has one."""
    return {
        "MailFromDomainAttributes": {
            name: {
                "MailFromDomain": each.attributes[MAIL_FROM]["Domain"],
                "MailFromDomainStatus": "Success",
                "BehaviorOnMXFailure": each.attributes[MAIL_FROM]["OnFailure"],
            }
            for name, each in _known(call, tx, identities).items()
            if each.attributes.get(MAIL_FROM)
        }
    }


@operation("ses", "SetIdentityMailFromDomain", needs=on_everything, resources=on_named_identity("Identity"))
def set_identity_mail_from_domain(
    call: Call,
    tx: Transaction,
    *,
    identity: str,
    mail_from_domain: str | None = None,
    behavior_on_mx_failure: str = "UseDefaultValue",
) -> Shape:
    """Set a MAIL FROM domain, a sub-domain of the identity's; without one it is taken away."""
    return _set(call, tx, identity, **{MAIL_FROM: _mail_from(call, identity, mail_from_domain, behavior_on_mx_failure)})


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
    if dkim_signing_attributes and "DomainSigningPrivateKey" in dkim_signing_attributes:
        raise errors.invalid(call, "DkimSigningAttributes: keys of your own are not served here; leave them out for Easy DKIM.")
    name = _address(call, email_identity) if "@" in email_identity else _domain(call, email_identity)
    if identities.get_identity(tx, call.caller.account, call.region, name) is not None:
        raise errors.identity_exists(name)
    if configuration_set_name is not None:
        _check_configuration_set(call, tx, configuration_set_name)
    made = replace(
        _new(call, name),
        configuration_set=configuration_set_name,
        tags=tuple((tag["Key"], tag["Value"]) for tag in tags),
    )
    _put_new(call, tx, made)
    return {
        "IdentityType": _identity_type(made),
        "VerifiedForSendingStatus": made.verified,
        "DkimAttributes": _dkim_attributes(made),
    }


@operation("sesv2", "GetEmailIdentity", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def get_email_identity(call: Call, tx: Transaction, *, email_identity: str) -> Shape:
    """All that is known of an identity, its policies included."""
    identity = _get(call, tx, email_identity)
    policies = identity_policies.list_identity_policies(tx, identity.account, identity.region, identity.name)
    mail_from = identity.attributes.get(MAIL_FROM)
    return {
        "IdentityType": _identity_type(identity),
        "FeedbackForwardingStatus": identity.attributes.get(FEEDBACK, True),
        "VerifiedForSendingStatus": identity.verified,
        "VerificationStatus": V2_STATUS[identity.verification_status],
        "DkimAttributes": _dkim_attributes(identity),
        "MailFromAttributes": {
            "MailFromDomain": mail_from["Domain"] if mail_from else "",
            "MailFromDomainStatus": "SUCCESS" if mail_from else "PENDING",
            "BehaviorOnMxFailure": V2_ON_FAILURE[mail_from["OnFailure"] if mail_from else "UseDefaultValue"],
        }
        if mail_from
        else None,
        "Policies": {policy.name: policy.document for policy in policies},
        "Tags": [{"Key": key, "Value": value} for key, value in identity.tags],
        "ConfigurationSetName": identity.configuration_set,
    }


@operation("sesv2", "ListEmailIdentities", needs=on_everything)
def list_email_identities(call: Call, tx: Transaction, *, next_token: str | None = None, page_size: int | None = None) -> Shape:
    """The identities, by name."""
    known = identities.list_identities(tx, call.caller.account, call.region)
    listed, token = page(call, known, lambda each: each.name, page_size, next_token)
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
    _delete(call, tx, _get(call, tx, email_identity).name)
    return {}


@operation("sesv2", "PutEmailIdentityFeedbackAttributes", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def put_email_identity_feedback_attributes(
    call: Call, tx: Transaction, *, email_identity: str, email_forwarding_enabled: bool = False
) -> Shape:
    """Let bounces and complaints be forwarded by mail, or not."""
    return _set(call, tx, email_identity, **{FEEDBACK: email_forwarding_enabled})


@operation("sesv2", "PutEmailIdentityDkimAttributes", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def put_email_identity_dkim_attributes(
    call: Call, tx: Transaction, *, email_identity: str, signing_enabled: bool = False
) -> Shape:
    """Turn signing on or off."""
    return _set(call, tx, email_identity, **{DKIM: signing_enabled})


@operation("sesv2", "PutEmailIdentityMailFromAttributes", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def put_email_identity_mail_from_attributes(
    call: Call,
    tx: Transaction,
    *,
    email_identity: str,
    mail_from_domain: str | None = None,
    behavior_on_mx_failure: str = "USE_DEFAULT_VALUE",
) -> Shape:
    """Set a MAIL FROM domain, a sub-domain of the identity's; without one it is taken away."""
    on_failure = next(v1 for v1, v2 in V2_ON_FAILURE.items() if v2 == behavior_on_mx_failure)
    return _set(call, tx, email_identity, **{MAIL_FROM: _mail_from(call, email_identity, mail_from_domain, on_failure)})


@operation(
    "sesv2", "PutEmailIdentityConfigurationSetAttributes", needs=on_identity, resources=on_named_identity("EmailIdentity")
)
def put_email_identity_configuration_set_attributes(
    call: Call, tx: Transaction, *, email_identity: str, configuration_set_name: str | None = None
) -> Shape:
    """Set the identity's default configuration set; without one there is none."""
    identity = _get(call, tx, email_identity)
    if configuration_set_name is not None:
        _check_configuration_set(call, tx, configuration_set_name)
    identities.put_identity(tx, replace(identity, configuration_set=configuration_set_name))
    return {}


# --- what both share ----------------------------------------------------------------------------------------------------

V2_ON_FAILURE: Final = {"UseDefaultValue": "USE_DEFAULT_VALUE", "RejectMessage": "REJECT_MESSAGE"}


def _domain(call: Call, text: str) -> str:
    name = text.lower()
    if not DOMAIN.fullmatch(name):
        raise errors.invalid(call, f"Invalid domain name {text}.")
    return name


def _address(call: Call, text: str) -> str:
    try:
        mailbox = read_mailbox(text)
    except AddressError:
        raise errors.invalid(call, f"Invalid email address {text}.") from None
    if mailbox.address != text:
        raise errors.invalid(call, f"Invalid email address {text}.")
    return text


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


def _get(call: Call, tx: Transaction, given: str) -> Identity:
    name = identity_name(call, given)
    known = identities.get_identity(tx, call.caller.account, call.region, name)
    if known is None:
        raise errors.no_identity(call, given)
    return known


def _known(call: Call, tx: Transaction, names: Sequence[str]) -> dict[str, Identity]:
    """The identities of these names, by the names as they were asked; unknown ones are left out."""
    found = {name: identities.get_identity(tx, call.caller.account, call.region, identity_name(call, name)) for name in names}
    return {name: identity for name, identity in found.items() if identity is not None}


def _set(call: Call, tx: Transaction, given: str, **attributes: Any) -> Shape:  # noqa: ANN401 -- JSON, by the constants above
    identity = _get(call, tx, given)
    identities.put_identity(tx, replace(identity, attributes={**identity.attributes, **attributes}))
    return {}


def _delete(call: Call, tx: Transaction, name: str) -> None:
    account, region = call.caller.account, call.region
    identities.delete_identity(tx, account, region, name)
    identity_policies.delete_all_of(tx, account, region, name)


def _mail_from(call: Call, given: str, domain: str | None, on_failure: str) -> Mapping[str, str] | None:
    if not domain:
        return None
    name = identity_name(call, given)
    parent = name.rpartition("@")[2].lower()
    if not _domain(call, domain).endswith(f".{parent}"):
        raise errors.invalid(
            call, f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity <{name}>."
        )
    return {"Domain": domain.lower(), "OnFailure": on_failure}


def _check_configuration_set(call: Call, tx: Transaction, name: str) -> None:
    if get_configuration_set(tx, call.caller.account, call.region, name) is None:
        raise errors.no_configuration_set(call, name)


def _identity_type(identity: Identity) -> str:
    return "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS"


def _dkim_enabled(identity: Identity) -> bool:
    enabled: bool = identity.attributes.get(DKIM, identity.is_domain)
    return enabled


def _dkim_attributes(identity: Identity) -> Shape:
    return {
        "SigningEnabled": _dkim_enabled(identity),
        "Status": V2_STATUS[identity.verification_status] if identity.is_domain else "NOT_STARTED",
        "Tokens": dkim_tokens(identity) if identity.is_domain else None,
        "SigningAttributesOrigin": "AWS_SES",
    }


def dkim_tokens(identity: Identity) -> list[str]:
    """The names of a domain's three DKIM records: always the same for the same identity."""
    seed = f"dkim/{identity.account}/{identity.region}/{identity.name}"
    digests = (hashlib.sha256(f"{seed}/{number}".encode()).digest() for number in range(3))
    return [base64.b32encode(digest[:20]).decode().lower() for digest in digests]
