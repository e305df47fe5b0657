"""What temporary credentials can never call, whatever the policies say.

| made by | IAM | STS |
|---|---|---|
| GetSessionToken | nothing (no session here has a second factor) | AssumeRole, GetCallerIdentity |
| GetFederationToken | nothing | GetCallerIdentity |
| AssumeRole and its kin | everything | all but GetSessionToken and GetFederationToken |

Source: IAM User Guide, "Compare AWS STS credentials"; texts as the services put them on the wire.
"""

from collections.abc import Mapping
from typing import Final

from gatepost.aws import errors
from gatepost.aws.call import Call
from gatepost.store.sessions import SessionKind

MAKING_SESSIONS: Final = frozenset(("GetSessionToken", "GetFederationToken"))
ALLOWED_OF_STS: Final[Mapping[SessionKind, frozenset[str]]] = {
    SessionKind.SESSION_TOKEN: frozenset(("AssumeRole", "GetCallerIdentity")),
    SessionKind.FEDERATED_USER: frozenset(("GetCallerIdentity",)),
}


def check_session(call: Call) -> None:
    """`AwsError` where the call is one that its credentials can never make."""
    session = call.caller.session
    if session is None:
        return
    allowed_of_sts = ALLOWED_OF_STS.get(session.kind)
    if call.service == "iam" and allowed_of_sts is not None:
        raise errors.invalid_client_token_id()
    if call.service != "sts":
        return
    if call.operation in MAKING_SESSIONS if allowed_of_sts is None else call.operation not in allowed_of_sts:
        raise errors.access_denied(f"Cannot call {call.operation} with session credentials")
