"""The life of a call, as one list of steps.

    Arrival ─▶ signature ─▶ route ─▶ input ─▶ needs ─▶ decisions ─▶ handler ─▶ Event ─▶ answer

Nothing of a body is read before the signature over it was right; the few operations that take no signature have small ones.

`Pipeline.prepare` runs all that only reads (up to the decisions); it may run on the event loop, with a view that raises `Cold`
where something is not held, or in a thread; where an identity provider's keys are wanting it raises `KeysNeeded`. What it returns,
a `Prepared`, then runs in the writer's transaction (`perform_and_record`) or, if it only reads, on a snapshot (`perform`, then
`record`). Every arrival leaves exactly one Event: on success in the handler's own transaction, on denial or failure after everything
that the handler wrote is rolled back.
"""

import hmac
from collections.abc import Callable
from typing import Any

import structlog
from msgspec import Struct

from gatepost.access.context import resource_context
from gatepost.access.credentials import Caller, Credential, credential_of
from gatepost.access.gather import caller_side, fingerprints
from gatepost.access.placement import Placement, placement
from gatepost.access.provider_keys import KeysNeeded
from gatepost.access.regions import GLOBAL_REGION
from gatepost.audit.authorization import Authorization as Kept
from gatepost.audit.authorization import Authorized, Evaluation
from gatepost.audit.escaping import check_text, escaped
from gatepost.audit.ids import authorization_id, fresh_uuid
from gatepost.audit.sink import append_event, append_unauthenticated
from gatepost.aws import errors
from gatepost.aws.call import Arrival, Call, Shape, connection_of
from gatepost.aws.denial import denied
from gatepost.aws.errors import AwsError
from gatepost.aws.guarded import Proof, Rehearsal, Unproved, guarded_changes, require_proof, scopes_of
from gatepost.aws.head import UNSIGNED
from gatepost.aws.operation import REGISTRY, Need, Operation
from gatepost.aws.question import Question, Unanswered
from gatepost.aws.record import Home, Known, event_of
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.aws.session_limits import check_session
from gatepost.aws.sigv4 import Authorization, check_service, check_signature, read_authorization
from gatepost.aws.wire.routing import Route, Routes
from gatepost.policy.catalogue import is_service
from gatepost.policy.decide import Decision, decide
from gatepost.policy.request import Request
from gatepost.store.failures import is_store_failure
from gatepost.store.memory import Cold, Memory
from gatepost.store.sessions import digest_of
from gatepost.store.snapshots import Snapshot
from gatepost.store.transaction import Transaction, View

log = structlog.get_logger("gatepost.pipeline")


class Outcome(Struct, frozen=True):
    """How a call ended: the operation's output, or the error that is answered."""

    output: Any = None  # a Shape; of a question, what it rests on
    error: AwsError | None = None


class Permitted(Struct, frozen=True):
    """A call whose every need is met."""

    call: Call
    operation: Operation
    parsed: object


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
        return self.permitted is not None and self.permitted.operation.writes

    @property
    def question(self) -> Question | None:
        """What is to be thought about once the handler has read what it rests on."""
        return None if self.permitted is None else self.permitted.operation.question

    @property
    def is_authenticated(self) -> bool:
        """Whether a signature, or a token, has shown who calls."""
        return self.known.caller is not None

    @property
    def account(self) -> str:
        """On whose account the call is."""
        return self.known.account or self.known.home.account

    def refusal(self) -> Outcome:
        """The outcome of a call that does not run."""
        return Outcome(error=self.error)

    def perform(self, tx: Transaction) -> Outcome:
        """Run the handler. Of a question it gives what that rests on."""
        return self._outcome(_handle, tx)

    def rehearse(self, before: Transaction, copy: Transaction) -> Rehearsal | None:
        """Run the handler on a copy of the store and gather what is to be proved of it; None where it refuses, or asks for no proof."""
        assert self.permitted is not None  # noqa: S101 -- it was to be run
        try:
            _handle(self.permitted, copy)
        except AwsError:
            return None
        touched = copy.touched
        after = Transaction(copy.connection, Memory(), copy.keyring, writes=False)
        changes = guarded_changes(before, after, touched)
        accounts = tuple(each.change.after.account for each in changes)
        proof = Proof(frozenset(accounts), scopes_of(self.permitted.call, accounts), before.as_of)
        return Rehearsal(changes, proof) if changes else None

    def think_here(self, gathered: object) -> Outcome:
        """Think about a light question, in this thread; the snapshot that it was read from is closed."""
        return self._outcome(_think, gathered)

    def record(self, tx: Transaction, outcome: Outcome) -> Outcome:
        """Write the Event of this call, which ended so. What no record can hold is escaped in it; it never fails for that."""
        event = event_of(self.known, outcome.output, outcome.error)
        append = append_event if self.is_authenticated else append_unauthenticated
        try:
            check_text(event)
            append(tx, event)
        except (UnicodeEncodeError, OverflowError):
            append(tx, escaped(event))
        return outcome

    def perform_and_record(self, tx: Transaction, proof: Proof | None = None) -> Outcome:
        """Both in one transaction. Where the handler fails, the Event is all that stays of it.

        `Unanswered` and `Unproved` where something is to be thought about first: then nothing stays, and nothing is recorded yet.
        """
        return self.record(tx, self._outcome(lambda permitted, tx: _attempt(permitted, tx, proof), tx))

    def _outcome(self, run: Callable[[Permitted, Any], Any], given: object) -> Outcome:
        """What is no `AwsError` is a mistake of ours: answered as an internal failure, and logged. Failures of the store are raised."""
        assert self.permitted is not None  # noqa: S101 -- `runs` was asked
        try:
            return Outcome(output=run(self.permitted, given))
        except AwsError as error:
            return Outcome(error=error.bare())
        except (Unanswered, Unproved):  # nothing of it stands: it is thought about, then run again
            raise
        except Exception as failure:
            if is_store_failure(failure):
                raise
            log.exception("internal failure", request_id=self.request_id, operation=self.permitted.operation.name)
            return internal_failure()


def internal_failure() -> Outcome:
    """The outcome of a call that failed for a reason that is not the caller's."""
    return Outcome(error=errors.internal_failure())


def _attempt(permitted: Permitted, tx: Transaction, proof: Proof | None) -> Shape | None:
    is_fresh = proof is not None and proof.is_fresh(tx)

    def run(inner: Transaction) -> Shape | None:
        output: Shape | None = _handle(permitted, inner)
        require_proof(inner, proof if is_fresh else None)
        return output

    return tx.attempt(run)


def _think(permitted: Permitted, gathered: object) -> object:
    question = permitted.operation.question
    assert question is not None  # noqa: S101 -- it was asked for
    return question.think(gathered)


def _handle(permitted: Permitted, tx: Transaction) -> Any:  # noqa: ANN401 -- the output, or what a question rests on
    call, operation = permitted.call, permitted.operation
    if operation.parse is not None:
        return operation.handler(call, tx, permitted.parsed)
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
        account: str | None = None
        call: Call | None = None
        error: AwsError | None = None
        weighed: Weighed | None = None
        try:
            route = self._routes.of_head(request)
            if not _is_unsigned(route or self._routes.attempted(request)):
                authorization = read_authorization(request)
                route = self._unserved(request, authorization.service) or route
                credential = credential_of(view, authorization.access_key_id)
                account = None if credential is None else credential.caller.account
                caller = _caller(arrival, credential, authorization, route)
            else:
                _check_unsigned(arrival)
            if route is None:
                route = self._of_form(request, authorization)
            operation = REGISTRY.get((route.service.name, route.operation or ""))
            given = _input(arrival, operation, route, authorization)
            if operation is not None and operation.identify is not None:
                caller = operation.identify(arrival, view, given)
                account, region = caller.account, self._home.region
            else:
                region = _signed_region(route, authorization)
            assert operation is not None  # noqa: S101 -- it has read the input
            assert caller is not None  # noqa: S101 -- a signature or a token has shown who calls
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
                None if authorization is None else authorization.access_key_id,
                authorization_id(arrival.now, request_id),
            )
            check_session(call)
            weighed = _weigh(call, operation, view)
            error = weighed.error
        except AwsError as refused:
            error = refused.bare()
        except (Cold, KeysNeeded):
            raise
        except Exception:  # a mistake of ours as well: told and recorded like any other end of a call
            log.exception("internal failure", request_id=request_id)
            error = errors.internal_failure()
        if route is None:
            route = self._routes.attempted(request, None if authorization is None else authorization.service)
        authorized = None if weighed is None else weighed.authorized
        known = Known(
            arrival, request_id, self._home, route, operation, authorization, account, caller, given, call, authorized
        )
        return Prepared(known, None if weighed is None else weighed.permitted, error)

    def _unserved(self, request: HttpRequest, signing_name: str) -> Route | None:
        """The route of a request that is signed for a service of AWS's that is not served here; None for any other."""
        if self._routes.serves(signing_name) or not is_service(signing_name):
            return None
        return self._routes.unserved(request, signing_name)

    def _of_form(self, request: HttpRequest, authorization: Authorization | None) -> Route:
        """The route of a form, which is one of the service that the request is signed for."""
        route = self._routes.of_form(request)
        if authorization is not None and route.recognised:
            check_service(authorization, route.service.signing_name)
        return route

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


def _is_unsigned(route: Route) -> bool:
    """Whether a route leads to an operation that takes no signature."""
    operation = REGISTRY.get((route.service.name, route.operation or ""))
    return operation is not None and operation.identify is not None


def _check_unsigned(arrival: Arrival) -> None:
    if arrival.too_large or len(arrival.request.body) > UNSIGNED:
        raise errors.body_too_large()


def _signed_region(route: Route, authorization: Authorization | None) -> str:
    if authorization is None:  # a form that seemed to need no signature
        raise errors.missing_authentication_token()
    return GLOBAL_REGION if route.service.is_global else authorization.region


def _caller(arrival: Arrival, credential: Credential | None, authorization: Authorization, route: Route | None) -> Caller:
    """Who has signed the request. Where its service is not served, that is said whoever calls: services sign in ways of their own."""
    try:
        return _signer(arrival, credential, authorization, route)
    except AwsError:
        if route is not None and not route.recognised:
            raise errors.service_not_served(authorization.service) from None
        raise


def _signer(arrival: Arrival, credential: Credential | None, authorization: Authorization, route: Route | None) -> Caller:
    """Who has signed the request, for the service of its route; where only its form can tell that, for any."""
    if credential is None or not credential.active or not _token_fits(credential, authorization.token):
        raise errors.invalid_client_token_id()
    if credential.expires_at is not None and arrival.clock >= credential.expires_at:
        raise errors.expired_token()
    if arrival.too_large:  # its signature covers a body that was not kept
        raise errors.body_too_large()
    signed_for = route.service.signing_name if route is not None and route.recognised else authorization.service
    check_signature(arrival.request, authorization, credential.secret, signed_for, arrival.now)
    return credential.caller


def _token_fits(credential: Credential, token: str | None) -> bool:
    """Whether the session token is the one that goes with the key; a long-term key has none."""
    if credential.token_digest is None or token is None:
        return credential.token_digest is None and token is None
    return hmac.compare_digest(credential.token_digest, digest_of(token))


def _input(arrival: Arrival, operation: Operation | None, route: Route, authorization: Authorization | None = None) -> Shape:
    if not route.recognised:
        raise errors.service_not_served("" if authorization is None else authorization.service)
    if operation is None:
        raise _no_operation(route)
    return operation.shape.parse(arrival.request, route.parameters)


def _no_operation(route: Route) -> AwsError:
    if route.operation is not None:
        return errors.not_served(route.service.name, route.operation)
    return errors.invalid_action(route.action, route.version) if route.action else errors.unknown_operation()


class Weighed(Struct, frozen=True):
    """What the policies say of a call: every decision, and the error for the first need that is not met."""

    authorized: Authorized
    permitted: Permitted | None = None
    error: AwsError | None = None


def _weigh(call: Call, operation: Operation, view: View) -> Weighed:
    """The decision on each need of a call. All are made, so that a denial tells at once whatever else would be missing."""
    parsed = None if operation.parse is None else operation.parse(call, view, **operation.arguments(call))
    caller = call.caller
    side = caller_side(view, caller)
    connection = connection_of(call)
    evaluations: list[Evaluation] = []
    snapshots = [side.snapshot]
    error: AwsError | None = None
    for need in operation.needs(call, parsed, view):
        account = need.resource_account or caller.account
        place = side.place if account == caller.account else placement(view, account)
        context = {**connection, **side.context, **resource_context(account, place), **need.context}
        request = Request.of_normalised(caller.principal, need.action, need.resource, account, context)
        decision = decide(request, side.against(need.resource_side, place.rcps))
        evaluations.append(_evaluation(need, account if account != caller.account else None, place, decision, snapshots))
        if error is None and not decision.allowed:
            error = denied(operation, call, need, decision, akin=_akin(caller.account, side.place, account, place))
    clock = None if call.clock is call.now else int(call.clock.timestamp())
    authorized = Authorized(Kept(call.authorization_id, side.snapshot.fingerprint, evaluations, clock), snapshots)
    if error is not None:
        return Weighed(authorized, error=error)
    return Weighed(authorized, Permitted(call, operation, parsed))


def _akin(account: str, place: Placement, other: str, its_place: Placement) -> bool:
    """Whether two accounts are one, or of one organization."""
    return account == other or (place.organization_id is not None and place.organization_id == its_place.organization_id)


def _evaluation(need: Need, account: str | None, place: Placement, decision: Decision, snapshots: list[Snapshot]) -> Evaluation:
    """A decision as it is kept; what it rested on is added to `snapshots`."""
    side, rcps = need.resource_side, None
    if side is not None:
        snapshots.append(side.snapshot)
    if place.rcps is not None:
        snapshots += [level.snapshot for level in place.rcps]
        rcps = fingerprints(place.rcps)
    fingerprint = None if side is None else side.snapshot.fingerprint
    told = None
    if account is not None and place.organization_id is not None and place.path is not None:
        told = (place.organization_id, place.path)
    return Evaluation(need.action, need.resource, decision.verdict.value, need.context, account, fingerprint, rcps, told)
