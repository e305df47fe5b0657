"""SES's errors, worded as SES does. The same failure has another code in each version of the API.

Source: SES API Reference, both versions; texts as the service puts them on the wire.
"""

from collections.abc import Iterable

from gatepost.aws.call import Call
from gatepost.aws.errors import AwsError


def is_v2(call: Call) -> bool:
    """Whether the call is one of version 2."""
    return call.service == "sesv2"


def invalid(call: Call, message: str) -> AwsError:
    """A parameter that cannot be."""
    return AwsError("BadRequestException" if is_v2(call) else "InvalidParameterValue", message)


def invalid_policy(call: Call, message: str) -> AwsError:
    """A policy that an identity cannot have."""
    return AwsError("BadRequestException" if is_v2(call) else "InvalidPolicy", message)


def too_many_policies(call: Call, identity: str) -> AwsError:
    """The twenty-first policy."""
    text = f"Number of policies for {identity} exceeds max allowed number of policies per resource"
    return AwsError("LimitExceededException" if is_v2(call) else "InvalidParameterValue", text)


def policy_exists(name: str) -> AwsError:
    """A policy of this name exists (version 2; version 1 puts it in its place)."""
    return AwsError("AlreadyExistsException", f"Policy {name} already exists")


def no_policy(name: str) -> AwsError:
    """No policy has this name (version 2; version 1 does not mind)."""
    return AwsError("NotFoundException", f"Policy {name} does not exist", 404)


def no_identity(call: Call, identity: str) -> AwsError:
    """No identity has this name."""
    if is_v2(call):
        return AwsError("NotFoundException", f"Email identity {identity} does not exist.", 404)
    return AwsError("InvalidParameterValue", f"Identity {identity} is not verified or does not exist.")


def no_identity_of_policies(call: Call, identity: str) -> AwsError:
    """No identity has this name, whose policies are spoken of."""
    if is_v2(call):
        return AwsError("NotFoundException", f"Email identity <{identity}> does not exist.", 404)
    return no_identity(call, identity)


def no_identity_in_brackets(call: Call, identity: str) -> AwsError:
    """No identity has this name, of which a MAIL FROM domain is set."""
    return invalid(call, f"Identity <{identity}> does not exist.")


def no_identity_with_default(_call: Call, identity: str) -> AwsError:
    """No identity has this name, of which the default configuration set is set (version 2)."""
    return AwsError("NotFoundException", f"Identity <{identity}> does not exist.", 404)


def no_feedback_identity(call: Call, identity: str) -> AwsError:
    """No identity has this name, of which the forwarding of feedback is set."""
    return invalid(call, f"Identity {identity} is invalid. Must be a verified email address or domain.")


def no_notified_identity(call: Call, identity: str) -> AwsError:
    """No identity has this name, of which the headers in notifications are set."""
    return invalid(call, f"Identity {identity} is invalid. It must be a verified email address or domain.")


def not_signing(call: Call, domain: str) -> AwsError:
    """No identity is this domain, whose signing is set."""
    return invalid(call, f"Domain {domain} is not verified for DKIM signing.")


def identity_exists(identity: str) -> AwsError:
    """An identity of this name exists (version 2)."""
    return AwsError("AlreadyExistsException", f"Email identity {identity} already exist.")


def no_configuration_set(call: Call, name: str) -> AwsError:
    """No configuration set has this name."""
    text = f"Configuration set <{name}> does not exist."
    return AwsError("NotFoundException", text, 404) if is_v2(call) else AwsError("ConfigurationSetDoesNotExist", text)


def no_tenant(call: Call, name: str) -> AwsError:
    """A send names a tenant, of which there are none."""
    text = f"Tenant {name} for AwsAccountId {call.caller.account} not found."
    return AwsError("NotFoundException", text, 404) if is_v2(call) else invalid(call, text)


def no_contact_list(call: Call, name: str) -> AwsError:
    """A send names a contact list, of which there are none."""
    text = f"List with name: {name} doesn't exist."
    return AwsError("NotFoundException", text, 404) if is_v2(call) else invalid(call, text)


def configuration_set_exists(call: Call, name: str) -> AwsError:
    """A configuration set of this name exists."""
    text = f"Configuration set <{name}> already exists."
    return AwsError("AlreadyExistsException" if is_v2(call) else "ConfigurationSetAlreadyExists", text)


def configuration_set_paused(call: Call, name: str) -> AwsError:
    """Sending with this configuration set is off."""
    code = "SendingPausedException" if is_v2(call) else "ConfigurationSetSendingPausedException"
    return AwsError(code, f"Sending is paused for configuration set {name}")


def account_paused(call: Call) -> AwsError:
    """Sending of the whole account is off."""
    code = "SendingPausedException" if is_v2(call) else "AccountSendingPausedException"
    return AwsError(code, "Sending is paused for this account. For more information, please check the inbox of the email address "
                    "associated with your AWS account.")  # fmt: skip


def not_verified(call: Call, addresses: Iterable[str]) -> AwsError:
    """Addresses that no verified identity covers. The region is in capitals, as SES writes it."""
    failed = ", ".join(addresses)
    return AwsError(
        "MessageRejected",
        f"Email address is not verified. The following identities failed the check in region {call.region.upper()}: {failed}",
    )


def no_template(call: Call, name: str) -> AwsError:
    """No template has this name."""
    if is_v2(call):
        return AwsError("NotFoundException", f"Template {name} does not exist.", 404)
    return AwsError("TemplateDoesNotExist", f"Template {name} does not exist.")
