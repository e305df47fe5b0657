"""Sending: SendEmail and SendRawEmail of version 1, SendEmail (simple and raw) of version 2.

The handlers share one end, `accept`: what the policies cannot say is checked (paused, configuration set, verification), then the
message is kept with the decision that let it out.
"""

from collections.abc import Mapping, Sequence

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.ses import errors
from gatepost.services.ses.authorization import sending_denial, sending_needs
from gatepost.services.ses.submission import Arns, References, Submission, read_raw, read_simple, simple_content
from gatepost.store.configuration_sets import held_configuration_sets
from gatepost.store.messages import Message, NewMessage
from gatepost.store.sending_settings import held_sending_settings
from gatepost.store.transaction import Transaction, View

# --- version 1 ----------------------------------------------------------------------------------------------------------


def _simple_v1(
    call: Call,
    view: View,
    *,
    source: str,
    destination: Shape,
    message: Shape,
    reply_to_addresses: Sequence[str] = (),
    return_path: str | None = None,
    source_arn: str | None = None,
    return_path_arn: str | None = None,
    tags: Sequence[Shape] = (),
    configuration_set_name: str | None = None,
) -> Submission:
    return read_simple(
        call,
        view,
        sender=source,
        destination=destination,
        reply_to=reply_to_addresses,
        return_path=return_path,
        content=simple_content(call, message),
        arns=Arns(source_arn, source_arn, return_path_arn),
        configuration_set=configuration_set_name,
        tags=tags,
    )


@operation("ses", "SendEmail", needs=sending_needs, parse=_simple_v1, denial=sending_denial)
def send_email_v1(call: Call, tx: Transaction, submission: Submission) -> Shape:
    """Accept a message that is made of its parts."""
    return accept(call, tx, submission)


def _raw_v1(
    call: Call,
    view: View,
    *,
    raw_message: Shape,
    source: str | None = None,
    destinations: Sequence[str] = (),
    from_arn: str | None = None,
    source_arn: str | None = None,
    return_path_arn: str | None = None,
    tags: Sequence[Shape] = (),
    configuration_set_name: str | None = None,
) -> Submission:
    return read_raw(
        call,
        view,
        content=raw_message["Data"],
        source=source,
        return_path=None,
        destinations=destinations,
        arns=Arns(source_arn, from_arn, return_path_arn),
        configuration_set=configuration_set_name,
        tags=tags,
    )


@operation("ses", "SendRawEmail", needs=sending_needs, parse=_raw_v1, denial=sending_denial)
def send_raw_email(call: Call, tx: Transaction, submission: Submission) -> Shape:
    """Accept a message that the caller made."""
    return accept(call, tx, submission)


# --- version 2 ----------------------------------------------------------------------------------------------------------


def _v2(
    call: Call,
    view: View,
    *,
    content: Shape,
    from_email_address: str | None = None,
    from_email_address_identity_arn: str | None = None,
    destination: Shape | None = None,
    reply_to_addresses: Sequence[str] = (),
    feedback_forwarding_email_address: str | None = None,
    feedback_forwarding_email_address_identity_arn: str | None = None,
    email_tags: Sequence[Shape] = (),
    configuration_set_name: str | None = None,
    tenant_name: str | None = None,
    list_management_options: Mapping[str, str] | None = None,
    endpoint_id: str | None = None,
) -> Submission:
    kinds = [kind for kind in ("Simple", "Raw", "Template") if kind in content]
    if len(kinds) != 1:
        raise errors.invalid(call, "Content must have exactly one of Simple, Raw and Template.")
    if kinds == ["Template"]:
        raise errors.no_template(call, _template_name(content["Template"]))
    addressed = destination or {}
    contact_list = None if list_management_options is None else list_management_options["ContactListName"]
    references = References(tenant_name, contact_list, endpoint_id)
    if kinds == ["Raw"]:
        everyone = [each for name in ("ToAddresses", "CcAddresses", "BccAddresses") for each in addressed.get(name) or ()]
        sender_arn = from_email_address_identity_arn  # overrides X-SES-SOURCE-ARN and X-SES-FROM-ARN
        return read_raw(
            call,
            view,
            content=content["Raw"]["Data"],
            source=from_email_address,
            return_path=feedback_forwarding_email_address,
            destinations=everyone,
            reply_to=reply_to_addresses,
            arns=Arns(sender_arn, sender_arn, feedback_forwarding_email_address_identity_arn),
            configuration_set=configuration_set_name,
            tags=email_tags,
            references=references,
        )
    if from_email_address is None:
        raise errors.invalid(call, "")  # SES says no more
    return read_simple(
        call,
        view,
        sender=from_email_address,
        destination=addressed,
        reply_to=reply_to_addresses,
        return_path=feedback_forwarding_email_address,
        content=simple_content(call, content["Simple"]),
        arns=Arns(
            from_email_address_identity_arn, from_email_address_identity_arn, feedback_forwarding_email_address_identity_arn
        ),
        configuration_set=configuration_set_name,
        tags=email_tags,
        references=references,
    )


def _template_name(template: Shape) -> str:
    name: str = template.get("TemplateName") or template.get("TemplateArn") or ""
    return name


@operation("sesv2", "SendEmail", needs=sending_needs, parse=_v2, denial=sending_denial)
def send_email_v2(call: Call, tx: Transaction, submission: Submission) -> Shape:
    """Accept a message, made of its parts or by the caller; the raw form is authorised as `ses:SendRawEmail`."""
    return accept(call, tx, submission)


# --- the end that all share ---------------------------------------------------------------------------------------------


def accept(call: Call, tx: Transaction, submission: Submission) -> Shape:
    """Keep the message, unless something other than a policy stands against it."""
    account, region, name = call.caller.account, call.region, submission.configuration_set
    if not held_sending_settings(tx, account, region).sending_enabled:
        raise errors.account_paused(call)
    _refuse_references(call, submission.references)
    if name is not None:
        configuration_set = held_configuration_sets(tx, account, region).get(name)
        if configuration_set is None:
            raise errors.no_configuration_set(call, name)
        if not configuration_set.sending_enabled:
            raise errors.configuration_set_paused(call, name)
    asked = (*submission.identities, *(identity for _, identity in submission.other_senders))
    failed = dict.fromkeys(identity.address for identity in asked if not identity.verified)
    if failed:
        raise errors.not_verified(call, failed)
    message = Message(
        submission.message_id,
        account,
        region,
        call.now,
        submission.sender.address,
        submission.return_path,
        submission.recipients,
        submission.subject,
        submission.identities[0].arn,
        name,
        call.caller.arn,
        submission.tags,
        call.authorization_id,
    )
    tx.append(NewMessage(message, submission.content))
    return {"MessageId": submission.message_id}


def _refuse_references(call: Call, references: References) -> None:
    if references.endpoint is not None:
        raise errors.invalid(call, "Multi-region endpoints (EndpointId) are not served here.")
    if references.contact_list is not None:
        raise errors.no_contact_list(call, references.contact_list)
    if references.tenant is not None:
        raise errors.no_tenant(call, references.tenant)
