"""A request as people would tell it: what, on what, when, by whom, with which addresses."""

from collections.abc import Iterator
from typing import Final

from gatepost.policy.request import Context, Request
from gatepost.policy.timetable import CURRENT_TIME, EPOCH_TIME
from gatepost.words import names
from gatepost.words.dates import date_of_seconds
from gatepost.words.visible import visible

TOLD: Final = {
    "aws:currenttime",
    "aws:sourceip",
    "aws:securetransport",
    "ses:fromaddress",
    "ses:fromdisplayname",
    "ses:recipients",
}
# What follows from who asks, or from whose the resource is.
OF_THE_CALLER: Final = ("aws:principal", "aws:userid", "aws:username", "aws:resourceaccount", "aws:resourceorg")
TAGS: Final = "aws:principaltag/"
NOTHING_SPECIAL: Final = ("aws:viaawsservice", "false")
MOST_VALUES: Final = 3
UNRESOLVED: Final = "gatepost:unresolved/"  # a part of a template


def request_words(request: Request) -> str:
    """`ses:SendEmail on identity/example.com at 2023-04-01T17:00:01Z by user/someone, From: news@example.com`."""
    place = "" if request.resource == "*" else f" on {names.what(request.resource, request.principal.account)}"
    time = _time(request.context)
    when = f" at {time}" if time else ""
    what = f"{request.action}{place}{when} by {names.who(request.principal, request.resource_account)}"
    return visible(", ".join((what, *connection(request.context), *_rest(request))))


def _time(context: Context) -> str:
    time, seconds = context.get(CURRENT_TIME), context.get(EPOCH_TIME)
    if isinstance(time, str):
        return time
    return date_of_seconds(seconds) if isinstance(seconds, str) else ""


def _rest(request: Request) -> Iterator[str]:
    """The keys that have no words of their own, and recipients where there are few: who they are is the point of a witness."""
    recipients = request.context.get("ses:recipients")
    if isinstance(recipients, tuple) and 1 < len(recipients) <= MOST_VALUES:
        yield f"which are {', '.join(recipients)}"
    if "ses:fromdisplayname" in request.context and "ses:fromaddress" not in request.context:
        yield f"ses:FromDisplayName {request.context['ses:fromdisplayname']}"
    for key, value in sorted(request.context.items()):
        if (key, value) == NOTHING_SPECIAL or (key == EPOCH_TIME and _time({key: value})):
            continue
        if key.startswith(UNRESOLVED):
            yield f"where {key.removeprefix(UNRESOLVED)} is `{value}`"
        elif key not in TOLD and (key.startswith(TAGS) or not key.startswith(OF_THE_CALLER)):
            yield f"{names.key(key)} {value if isinstance(value, str) else ', '.join(value)}"


def connection(context: Context) -> Iterator[str]:
    """What a request says of itself, in short."""
    for key in ("aws:sourceip",):
        if isinstance(address := context.get(key), str):
            yield address
    secure = context.get("aws:securetransport")
    if secure is not None:
        yield "TLS" if secure == "true" else "no TLS"
    sender, name = context.get("ses:fromaddress"), context.get("ses:fromdisplayname")
    if isinstance(sender, str):
        yield f"From: {name} <{sender}>" if isinstance(name, str) else f"From: {sender}"
    recipients = context.get("ses:recipients")
    if isinstance(recipients, tuple):
        yield f"To: {recipients[0]}" if len(recipients) == 1 else f"To: {len(recipients)} recipients"
