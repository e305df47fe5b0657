"""The life of a call, as one list of steps.

    Arrival ─▶ route ─▶ signature ─▶ input ─▶ needs ─▶ decisions ─▶ handler ─▶ Event ─▶ answer

`Pipeline.prepare` runs all that only reads (up to the decisions); it may run on the event loop, with a view that raises `Cold`
where something is not held, or in a thread. What it returns, a `Prepared`, then runs in the writer's transaction
(`perform_and_record`) or, if it only reads, on a snapshot (`perform`, then `record`). Every arrival leaves exactly one Event: on
success in the handler's own transaction, on denial or failure after everything that the handler wrote is rolled back.
"""

from collections.abc import Callable, Sequence

import structlog
from msgspec import Struct

from gatepost.access.credentials import Caller, Credential, credential_of
from gatepost.access.gather import identity_side
from gatepost.audit.ids import fresh_uuid
from gatepost.audit.sink import append_event
from gatepost.aws import errors
from gatepost.aws.call import Arrival, Call, Shape
from gatepost.aws.context import global_context
from gatepost.aws.denial import denied
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import REGISTRY, Need, Operation
from gatepost.aws.record import Home, Known, event_of
from gatepost.aws.request import HttpResponse
from gatepost.aws.sigv4 import Authorization, check_signature, read_authorization
from gatepost.aws.wire.model import GLOBAL_REGION
from gatepost.aws.wire.routing import Route, Routes
from gatepost.policy.decide import Decision, Policies, decide
from gatepost.policy.request import Request
from gatepost.store.memory import Cold
from gatepost.store.transaction import Transaction, View

log = structlog.get_logger("gatepost.pipeline")


class Outcome(Struct, frozen=True):
    """How a call ended: the operation's output, or the error that is answered."""

    output: Shape | None = None
    error: AwsError | None = None


class Permitted(Struct, frozen=True):
    """A call whose every need is met."""

    call: Call
    operation: Operation
    parsed: object
    decisions: Sequence[tuple[Need, Decision]]


class Prepared(Struct, frozen=True):
    """An arrival after all that can be said before anything is changed: permitted, or refused with `error`."""

    known: Known
    permitted: Permitted | None = None
    error: AwsError | None = None

    @property
    def request_id(self) -> str:
        """The ID that the answer and the Event carry."""
        return self.known.request_id

    @property
    def runs(self) -> bool:
        """Whether there is a handler to run."""
        return self.permitted is not None

    @property
    def changes(self) -> bool:
        """Whether running it needs the writer's transaction."""
        return self.permitted is not None and not self.permitted.operation.read_only

    def refusal(self) -> Outcome:
        """The outcome of a call that does not run."""
        return Outcome(error=self.error)

    def perform(self, tx: Transaction) -> Outcome:
        """Run the handler."""
        return self._outcome(_handle, tx)

    def record(self, tx: Transaction, outcome: Outcome) -> None:
        """Write the Event of this call."""
        append_event(tx, event_of(self.known, outcome.output, outcome.error))

    def perform_and_record(self, tx: Transaction) -> Outcome:
        """Both in one transaction. Where the handler fails, the Event is all that stays of it."""
        outcome = self._outcome(_attempt, tx)
        self.record(tx, outcome)
        return outcome

    def _outcome(self, run: "Callable[[Permitted, Transaction], Shape | None]", tx: Transaction) -> Outcome:
        """What is no `AwsError` is a mistake of ours: answered as an internal failure, and logged."""
        assert self.permitted is not None  # noqa: S101 -- `runs` was asked
        try:
            return Outcome(output=run(self.permitted, tx))
        except AwsError as error:
            return Outcome(error=error)
        except Exception:
            log.exception("internal failure", request_id=self.request_id, operation=self.permitted.operation.name)
            return Outcome(error=errors.internal_failure())


def _attempt(permitted: Permitted, tx: Transaction) -> Shape | None:
    return tx.attempt(lambda inner: _handle(permitted, inner))


def _handle(permitted: Permitted, tx: Transaction) -> Shape | None:
    call, operation = permitted.call, permitted.operation
    if operation.parse is not None:
        return operation.handler(call, tx, permitted.parsed, permitted.decisions)
    return operation.handler(call, tx, **operation.arguments(call))


class Pipeline:
    """Arrivals to answers, for the services that `routes` serves. `home` is where calls of unknown callers are recorded."""

    def __init__(self, routes: Routes, home: Home) -> None:
        self._routes = routes
        self._home = home

    def prepare(self, arrival: Arrival, view: View) -> Prepared:
        """Every step up to the decisions. Where one refuses, what the steps before it have shown is what the Event tells."""
        request, request_id = arrival.request, fresh_uuid()
        route: Route | None = None
        operation: Operation | None = None
        authorization: Authorization | None = None
        credential: Credential | None = None
        caller: Caller | None = None
        given: Shape | None = None
        call: Call | None = None
        error: AwsError | None = None
        permitted: Permitted | None = None
        try:
            route = self._routes.route(request)
            operation = REGISTRY.get((route.service.name, route.operation or ""))
            authorization = read_authorization(request)
            credential = credential_of(view, authorization.access_key_id)
            caller = _caller(arrival, credential, authorization, route)
            given = _input(arrival, operation, route, authorization)
            region = GLOBAL_REGION if route.service.is_global else authorization.region
            assert operation is not None  # noqa: S101 -- it has read the input
            call = Call(
                route.service.name,
                operation.name,
                given,
                caller,
                region,
                request_id,
                arrival.now,
                arrival.clock,
                arrival.origin,
                authorization.access_key_id,
            )
            permitted = _permit(call, operation, view)
        except AwsError as refused:
            error = refused
        except Cold:
            raise
        except Exception:  # a mistake of ours as well: told and recorded like any other end of a call
            log.exception("internal failure", request_id=request_id)
            error = errors.internal_failure()
        account = None if credential is None else credential.caller.account
        known = Known(arrival, request_id, self._home, route, operation, authorization, account, caller, given, call)
        return Prepared(known, permitted, error)

    def respond(self, prepared: Prepared, outcome: Outcome) -> HttpResponse:
        """The answer in the protocol that was spoken."""
        known = prepared.known
        if outcome.error is not None or known.operation is None:
            return self._routes.fail(known.route, outcome.error or errors.internal_failure(), known.request_id)
        return known.operation.shape.respond(outcome.output or {}, known.request_id)

    def unprepared(self, arrival: Arrival) -> HttpResponse:
        """The answer where the store could not even be read."""
        known = Known(arrival, fresh_uuid(), self._home)
        return self._routes.fail(None, errors.service_unavailable(), known.request_id)

    def unavailable(self, prepared: Prepared) -> HttpResponse:
        """The answer where the call could not be recorded, and so was not done."""
        return self._routes.fail(prepared.known.route, errors.service_unavailable(), prepared.request_id)


def _caller(arrival: Arrival, credential: Credential | None, authorization: Authorization, route: Route) -> Caller:
    """Who has signed the request."""
    if credential is None or not credential.active:
        raise errors.invalid_client_token_id()
    if arrival.too_large:  # its signature covers a body that was not kept
        raise errors.body_too_large()
    signed_for = route.service.signing_name if route.recognised else authorization.service
    check_signature(arrival.request, authorization, credential.secret, signed_for, arrival.now)
    return credential.caller


def _input(arrival: Arrival, operation: Operation | None, route: Route, authorization: Authorization) -> Shape:
    if not route.recognised:
        raise errors.service_not_served(authorization.service)
    if operation is None:
        raise _no_operation(route)
    return operation.shape.parse(arrival.request, route.parameters)


def _no_operation(route: Route) -> AwsError:
    if route.operation is not None:
        return errors.not_served(route.service.name, route.operation)
    return errors.invalid_action(route.action, route.version) if route.action else errors.unknown_operation()


def _permit(call: Call, operation: Operation, view: View) -> Permitted:
    """The call with the decision on each of its needs; `AwsError` for the first that is not met."""
    parsed = None if operation.parse is None else operation.parse(call, view, **operation.arguments(call))
    own_side, everywhere = identity_side(view, call.caller), global_context(call)
    decisions = []
    for need in operation.needs(call, parsed, view):
        request = Request.of_normalised(
            call.caller.principal,
            need.action,
            need.resource,
            need.resource_account or call.caller.account,
            {**everywhere, "aws:resourceaccount": need.resource_account or call.caller.account, **need.context},
        )
        decision = decide(request, Policies.of_layers(own_side, need.resource_side))
        if not decision.allowed:
            raise denied(operation, call, need, decision)
        decisions.append((need, decision))
    return Permitted(call, operation, parsed, decisions)
