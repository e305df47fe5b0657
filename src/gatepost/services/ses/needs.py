"""What SES's management operations need.

Version 1: the action on `*`; none of its actions has a resource type, so a statement that names an identity never matches.
Version 2: the action on the identity or configuration set that the call names, with its tags.
Source: service authorization reference, "Amazon Simple Email Service v2".
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gatepost.access.gather import resource_side
from gatepost.aws.call import Call
from gatepost.aws.operation import Need, action_of
from gatepost.mail.addr_spec import canonical_name
from gatepost.services.ses.errors import is_v2
from gatepost.store.configuration_sets import configuration_set_arn, held_configuration_sets
from gatepost.store.identities import held_identities, identity_arn
from gatepost.store.transaction import View

API_VERSION: Final = "ses:apiversion"
Context = dict[str, str | tuple[str, ...]]


def api_version(call: Call) -> Context:
    """`ses:ApiVersion`, which every SES call carries."""
    return {API_VERSION: "2" if is_v2(call) else "1"}


def on_everything(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
    """The operation's own action on `*`."""
    return (Need(action_of(call), context=api_version(call)),)


def on_identity(call: Call, _parsed: object, view: View) -> Sequence[Need]:
    """The operation's own action on the identity that it names, which has a say by its policies."""
    name = identity_name(call, str(call.input["EmailIdentity"]))
    account, region = call.caller.account, call.region
    identity = held_identities(view, account, region).get(name)
    context = {
        **api_version(call),
        **tag_context("aws:resourcetag", dict(identity.tags) if identity else {}),
        **request_tags(call),
    }
    side = None if identity is None else resource_side(view, account, region, name)
    return (Need(action_of(call), identity_arn(account, region, name), account, context, side),)


def on_configuration_set(call: Call, _parsed: object, view: View) -> Sequence[Need]:
    """The operation's own action on the configuration set that it names."""
    name, account, region = str(call.input.get("ConfigurationSetName", "")), call.caller.account, call.region
    known = held_configuration_sets(view, account, region).get(name)
    context = {
        **api_version(call),
        **tag_context("aws:resourcetag", dict(known.tags) if known else {}),
        **request_tags(call),
    }
    return (Need(action_of(call), configuration_set_arn(account, region, name), account, context),)


def identity_name(call: Call, given: str) -> str:
    """An identity's name as it is kept: a domain or an address in its one spelling; its ARN is as good as its name."""
    return canonical_name(given.removeprefix(identity_arn(call.caller.account, call.region, "")))


def request_tags(call: Call) -> Context:
    """The keys of the tags that a call sets."""
    given = call.input.get("Tags") or ()
    tags = {tag["Key"]: tag["Value"] for tag in given}
    return {**tag_context("aws:requesttag", tags), "aws:tagkeys": tuple(tags)} if tags else {}


def tag_context(prefix: str, tags: Mapping[str, str]) -> Context:
    """One key a tag: `aws:resourcetag/team`."""
    return {f"{prefix}/{key.lower()}": value for key, value in tags.items()}
