"""From a call, however far it came, to its Event."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from gatepost.access.credentials import Caller
from gatepost.access.regions import GLOBAL_REGION
from gatepost.audit.authorization import Authorized
from gatepost.audit.event import Event, Recorded
from gatepost.aws.call import Arrival, Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import READING, Operation
from gatepost.aws.sigv4 import Authorization
from gatepost.aws.wire.routing import Route
from gatepost.lint.posted import PostedDocument

LONGEST_NAME = 128  # characters, of a service or operation that a caller names
LONGEST_MESSAGE = 4096
NO_OPERATION = "UnknownOperation"
NO_SERVICE = "ses.amazonaws.com"
SIGNATURE_VERSION = {"SignatureVersion": "4"}
FINDINGS_SOURCE = "lint.gatepost"
FINDINGS = "PolicyFindings"


class Home(Struct, frozen=True):
    """Where calls are recorded of which no account is known."""

    account: str
    region: str


class Known(Struct, frozen=True):
    """All that a call has shown when it ended or was permitted; what it never showed is None.

    `account` is the access key's, whether or not the signature was right; `caller` only once it was.
    """

    arrival: Arrival
    request_id: str
    home: Home
    route: Route | None = None
    operation: Operation | None = None
    authorization: Authorization | None = None
    account: str | None = None
    caller: Caller | None = None
    input: Shape | None = None
    call: Call | None = None
    authorized: Authorized | None = None

    @property
    def region(self) -> str:
        """The region that the call is about; the home's where nobody has signed for another."""
        if self.authorization is None or self.caller is None:
            return self.home.region
        is_global = self.route is not None and self.route.service.is_global
        return GLOBAL_REGION if is_global else self.authorization.region


def _source(known: Known) -> str:
    """The service that was called, as CloudTrail writes it; one that is not served by its own name."""
    if known.route is not None and known.route.recognised:
        return known.route.service.event_source
    if known.authorization is None or known.caller is None:
        return NO_SERVICE
    return f"{known.authorization.service[:LONGEST_NAME]}.amazonaws.com"


def event_of(known: Known, output: Shape | None, error: AwsError | None) -> Event:
    """The Event of a call that ended with an output or an error."""
    arrival, operation, authorization = known.arrival, known.operation, known.authorization
    route, call = known.route, known.call
    name = (
        operation.name if operation is not None else (route.action if route is not None else "")[:LONGEST_NAME] or NO_OPERATION
    )
    read_only = operation.read_only if operation is not None else name.startswith(READING)
    resources: tuple[tuple[str, str], ...] = ()
    if operation is not None and operation.resources is not None and call is not None:
        resources = tuple(operation.resources(call))
    return Event(
        time=arrival.now,
        account=known.account or known.home.account,
        region=known.region,
        source=_source(known),
        name=name,
        request_id=known.request_id,
        read_only=read_only,
        source_ip=arrival.origin.source_ip,
        user_agent=arrival.origin.user_agent,
        principal=None if known.caller is None else known.caller.principal,
        user_name=None if known.caller is None else known.caller.user_name,
        session_context=None if known.caller is None else _session_context(known.caller),
        access_key_id=None if authorization is None else authorization.access_key_id[:LONGEST_NAME],
        request_parameters=operation.shape.record_input(known.input) if operation is not None and known.input else None,
        response_elements=operation.shape.record_output(output)
        if operation is not None and output and operation.writes
        else None,
        error_code=None if error is None else error.code if route is None else route.service.codec.code(error),
        error_message=None if error is None else error.message[:LONGEST_MESSAGE],
        resources=resources,
        host=arrival.origin.host,
        secure=arrival.origin.secure,
        additional=None if authorization is None else SIGNATURE_VERSION,
        authorized=known.authorized,
    )


def posted_document(known: Known) -> PostedDocument | None:
    """The policy document that a call has put, with what is known of where it is in force; None where it puts none."""
    call, operation = known.call, known.operation
    put = None if call is None or operation is None or operation.document is None else operation.document(call)
    if put is None or call is None:
        return None
    text, kind = put
    return PostedDocument(text, kind, call.clock, call.caller.account, call.region)


def findings_event(known: Known, findings: Sequence[Mapping[str, object]]) -> Event:
    """The Event of what the linter found in a document that a call has put: of its own, later, by the same request ID.

    AWS's answers have no place for findings, and the call does not wait for them.
    """
    arrival, authorization = known.arrival, known.authorization
    of = {"eventSource": _source(known), "eventName": "" if known.operation is None else known.operation.name}
    return Event(
        time=arrival.now,
        account=known.account or known.home.account,
        region=known.region,
        source=FINDINGS_SOURCE,
        name=FINDINGS,
        request_id=known.request_id,
        read_only=True,
        source_ip=arrival.origin.source_ip,
        user_agent=arrival.origin.user_agent,
        principal=None if known.caller is None else known.caller.principal,
        user_name=None if known.caller is None else known.caller.user_name,
        access_key_id=None if authorization is None else authorization.access_key_id,
        additional={"policyFindingsOf": of, "policyFindings": list(findings)},
    )


def _session_context(caller: Caller) -> Recorded:
    """CloudTrail's `sessionContext` of temporary credentials."""
    session = caller.session
    if session is None:
        return None
    created = session.issued_at.isoformat(timespec="seconds")[:19] + "Z"
    told: dict[str, object] = {"attributes": {"creationDate": created, "mfaAuthenticated": "false"}}
    issuer = session.issuer
    if issuer is not None:
        told["sessionIssuer"] = {
            "type": "Role",
            "principalId": issuer.id,
            "arn": issuer.arn,
            "accountId": issuer.account,
            "userName": issuer.name,
        }
    if session.provider is not None:
        told["webIdFederationData"] = {"federatedProvider": session.provider, "attributes": {}}
    if session.source_identity is not None:
        told["sourceIdentity"] = session.source_identity
    return told
