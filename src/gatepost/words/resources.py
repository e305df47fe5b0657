"""On what a statement allows or forbids something, in words."""

from gatepost.policy.model import Statement
from gatepost.policy.values import arn_parts
from gatepost.words.listing import listed

ANYTHING = "any resource (*)"


def resources_words(statement: Statement) -> str:
    """`on any resource (*)`; nothing for a statement that names no resource, as a trust policy's does not."""
    if statement.resources is not None:
        return f"on {listed(list(map(_resource, statement.resources)), 'or')}"
    if statement.not_resources is not None:
        return f"on every resource except {listed(list(map(_resource, statement.not_resources)))}"
    return ""


def _resource(text: str) -> str:
    if text == "*":
        return ANYTHING
    parts = arn_parts(text)
    if parts is None or parts[2] != "ses" or "${" in "".join(parts[:5]):
        return f"whatever is like {text}" if _is_wild(text) else text
    _, partition, _, region, account, name = parts
    kind, slash, rest = name.partition("/")
    if slash and rest == "*" and not _is_wild(kind):
        named = f"any {kind} ({name})"
    else:
        named = f"whatever is like {name}" if _is_wild(name) else name
    where = region if region and not _is_wild(region) else _some("region", region)
    beside = "" if partition == "aws" else f", {_some('partition', partition)}"
    return f"{named} of {_some('account', account)} in {where}{beside}"


def _some(noun: str, text: str) -> str:
    """`any account (*)`, `an account like 1111*`, `account 111122223333`, `no account`."""
    if text == "*":
        return f"any {noun} (*)"
    if _is_wild(text):
        return f"{'an' if noun[0] == 'a' else 'a'} {noun} like {text}"
    return f"{noun} {text}" if text else f"no {noun}"


def _is_wild(text: str) -> bool:
    return "*" in text or "?" in text
