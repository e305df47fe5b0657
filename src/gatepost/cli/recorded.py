"""A call that was made, explained: by the policies that decided it, and what those of today would decide."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from gatepost.access.asked_again import Today, asked_again
from gatepost.access.explained import ExplainedCall, explained_call
from gatepost.cli.answering import CODES, ids_of
from gatepost.cli.decision_json import WORDS, told
from gatepost.cli.decision_text import decisions
from gatepost.cli.exits import DONE, NO, Exit
from gatepost.cli.layout import folded
from gatepost.cli.opened import opened_store
from gatepost.cli.paint import paint_for
from gatepost.policy.partial import Answer, combined
from gatepost.policy.question import Question
from gatepost.policy.rationale import Rationale, rationale
from gatepost.policy.unknown import NOTHING
from gatepost.store.event_lookup import find_event
from gatepost.store.messages import get_message
from gatepost.store.transaction import Transaction
from gatepost.store.unauthenticated_events import find_unauthenticated_record
from gatepost.words import names
from gatepost.words.requests import connection

MESSAGE_ID: Final = re.compile(r"<?([0-9a-f]{16}-[0-9a-f-]{36}-\d{6})(?:@[^>]*>?)?")


def explain_recorded(of: str, data: Path | None, output: str, *, retry: bool, everything: bool) -> int:
    """Explain the call of an ID; the exit code."""
    with opened_store(data) as (_, database), database.reader() as tx:
        call = _found(tx, of)
        today = asked_again(tx, call, datetime.now(UTC) if retry else None)
    if retry:
        return _retried(call, today, output, everything=everything)
    then = tuple(rationale(each.explanation.request, each.explanation.policies) for each in call.decisions)
    now = None if today.questions is None else tuple(map(_asked, today.questions))
    if output == "json":
        print(json.dumps(_told(call, then, today, now), indent=2, ensure_ascii=False))
    else:
        _tell(call, then, today, now, everything=everything)
    return DONE if call.allowed else NO


# --- which call ---------------------------------------------------------------------------------------------------------


def _found(tx: Transaction, of: str) -> ExplainedCall:
    """The call of an authorization ID, a message's ID, an event's ID; Exit where there is none, or it was never decided."""
    call = explained_call(tx, of)
    if call is not None:
        return call
    message_id = MESSAGE_ID.fullmatch(of)
    if message_id is not None:
        message = get_message(tx, message_id.group(1))
        if message is None:
            raise Exit(NO, f"no message has the ID `{of}`")
        call = None if message.authorization_id is None else explained_call(tx, message.authorization_id)
        if call is None:
            raise Exit(NO, f"of the message `{of}` it was not kept what let it out: it is older than the authorization IDs")
        return call
    event = find_event(tx, of)
    record = find_unauthenticated_record(tx, of) if event is None else event.record
    if record is None:
        raise Exit(NO, f"nothing has the ID `{of}`: expected an authorization ID, a message's ID or an event's")
    return _of_event(tx, json.loads(record))


def _of_event(tx: Transaction, record: dict[str, Any]) -> ExplainedCall:
    authorization_id = (record.get("additionalEventData") or {}).get("authorizationId")
    call = None if authorization_id is None else explained_call(tx, authorization_id)
    if call is not None:
        return call
    ended = f"{record['eventName']} of {record['eventTime']}"
    error = record.get("errorCode")
    if error is None:
        raise Exit(NO, f"{ended} was never put to the policies: it is no call to the API ({record['eventSource']})")
    said = f"{error}: {record.get('errorMessage') or ''}".rstrip(": ")
    raise Exit(NO, f"{ended} was never put to the policies: it ended before, with {said}")


# --- what is told -------------------------------------------------------------------------------------------------------


def _asked(question: Question) -> Rationale:
    return rationale(question.request, question.policies, question.unknown)


def _tell(
    call: ExplainedCall, then: tuple[Rationale, ...], today: Today, now: tuple[Rationale, ...] | None, *, everything: bool
) -> None:
    paint = paint_for(sys.stdout)
    time = call.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    lines: list[str] = []
    if then:
        request = then[0].explanation.request
        parts = [names.who(request.principal, request.resource_account), *connection(request.context)]
        parts.append(f"authorization {call.id}")
        ids = ids_of(tuple(Question(each.explanation.request, each.explanation.policies, NOTHING) for each in then))
        seen = str(request.context.get("aws:currenttime", time))  # the policies' clock; the test hooks can set it
        lines += decisions(then, parts, seen, paint, ids, everything=everything)
    else:
        lines.append(f"ALLOWED  {call.event['eventName']}: it needs no permission, and none can be denied")
    lines += _since(call, today, now, paint.width)
    print("\n".join(lines))
    for each in call.decisions:
        if not each.agrees:
            print(f"gatepost: recorded was {each.recorded.value}: the semantics have changed since", file=sys.stderr)


def _ids(then: tuple[Rationale, ...]) -> Mapping[str, str]:
    return ids_of(tuple(Question(each.explanation.request, each.explanation.policies, NOTHING) for each in then))


def _since(call: ExplainedCall, today: Today, now: tuple[Rationale, ...] | None, width: int) -> list[str]:
    """What has become of it: whether the policies are others today, and how to ask again."""
    again = f"Ask again: gatepost explain --retry {call.id}"
    if not call.decisions:
        return []
    if now is None:
        return folded("Since then whoever called is gone; such a call would fail before any policy is asked.", width, "", "  ")
    if not today.changed:
        return [] if call.allowed else [again]
    layers = ", ".join(names.LAYERS[kind] for kind in today.changed)
    decided = _worst(now)
    word = {Answer.YES: "allowed", Answer.NO: "denied", Answer.CANNOT_TELL: "not to be told"}[decided.answer]
    same = "still " if (decided.answer is Answer.YES) is call.allowed else ""
    return [*folded(f"Policy has changed since: {layers}. By today's it would {same}be {word}.", width, "", "  "), again]


def _worst(found: tuple[Rationale, ...]) -> Rationale:
    return next((each for each in found if each.answer is not Answer.YES), found[0])


def _told(call: ExplainedCall, then: tuple[Rationale, ...], today: Today, now: tuple[Rationale, ...] | None) -> dict[str, Any]:
    return {
        "id": call.id,
        "time": call.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "event": call.event["eventName"],
        "event_id": call.event["eventID"],
        "principal": then[0].explanation.request.principal.arn if then else None,
        "decision": "allowed" if call.allowed else "denied",
        "decisions": [told(each) for each in then],
        "principal_ids": dict(_ids(then)),
        "today": {
            "caller_exists": now is not None,
            "changed": [kind.value for kind in today.changed],
            "decisions": [
                {"decision": WORDS[each.answer], "resource": each.explanation.request.resource} for each in now or ()
            ],
        },
    }


def _retried(call: ExplainedCall, today: Today, output: str, *, everything: bool) -> int:
    """The same request with the policies of today, now."""
    if today.questions is None:
        raise Exit(NO, "whoever called is gone: such a call would fail before any policy is asked")
    found = tuple(map(_asked, today.questions))
    if output == "json":
        again = {"id": call.id, "decisions": [told(each) for each in found], "principal_ids": dict(ids_of(today.questions))}
        print(json.dumps(again, indent=2, ensure_ascii=False))
    elif found:
        request = found[0].explanation.request
        parts = [names.who(request.principal, request.resource_account), *connection(request.context)]
        parts.append(f"asked again, first {call.time:%Y-%m-%dT%H:%M:%SZ}")
        time = str(request.context.get("aws:currenttime", ""))
        paint = paint_for(sys.stdout)
        print("\n".join(decisions(found, parts, time, paint, ids_of(today.questions), everything=everything)))
    return CODES[combined(each.answer for each in found)]
