"""What a send needs, in the order in which it is asked, and how SES words a refusal.

1. The action on the identity of the From address, then of the source and the return path where they are others.
2. The action on the identity of each other sender that a raw message names (Sender, Resent-From, Resent-Sender), with that mailbox as
   From address and display name: readers show it beside From, so the caller must be allowed to send as it.
3. The action on the configuration set, named or the identity's default, in the sender's account.

Each carries the same keys: From address and display name, return path, recipients (To, Cc and Bcc), version; the tags of its own
resource; and, where it is `ses:SendEmail`, the tenant and the multi-region endpoint that the call names. An identity of another account
is asked with that account's policies: both sides must allow.
"""

from collections.abc import Sequence
from typing import Final

from gatepost.access.gather import resource_side
from gatepost.aws.call import Call
from gatepost.aws.operation import Need
from gatepost.mail.address import Mailbox
from gatepost.services.ses.needs import Context, api_version, tag_context
from gatepost.services.ses.submission import Submission
from gatepost.store.configuration_sets import configuration_set_arn, held_configuration_sets
from gatepost.store.transaction import View

DISPLAY_NAME: Final = "ses:fromdisplayname"


def sending_needs(call: Call, submission: Submission, view: View) -> Sequence[Need]:
    """The permissions that a submission needs."""
    context = _context(call, submission)
    needs: list[Need] = []
    asked: set[str] = set()
    for identity in submission.identities:
        if identity.arn not in asked:
            asked.add(identity.arn)
            side = resource_side(view, identity.account, identity.region, identity.name)
            needs.append(Need(submission.action, identity.arn, identity.account, _tagged(context, identity.tags), side))
    for mailbox, identity in submission.other_senders:
        side = resource_side(view, identity.account, identity.region, identity.name)
        as_sender = _tagged({**context, **_sender_context(mailbox)}, identity.tags)
        if mailbox.display_name is None:
            as_sender.pop(DISPLAY_NAME, None)
        needs.append(Need(submission.action, identity.arn, identity.account, as_sender, side))
    if submission.configuration_set is not None:
        account = call.caller.account
        arn = configuration_set_arn(account, call.region, submission.configuration_set)
        known = held_configuration_sets(view, account, call.region).get(submission.configuration_set)
        tags = () if known is None else tuple(known.tags)
        needs.append(Need(submission.action, arn, account, _tagged(context, tags)))
    return needs


def _tagged(context: Context, tags: Sequence[tuple[str, str]]) -> Context:
    return {**context, **tag_context("aws:resourcetag", dict(tags))} if tags else context


def _context(call: Call, submission: Submission) -> Context:
    context: Context = {
        **api_version(call),
        **_sender_context(submission.sender),
        "ses:feedbackaddress": submission.return_path,
        "ses:recipients": submission.recipients,
    }
    if submission.action == "ses:SendEmail":  # `ses:SendRawEmail` carries neither
        tenant, endpoint = submission.references.tenant, submission.references.endpoint
        context |= {} if tenant is None else {"ses:tenantname": tenant}
        context |= {} if endpoint is None else {"ses:multiregionendpointid": endpoint}
    return context


def _sender_context(mailbox: Mailbox) -> Context:
    context: Context = {"ses:fromaddress": mailbox.address}
    if mailbox.display_name is not None:
        context[DISPLAY_NAME] = mailbox.display_name
    return context


def sending_denial(call: Call, need: Need) -> str:
    """SES's own words for who may not send."""
    return f"User `{call.caller.arn}' is not authorized to perform `{need.action}' on resource `{need.resource}'"
