"""The options that a configuration set is made with: checked, and kept as version 2 answers them.

Source: observed answers of SES, 2026.
"""

from collections.abc import Mapping
from typing import Any, Final

from gatepost.aws.call import Call, Shape
from gatepost.mail.addr_spec import canonical_name
from gatepost.services.ses.errors import invalid
from gatepost.store.identities import get_identity
from gatepost.store.transaction import Transaction

TRACKING, DELIVERY, REPUTATION, SUPPRESSION = "TrackingOptions", "DeliveryOptions", "ReputationOptions", "SuppressionOptions"
OPTIONS: Final = (TRACKING, DELIVERY, REPUTATION, SUPPRESSION, "VdmOptions", "ArchivingOptions")
POOLS: Final = frozenset(("ses-default-dedicated-pool", "ses-shared-pool"))  # built in; no other is served


def kept_options(call: Call, tx: Transaction, given: Mapping[str, Shape]) -> dict[str, Any]:
    """The options by the names of `OPTIONS`, empty ones left out; `AwsError` for what SES does not take."""
    if TRACKING in given:
        _check_tracking(call, tx, given[TRACKING])
    if DELIVERY in given:
        _check_delivery(call, given[DELIVERY])
    kept = {name: dict(options) for name, options in given.items() if options}
    if SUPPRESSION in given:  # an empty list, and no list, stand for no suppression; AWS fails on the latter
        kept[SUPPRESSION] = {"SuppressedReasons": [], **given[SUPPRESSION]}
    metrics = given.get(REPUTATION, {"ReputationMetricsEnabled": True}).get("ReputationMetricsEnabled", False)
    return {**kept, REPUTATION: {**kept.get(REPUTATION, {}), "ReputationMetricsEnabled": metrics}}


def _check_tracking(call: Call, tx: Transaction, options: Shape) -> None:
    domain = options.get("CustomRedirectDomain")
    if domain is None and "HttpsPolicy" not in options:
        return
    if domain is None or not domain.strip():
        raise invalid(call, "CustomRedirectDomain must be specified.")
    known = get_identity(tx, call.caller.account, call.region, canonical_name(domain))
    if known is None or not known.is_domain or not known.verified:
        raise invalid(call, f"Domain <{domain}> is not verified under this account.")


def _check_delivery(call: Call, options: Shape) -> None:
    pool = options.get("SendingPoolName")
    if pool is not None and not pool.strip():
        raise invalid(call, "sendingPoolName can't be blank.")
    if pool is not None and pool not in POOLS:
        raise invalid(call, f"SendingPool <{pool}> doesn't exist")
