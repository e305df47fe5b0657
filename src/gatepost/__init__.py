"""Gatepost's policy library: read IAM and SES policies, decide requests as AWS does, explain the decision.

    >>> from gatepost import Policies, Request, decide, read_policy
    >>> policy = read_policy('''{"Version": "2012-10-17", "Statement": [{
    ...     "Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*",
    ...     "Condition": {"StringLike": {"ses:FromAddress": "*@example.com"}}}]}''')
    >>> request = Request(
    ...     "arn:aws:iam::111122223333:user/alice",
    ...     "ses:SendEmail",
    ...     "arn:aws:ses:us-east-1:111122223333:identity/example.com",
    ...     context={"ses:FromAddress": "news@example.com"},
    ... )
    >>> decide(request, Policies(identity=[policy])).verdict.value
    'allowed'

The plain install holds this library and the command line; `gatepost[server]` adds the server.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from gatepost.lint import lint
    from gatepost.policy.decide import (
        AttachedPolicy,
        Decision,
        Layer,
        LayerKind,
        Policies,
        PolicySource,
        Verdict,
        decide,
    )
    from gatepost.policy.errors import PolicyError
    from gatepost.policy.explain import Explanation, explain
    from gatepost.policy.model import Policy
    from gatepost.policy.principal import Principal
    from gatepost.policy.read import PolicyKind, read_policy
    from gatepost.policy.request import Request
    from gatepost.policy.write import write_policy

# Where each name lives; it is loaded when it is first used, so that `gatepost --help` does not wait for the engine.
_HOMES: Final = {
    "AttachedPolicy": "decide",
    "Decision": "decide",
    "Explanation": "explain",
    "Layer": "decide",
    "LayerKind": "decide",
    "Policies": "decide",
    "Policy": "model",
    "PolicyError": "errors",
    "PolicyKind": "read",
    "PolicySource": "decide",
    "Principal": "principal",
    "Request": "request",
    "Verdict": "decide",
    "decide": "decide",
    "explain": "explain",
    "read_policy": "read",
    "write_policy": "write",
}

__all__ = [
    "AttachedPolicy",
    "Decision",
    "Explanation",
    "Layer",
    "LayerKind",
    "Policies",
    "Policy",
    "PolicyError",
    "PolicyKind",
    "PolicySource",
    "Principal",
    "Request",
    "Verdict",
    "decide",
    "explain",
    "lint",
    "read_policy",
    "write_policy",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- whatever the name stands for; type checkers see the imports above
    if name == "lint":
        return import_module("gatepost.lint")  # the package itself, as `from gatepost import lint` gives it: it can be called
    home = _HOMES.get(name)
    if home is None:
        message = f"module `gatepost` has no attribute `{name}`"
        raise AttributeError(message)
    value = getattr(import_module(f"gatepost.policy.{home}"), name)
    globals()[name] = value
    return value
