"""What an account has sent, how much it may, and whether it may at all."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.ses.errors import invalid
from gatepost.services.ses.needs import on_everything
from gatepost.store import sending_settings
from gatepost.store.send_counts import recipients_by_interval, recipients_since
from gatepost.store.transaction import Transaction

INTERVAL_MINUTES: Final = 15
KEPT: Final = timedelta(days=14)
# A host with a top-level domain of letters (or of Punycode), which SES looks at too.
WEBSITE: Final = re.compile(
    r"(?:https?://)?(?:[A-Za-z0-9_-]+\.)+(?:[A-Za-z]{2,}|xn--[A-Za-z0-9-]+)(?::\d{1,5})?(?:[/?#].*)?", re.IGNORECASE
)
DAY: Final = timedelta(days=1)
# The local profile has no limits. AWS writes "unlimited" as -1, which clients that subtract cannot use; these are only large.
MAX_24_HOUR_SEND: Final = 10_000_000.0
MAX_SEND_RATE: Final = 10_000.0


def _quota(call: Call, tx: Transaction) -> Shape:
    sent = recipients_since(tx, call.caller.account, call.region, call.now - DAY)
    return {"Max24HourSend": MAX_24_HOUR_SEND, "MaxSendRate": MAX_SEND_RATE, "SentLast24Hours": float(sent)}


# --- version 1 ----------------------------------------------------------------------------------------------------------


@operation("ses", "GetSendQuota", needs=on_everything)
def get_send_quota(call: Call, tx: Transaction) -> Shape:
    """The quota, and what of it was used in the last 24 hours, in recipients."""
    return _quota(call, tx)


@operation("ses", "GetSendStatistics", needs=on_everything)
def get_send_statistics(call: Call, tx: Transaction) -> Shape:
    """What was sent in each quarter of an hour of the last two weeks in which anything was."""
    counts = recipients_by_interval(tx, call.caller.account, call.region, call.now - KEPT, INTERVAL_MINUTES)
    return {
        "SendDataPoints": [
            {
                "Timestamp": datetime.fromtimestamp(start, UTC),
                "DeliveryAttempts": sent,
                "Bounces": 0,
                "Complaints": 0,
                "Rejects": 0,
            }
            for start, sent in counts
        ]
    }


@operation("ses", "GetAccountSendingEnabled", needs=on_everything)
def get_account_sending_enabled(call: Call, tx: Transaction) -> Shape:
    """Whether the account may send in this region."""
    return {"Enabled": sending_settings.get_sending_settings(tx, call.caller.account, call.region).sending_enabled}


@operation("ses", "UpdateAccountSendingEnabled", needs=on_everything)
def update_account_sending_enabled(call: Call, tx: Transaction, *, enabled: bool = False) -> Shape:
    """Let the account send in this region, or not."""
    return _enable(call, tx, enabled=enabled)


# --- version 2 ----------------------------------------------------------------------------------------------------------


@operation("sesv2", "GetAccount", needs=on_everything)
def get_account(call: Call, tx: Transaction) -> Shape:
    """The account's standing in this region."""
    settings = sending_settings.get_sending_settings(tx, call.caller.account, call.region)
    return {
        "DedicatedIpAutoWarmupEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": True,
        "SendQuota": _quota(call, tx),
        "SendingEnabled": settings.sending_enabled,
        "SuppressionAttributes": settings.attributes.get(
            "SuppressionAttributes", {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
        ),
        "Details": settings.attributes.get("Details"),
    }


@operation("sesv2", "PutAccountSendingAttributes", needs=on_everything)
def put_account_sending_attributes(call: Call, tx: Transaction, *, sending_enabled: bool = False) -> Shape:
    """Let the account send in this region, or not."""
    return _enable(call, tx, enabled=sending_enabled)


@operation("sesv2", "PutAccountSuppressionAttributes", needs=on_everything)
def put_account_suppression_attributes(call: Call, tx: Transaction, *, suppressed_reasons: Sequence[str] = ()) -> Shape:
    """Which kinds of feedback put an address on the account's suppression list."""
    return _set(call, tx, "SuppressionAttributes", {"SuppressedReasons": list(suppressed_reasons)})


@operation("sesv2", "PutAccountDetails", needs=on_everything)
def put_account_details(
    call: Call,
    tx: Transaction,
    *,
    mail_type: str,
    website_url: str,
    contact_language: str | None = None,
    use_case_description: str | None = None,
    additional_contact_email_addresses: Sequence[str] = (),
    production_access_enabled: bool | None = None,  # noqa: ARG001 -- the local profile has it
) -> Shape:
    """What the account says of its mail."""
    if not WEBSITE.fullmatch(website_url):
        raise invalid(call, "Url contains invalid format")
    details = {
        "MailType": mail_type,
        "WebsiteURL": website_url,
        "ContactLanguage": contact_language,
        "UseCaseDescription": use_case_description,
        "AdditionalContactEmailAddresses": list(additional_contact_email_addresses) or None,
    }
    return _set(call, tx, "Details", {name: value for name, value in details.items() if value is not None})


def _enable(call: Call, tx: Transaction, *, enabled: bool) -> Shape:
    settings = sending_settings.get_sending_settings(tx, call.caller.account, call.region)
    changed = replace(settings, sending_enabled=enabled)
    sending_settings.put_sending_settings(tx, call.caller.account, call.region, changed)
    return {}


def _set(call: Call, tx: Transaction, name: str, value: Any) -> Shape:  # noqa: ANN401 -- JSON, by the API's model
    settings = sending_settings.get_sending_settings(tx, call.caller.account, call.region)
    changed = replace(settings, attributes={**settings.attributes, name: value})
    sending_settings.put_sending_settings(tx, call.caller.account, call.region, changed)
    return {}
