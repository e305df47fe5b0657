"""A change that would break a guardrail is refused, with the request that it would let through.

It runs in the handler's own transaction, after the handler: what is asked is the state as it would be. A send touches nothing that
policies rest on, so it costs nothing there.
"""

from gatepost.access.guardrails import Broken, GuardrailKind, first_broken
from gatepost.aws.errors import AwsError, access_denied
from gatepost.store.guardrails import guarded_accounts
from gatepost.store.organizations import ORGANIZATIONS
from gatepost.store.transaction import Transaction
from gatepost.words import names
from gatepost.words.requests import request_words


def check_guardrails(tx: Transaction) -> None:
    """`AccessDenied` where what this attempt has changed breaks a guardrail of an account that it touched."""
    touched = tx.touched_here
    if not touched:
        return
    for account in guarded_accounts(tx):
        if account in touched or ORGANIZATIONS in touched:
            broken = first_broken(tx, account)
            if broken is not None:
                raise _refused(broken)


def _refused(broken: Broken) -> AwsError:
    guardrail = broken.guardrail
    return access_denied(
        f"This change would break the guardrail {guardrail.name} of account {guardrail.account}. {told(broken)}"
    )


def told(broken: Broken) -> str:
    """What a guardrail says, and the request against it."""
    guardrail = broken.guardrail
    said = f"It says: {guardrail.kind} {guardrail.claim}." + (f" Reason: {guardrail.reason}." if guardrail.reason else "")
    if broken.request is None:
        return f"{said} It could not be proved that it holds: {broken.undecided}."
    request = request_words(broken.request)
    if guardrail.kind == GuardrailKind.ALWAYS.value:
        return f"{said} This would be denied: {request}."
    return f"{said} This would be allowed: {request}. By {', '.join(map(names.place, broken.rules))}."
