"""What is set on identities: signing, MAIL FROM, how they hear of bounces, their default configuration set.

Source: SES API Reference, both versions.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.ses import errors
from gatepost.services.ses.known_identities import checked_domain, found_identity, known_identities
from gatepost.services.ses.naming import on_named_identity
from gatepost.services.ses.needs import identity_name, on_everything, on_identity
from gatepost.store import identities
from gatepost.store.configuration_sets import get_configuration_set
from gatepost.store.identities import Identity
from gatepost.store.transaction import Transaction

FEEDBACK, DKIM, MAIL_FROM, HEADERS = "FeedbackForwarding", "DkimSigning", "MailFrom", "HeadersInNotifications"
DKIM_KEY, DEFAULT_KEY = "DkimKeyLength", "RSA_2048_BIT"
V2_STATUS: Final = {"Success": "SUCCESS", "Pending": "PENDING", "Failed": "FAILED", "TemporaryFailure": "TEMPORARY_FAILURE"}
V2_ON_FAILURE: Final = {"UseDefaultValue": "USE_DEFAULT_VALUE", "RejectMessage": "REJECT_MESSAGE"}


# --- version 1 ----------------------------------------------------------------------------------------------------------


@operation("ses", "GetIdentityVerificationAttributes", needs=on_everything)
def get_identity_verification_attributes(call: Call, tx: Transaction, *, identities: Sequence[str]) -> Shape:
    """Status and token of each identity; an unknown one is left out."""
    known = known_identities(call, tx, identities)
    return {"VerificationAttributes": {name: _verification(each) for name, each in known.items()}}


def _verification(identity: Identity) -> Shape:
    attributes = {"VerificationStatus": identity.verification_status}
    if identity.is_domain:
        attributes["VerificationToken"] = identity.verification_token
    return attributes


@operation("ses", "GetIdentityDkimAttributes", needs=on_everything)
def get_identity_dkim_attributes(call: Call, tx: Transaction, *, identities: Sequence[str]) -> Shape:
    """Whether mail of each identity is signed, and the tokens of its records."""
    return {
        "DkimAttributes": {name: _dkim_v1(_signer(tx, each)) for name, each in known_identities(call, tx, identities).items()}
    }


def _dkim_v1(signer: Identity | None) -> Shape:
    if signer is None:
        return {"DkimEnabled": False, "DkimVerificationStatus": "NotStarted"}
    return {
        "DkimEnabled": _dkim_enabled(signer),
        "DkimVerificationStatus": signer.verification_status,
        "DkimTokens": dkim_tokens(signer),
    }


def _signer(tx: Transaction, identity: Identity) -> Identity | None:
    """The domain that mail of an identity is signed as: the very domain behind the `@`, not a parent; None where it is no identity."""
    if identity.is_domain:
        return identity
    return identities.get_identity(tx, identity.account, identity.region, identity.name.rpartition("@")[2])


@operation("ses", "SetIdentityDkimEnabled", needs=on_everything, resources=on_named_identity("Identity"))
def set_identity_dkim_enabled(call: Call, tx: Transaction, *, identity: str, dkim_enabled: bool) -> Shape:
    """Turn signing on or off."""
    return _sign(call, tx, identity, enabled=dkim_enabled)


@operation("ses", "GetIdentityNotificationAttributes", needs=on_everything)
def get_identity_notification_attributes(call: Call, tx: Transaction, *, identities: Sequence[str]) -> Shape:
    """How each identity hears of bounces and complaints."""
    return {
        "NotificationAttributes": {name: _notifications(each) for name, each in known_identities(call, tx, identities).items()}
    }


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
    return _set(call, tx, found_identity(call, tx, identity, errors.no_feedback_identity), **{FEEDBACK: forwarding_enabled})


@operation("ses", "SetIdentityHeadersInNotificationsEnabled", needs=on_everything, resources=on_named_identity("Identity"))
def set_identity_headers_in_notifications_enabled(
    call: Call, tx: Transaction, *, identity: str, notification_type: str, enabled: bool
) -> Shape:
    """Let notifications of a kind carry the message's headers, or not."""
    known = found_identity(call, tx, identity, errors.no_notified_identity)
    return _set(call, tx, known, **{HEADERS: {**known.attributes.get(HEADERS, {}), notification_type: enabled}})


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
            for name, each in known_identities(call, tx, identities).items()
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
    known = found_identity(call, tx, identity, errors.no_identity_in_brackets)
    return _set(call, tx, known, **{MAIL_FROM: _mail_from(call, known.name, mail_from_domain, behavior_on_mx_failure)})


# --- version 2 ----------------------------------------------------------------------------------------------------------


@operation("sesv2", "PutEmailIdentityFeedbackAttributes", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def put_email_identity_feedback_attributes(
    call: Call, tx: Transaction, *, email_identity: str, email_forwarding_enabled: bool = False
) -> Shape:
    """Let bounces and complaints be forwarded by mail, or not."""
    known = found_identity(call, tx, email_identity, errors.no_feedback_identity)
    return _set(call, tx, known, **{FEEDBACK: email_forwarding_enabled})


@operation("sesv2", "PutEmailIdentityDkimAttributes", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def put_email_identity_dkim_attributes(
    call: Call, tx: Transaction, *, email_identity: str, signing_enabled: bool = False
) -> Shape:
    """Turn signing on or off."""
    return _sign(call, tx, email_identity, enabled=signing_enabled)


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
    known = found_identity(call, tx, email_identity, errors.no_identity_in_brackets)
    return _set(call, tx, known, **{MAIL_FROM: _mail_from(call, known.name, mail_from_domain, on_failure)})


@operation(
    "sesv2", "PutEmailIdentityConfigurationSetAttributes", needs=on_identity, resources=on_named_identity("EmailIdentity")
)
def put_email_identity_configuration_set_attributes(
    call: Call, tx: Transaction, *, email_identity: str, configuration_set_name: str | None = None
) -> Shape:
    """Set the identity's default configuration set; without one there is none."""
    identity = found_identity(call, tx, email_identity, errors.no_identity_with_default)
    if configuration_set_name is not None:
        check_configuration_set(call, tx, configuration_set_name)
    identities.put_identity(tx, replace(identity, configuration_set=configuration_set_name))
    return {}


# --- what both share ----------------------------------------------------------------------------------------------------


def _sign(call: Call, tx: Transaction, given: str, *, enabled: bool) -> Shape:
    """Turn the signing of a domain on or off. An address is signed as its domain says: there is nothing to change."""
    name = identity_name(call, given)
    domain = name.rpartition("@")[2]
    known = identities.get_identity(tx, call.caller.account, call.region, domain)
    if known is None:
        raise errors.not_signing(call, domain)
    return {} if name != domain else _set(call, tx, known, **{DKIM: enabled})


def _set(_call: Call, tx: Transaction, identity: Identity, **attributes: Any) -> Shape:  # noqa: ANN401 -- JSON, by the constants above
    identities.put_identity(tx, replace(identity, attributes={**identity.attributes, **attributes}))
    return {}


def _mail_from(call: Call, name: str, domain: str | None, on_failure: str) -> Mapping[str, str] | None:
    if not domain:
        return None
    parent = name.rpartition("@")[2].lower()
    if not checked_domain(call, domain).endswith(f".{parent}"):
        raise errors.invalid(
            call, f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity <{name}>."
        )
    return {"Domain": domain.lower(), "OnFailure": on_failure}


def check_configuration_set(call: Call, tx: Transaction, name: str) -> None:
    """`AwsError` where no configuration set has this name."""
    if get_configuration_set(tx, call.caller.account, call.region, name) is None:
        raise errors.no_configuration_set(call, name)


def _dkim_enabled(identity: Identity) -> bool:
    enabled: bool = identity.attributes.get(DKIM, identity.is_domain)
    return enabled


def dkim_attributes(tx: Transaction, identity: Identity) -> Shape:
    """How mail of an identity is signed, as version 2 answers it."""
    signer = _signer(tx, identity)
    if signer is None:
        return {"SigningEnabled": False, "Status": "NOT_STARTED", "SigningAttributesOrigin": "AWS_SES"}
    length = signer.attributes.get(DKIM_KEY, DEFAULT_KEY)
    return {
        "SigningEnabled": _dkim_enabled(signer),
        "Status": V2_STATUS[signer.verification_status],
        "Tokens": dkim_tokens(signer),
        "SigningAttributesOrigin": "AWS_SES",
        "CurrentSigningKeyLength": length,
        "NextSigningKeyLength": length,
    }


def dkim_tokens(identity: Identity) -> list[str]:
    """The names of a domain's three DKIM records: always the same for the same identity."""
    seed = f"dkim/{identity.account}/{identity.region}/{identity.name}"
    digests = (hashlib.sha256(f"{seed}/{number}".encode()).digest() for number in range(3))
    return [base64.b32encode(digest[:20]).decode().lower() for digest in digests]


def mail_from_attributes(identity: Identity) -> Shape:
    """The MAIL FROM domain of an identity, as version 2 answers it; where it has none, what would be done on a failure."""
    mail_from = identity.attributes.get(MAIL_FROM)
    if not mail_from:
        return {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    return {
        "MailFromDomain": mail_from["Domain"],
        "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": V2_ON_FAILURE[mail_from["OnFailure"]],
    }
