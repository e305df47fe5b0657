"""Configuration sets: what a message is sent under. A send that names one, or whose identity has one by default, is asked for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.ses import errors, pages
from gatepost.services.ses.configuration_set_options import DELIVERY, OPTIONS, REPUTATION, TRACKING, kept_options
from gatepost.services.ses.filters import part_of_set_name
from gatepost.services.ses.naming import on_named_configuration_set
from gatepost.services.ses.needs import on_configuration_set, on_everything
from gatepost.services.ses.pages import CONFIGURATION_SETS, page
from gatepost.services.ses.resource_tags import checked_tags
from gatepost.store import configuration_sets
from gatepost.store.configuration_sets import ConfigurationSet
from gatepost.store.transaction import Transaction

NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_NAME: Final = 64


# --- version 1 ----------------------------------------------------------------------------------------------------------


@operation("ses", "CreateConfigurationSet", needs=on_everything)
def create_configuration_set_v1(call: Call, tx: Transaction, *, configuration_set: Shape) -> Shape:
    """A new configuration set."""
    _create(call, tx, ConfigurationSet(call.caller.account, call.region, configuration_set.get("Name", ""), call.now))
    return {}


@operation("ses", "DescribeConfigurationSet", needs=on_everything, resources=on_named_configuration_set())
def describe_configuration_set(
    call: Call, tx: Transaction, *, configuration_set_name: str, configuration_set_attribute_names: Sequence[str] = ()
) -> Shape:
    """What is known of a configuration set: its name, and the attributes that the call names."""
    known = _get(call, tx, configuration_set_name)
    described: dict[str, Any] = {"ConfigurationSet": {"Name": known.name}}
    for name in configuration_set_attribute_names:
        described |= _described(known, name)
    return described


def _described(known: ConfigurationSet, attribute: str) -> Mapping[str, Any]:
    """What version 1 answers of an attribute; options that were never set are left out."""
    match attribute:
        case "eventDestinations":
            return {"EventDestinations": []}
        case "trackingOptions":
            domain = known.attributes.get(TRACKING, {}).get("CustomRedirectDomain")
            return {} if domain is None else {TRACKING: {"CustomRedirectDomain": domain}}
        case "deliveryOptions":
            policy = known.attributes.get(DELIVERY, {}).get("TlsPolicy")
            return {} if policy is None else {DELIVERY: {"TlsPolicy": policy.capitalize()}}
        case _:  # "reputationOptions": the model has no other
            return {REPUTATION: {"SendingEnabled": known.sending_enabled, **_reputation(known)}}


def _reputation(known: ConfigurationSet) -> Mapping[str, Any]:
    """On where version 2 made the set, unless it says otherwise; off where version 1 did."""
    given: Mapping[str, Any] = known.attributes.get(REPUTATION, {})
    return {"ReputationMetricsEnabled": False, **given}


@operation("ses", "ListConfigurationSets", needs=on_everything)
def list_configuration_sets_v1(
    call: Call, tx: Transaction, *, next_token: str | None = None, max_items: int | None = None
) -> Shape:
    """The configuration sets, by name."""
    names, token = page(
        call, CONFIGURATION_SETS, _names(call, tx), str, pages.page_size(call, CONFIGURATION_SETS, max_items), next_token
    )
    return {"ConfigurationSets": [{"Name": name} for name in names], "NextToken": token}


@operation("ses", "DeleteConfigurationSet", needs=on_everything, resources=on_named_configuration_set())
def delete_configuration_set_v1(call: Call, tx: Transaction, *, configuration_set_name: str) -> Shape:
    """Delete a configuration set."""
    return _delete(call, tx, configuration_set_name)


@operation("ses", "UpdateConfigurationSetSendingEnabled", needs=on_everything, resources=on_named_configuration_set())
def update_configuration_set_sending_enabled(
    call: Call, tx: Transaction, *, configuration_set_name: str, enabled: bool
) -> Shape:
    """Let mail go out under a configuration set, or not."""
    return _enable(call, tx, configuration_set_name, enabled=enabled)


# --- version 2 ----------------------------------------------------------------------------------------------------------


@operation("sesv2", "CreateConfigurationSet", needs=on_configuration_set, resources=on_named_configuration_set())
def create_configuration_set(
    call: Call,
    tx: Transaction,
    *,
    configuration_set_name: str = "",
    tracking_options: Shape | None = None,
    delivery_options: Shape | None = None,
    reputation_options: Shape | None = None,
    sending_options: Shape | None = None,
    tags: Sequence[Mapping[str, str]] = (),
    suppression_options: Shape | None = None,
    vdm_options: Shape | None = None,
    archiving_options: Shape | None = None,
) -> Shape:
    """A new configuration set. Its options are kept and told; those of delivery come into force with delivery."""
    given = (tracking_options, delivery_options, reputation_options, suppression_options, vdm_options, archiving_options)
    _check_name(call, configuration_set_name)
    tagged = checked_tags(call, tags)
    options = kept_options(call, tx, {name: value for name, value in zip(OPTIONS, given, strict=True) if value is not None})
    made = ConfigurationSet(
        call.caller.account,
        call.region,
        configuration_set_name,
        call.now,
        sending_enabled=True if sending_options is None else sending_options.get("SendingEnabled", False),
        attributes=options,
        tags=tagged,
    )
    _create(call, tx, made)
    return {}


@operation("sesv2", "GetConfigurationSet", needs=on_configuration_set, resources=on_named_configuration_set())
def get_configuration_set(call: Call, tx: Transaction, *, configuration_set_name: str) -> Shape:
    """What is known of a configuration set."""
    known = _get(call, tx, configuration_set_name)
    return {
        "ConfigurationSetName": known.name,
        "SendingOptions": {"SendingEnabled": known.sending_enabled},
        "Tags": [{"Key": key, "Value": value} for key, value in known.tags],
        **{name: known.attributes[name] for name in OPTIONS if name in known.attributes},
        REPUTATION: _reputation(known),
    }


@operation("sesv2", "ListConfigurationSets", needs=on_everything)
def list_configuration_sets(
    call: Call,
    tx: Transaction,
    *,
    filter: Mapping[str, str] | None = None,  # noqa: A002 -- the API's name
    next_token: str | None = None,
    page_size: int | None = None,
) -> Shape:
    """The names of the configuration sets."""
    size = pages.page_size(call, CONFIGURATION_SETS, page_size)
    part = part_of_set_name(call, filter or {})
    known = [name for name in _names(call, tx) if part in name.lower()]
    names, token = page(call, CONFIGURATION_SETS, known, str, size, next_token, {"part": part} if part else {})
    return {"ConfigurationSets": names, "NextToken": token}


@operation("sesv2", "DeleteConfigurationSet", needs=on_configuration_set, resources=on_named_configuration_set())
def delete_configuration_set(call: Call, tx: Transaction, *, configuration_set_name: str) -> Shape:
    """Delete a configuration set."""
    return _delete(call, tx, configuration_set_name)


@operation("sesv2", "PutConfigurationSetSendingOptions", needs=on_configuration_set, resources=on_named_configuration_set())
def put_configuration_set_sending_options(
    call: Call, tx: Transaction, *, configuration_set_name: str, sending_enabled: bool = False
) -> Shape:
    """Let mail go out under a configuration set, or not."""
    return _enable(call, tx, configuration_set_name, enabled=sending_enabled)


# --- what both share ----------------------------------------------------------------------------------------------------


def _create(call: Call, tx: Transaction, made: ConfigurationSet) -> None:
    _check_name(call, made.name)
    if configuration_sets.get_configuration_set(tx, made.account, made.region, made.name) is not None:
        raise errors.configuration_set_exists(call, made.name)
    configuration_sets.put_configuration_set(tx, made)


def _check_name(call: Call, name: str) -> None:
    if not name:
        raise errors.invalid(call, "The configuration set name must be specified.")
    if len(name) > LONGEST_NAME:
        raise errors.invalid(call, f"Configuration set name cannot exceed {LONGEST_NAME} characters.")
    if not NAME.fullmatch(name):
        text = f"Invalid configuration set name <{name}>: only alphanumeric ASCII characters, '_', and '-' are allowed."
        raise errors.invalid(call, text)


def _get(call: Call, tx: Transaction, name: str) -> ConfigurationSet:
    _check_name(call, name)
    known = configuration_sets.get_configuration_set(tx, call.caller.account, call.region, name)
    if known is None:
        raise errors.no_configuration_set(call, name)
    return known


def _names(call: Call, tx: Transaction) -> list[str]:
    return [each.name for each in configuration_sets.list_configuration_sets(tx, call.caller.account, call.region)]


def _delete(call: Call, tx: Transaction, name: str) -> Shape:
    _check_name(call, name)
    if not configuration_sets.delete_configuration_set(tx, call.caller.account, call.region, name):
        raise errors.no_configuration_set(call, name)
    return {}


def _enable(call: Call, tx: Transaction, name: str, *, enabled: bool) -> Shape:
    configuration_sets.put_configuration_set(tx, replace(_get(call, tx, name), sending_enabled=enabled))
    return {}
