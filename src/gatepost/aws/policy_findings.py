"""Which policy document a call puts: what the linter finds in it is recorded once the call is answered (`lint.posted`)."""

from collections.abc import Callable

from gatepost.aws.call import Call
from gatepost.policy.read import PolicyKind

PutDocument = tuple[str, PolicyKind]  # the text, and what it is for
DocumentOf = Callable[[Call], PutDocument | None]


def in_member(member: str, kind: PolicyKind) -> DocumentOf:
    """The document that a member of the input gives."""
    return lambda call: (str(call.input[member]), kind) if member in call.input else None
