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

Questions about all requests are answered by a proof, or by requests that show the contrary:

    >>> from gatepost import Subject, prove_never, read_claim
    >>> proof = prove_never(read_claim("ses:Send* from ceo@example.com"), Subject.of(identity=[policy]))
    >>> proof.holds, proof.shown[0].request.action
    (False, 'ses:SendEmail')

The plain install holds this library and the command line; `gatepost[prove]` adds the solver, `gatepost[server]` the server.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from gatepost.claims.claim import Claim
    from gatepost.claims.errors import ClaimError
    from gatepost.claims.prove import Proof, prove_always, prove_never
    from gatepost.claims.read import read_claim
    from gatepost.claims.subject import Subject
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
    from gatepost.reasoning.undecidable import Undecidable

# Where each name lives; it is loaded when it is first used, so that `gatepost --help` does not wait for the engine.
_HOMES: Final = {
    "AttachedPolicy": "policy.decide",
    "Claim": "claims.claim",
    "ClaimError": "claims.errors",
    "Decision": "policy.decide",
    "Explanation": "policy.explain",
    "Layer": "policy.decide",
    "LayerKind": "policy.decide",
    "Policies": "policy.decide",
    "Policy": "policy.model",
    "PolicyError": "policy.errors",
    "PolicyKind": "policy.read",
    "PolicySource": "policy.decide",
    "Principal": "policy.principal",
    "Proof": "claims.prove",
    "Request": "policy.request",
    "Subject": "claims.subject",
    "Undecidable": "reasoning.undecidable",
    "Verdict": "policy.decide",
    "decide": "policy.decide",
    "explain": "policy.explain",
    "prove_always": "claims.prove",
    "prove_never": "claims.prove",
    "read_claim": "claims.read",
    "read_policy": "policy.read",
    "write_policy": "policy.write",
}

__all__ = [
    "AttachedPolicy",
    "Claim",
    "ClaimError",
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
    "Proof",
    "Request",
    "Subject",
    "Undecidable",
    "Verdict",
    "decide",
    "explain",
    "lint",
    "prove_always",
    "prove_never",
    "read_claim",
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
    value = getattr(import_module(f"gatepost.{home}"), name)
    globals()[name] = value
    return value
