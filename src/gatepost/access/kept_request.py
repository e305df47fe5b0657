"""The requests of a call as they were put to the policies, made again of what its Event keeps."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gatepost.access.context import connection_context, resource_context
from gatepost.access.placement import NONE, Placement
from gatepost.audit.authorization import Authorization, Evaluation, KeptCaller
from gatepost.policy.request import Context, Request


def kept_context(event: Mapping[str, Any], time: datetime, kept: Authorization, caller: KeptCaller) -> Context:
    """The keys that all requests of a call have. `event` is its CloudTrail record, `time` when it was made."""
    clock = time if kept.clock is None else datetime.fromtimestamp(kept.clock, UTC)
    connection = connection_context(
        clock, event["sourceIPAddress"], event["userAgent"], event["awsRegion"], secure="tlsDetails" in event
    )
    return {**connection, **caller.context}


def kept_request(caller: KeptCaller, context: Context, evaluation: Evaluation) -> Request:
    """The request of one need; `context` is the call's."""
    account = evaluation.account or caller.account
    own = specific_context(caller, evaluation)
    return Request.of_normalised(caller.who.principal(), evaluation.action, evaluation.resource, account, {**context, **own})


def specific_context(caller: KeptCaller, evaluation: Evaluation) -> Context:
    """The keys that a need has beside the call's own."""
    return {**resource_context(evaluation.account or caller.account, _place(caller, evaluation)), **evaluation.context}


def _place(caller: KeptCaller, evaluation: Evaluation) -> Placement:
    """Where the resource's account stood in an organization: with the caller, or as it was kept."""
    if evaluation.account is None:
        paths = caller.context.get("aws:principalorgpaths")
        return Placement(caller.organization, paths[0]) if isinstance(paths, tuple) else NONE
    return NONE if evaluation.place is None else Placement(*evaluation.place)
