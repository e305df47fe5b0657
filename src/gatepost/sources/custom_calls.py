"""The SES policies that custom resources put: CDK's `AwsCustomResource` holds an API call as JSON in a string.

Source: AWS CDK, `AwsCustomResource` and `AwsSdkCall`.
"""

from collections.abc import Iterator
from typing import Final

from gatepost.sources.found import SourceError
from gatepost.sources.json_tree import read_tree
from gatepost.sources.policy_tree import Unresolvable
from gatepost.sources.text import Text
from gatepost.sources.tree import UNKNOWN, Fields, Scalar, Tree, string

ACTIONS: Final = ("putidentitypolicy", "createemailidentitypolicy", "updateemailidentitypolicy")
CALLS: Final = ("Create", "Update")  # the properties of the resource


def called_policy(call: Tree, file: str) -> Iterator[Tree]:
    """The policy that a call puts, where it puts one; Unresolvable where that cannot be told."""
    if isinstance(call, Scalar):
        if not any(action in call.text.text.lower() for action in ACTIONS):
            return
        call = _read(call.text, file)
    action = string(call.get("action")) if isinstance(call, Fields) else None
    policy = call.at("parameters", "Policy") if isinstance(call, Fields) else None
    if action is not None and action.lower().removesuffix("command") in ACTIONS and policy is not None:
        yield policy


def _read(call: Text, file: str) -> Tree:
    try:
        return read_tree(call, file)
    except SourceError as error:
        if UNKNOWN not in call.text:
            raise
        raise Unresolvable("what is unknown is more than a string in the call", (error.line, error.column)) from None
