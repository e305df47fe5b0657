"""An operation is declared, not called.

    @operation("ses", "PutIdentityPolicy", needs=on_everything)
    def put_identity_policy(call: Call, tx: Transaction, *, identity: str, policy_name: str, policy: str) -> Shape: ...

The decorator returns an `Operation`, which is not callable: only `aws.pipeline` runs handlers, after it has decided the needs
and inside the transaction that also carries the Event. A handler's keyword parameters are the input shape's members in snake
case and are held against botocore's model when the module is imported. A call that gives a member which the handler does not
name is refused as not served, never carried out without it; `reads` and `no_effect` name the exceptions.

A handler runs off the event loop, makes no network call, and either returns the operation's output (AWS's member names; None
for an empty one) or raises `AwsError`, whereupon everything it wrote is rolled back.

Where the needs or the handler rest on something costly to read from the input (a message), `parse` reads it once: it takes
`(call, view, **members)`, and what it returns is handed to both; the handler is then `(call, tx, parsed)`. `parse`
and `needs` may run on the event loop: what they want from the store they `recall` through the `View`, which either holds it or
sends the whole call to a thread.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec import Struct

from gatepost.access.credentials import Caller
from gatepost.access.kept_layer import KeptLayer
from gatepost.aws.call import Arrival, Call, Shape
from gatepost.aws.policy_findings import DocumentOf
from gatepost.aws.question import Question
from gatepost.aws.wire.model import OperationShape, load_service
from gatepost.store.transaction import View

# CloudTrail's `readOnly`: what changes nothing that others see. A session is made, but for its maker alone.
READING: Final = ("Get", "List", "Describe", "Lookup", "Simulate", "Validate", "Check", "Test", "BatchGet", "Decode", "Assume")
SNAKE: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Need(Struct, frozen=True):
    """One permission that a call needs: an action on a resource, with the keys that it carries besides the global ones.

    `context` has lower-case keys. `resource_side` is what the resource itself says (an identity's policies), compiled. `words` are
    what a denial calls the resource, where that is not its ARN.
    """

    action: str
    resource: str = "*"
    resource_account: str | None = None
    context: Mapping[str, str | tuple[str, ...]] = {}
    resource_side: KeptLayer | None = None
    words: str | None = None


Needs = Callable[[Call, Any, View], Sequence[Need]]
Parse = Callable[..., object]
Handler = Callable[..., Any]  # the output; where it is declared with a question, what that rests on
Denial = Callable[[Call, Need], str]
Identify = Callable[[Arrival, View, Shape], Caller]
Resources = Callable[[Call], Iterable[tuple[str, str]]]


def action_of(call: Call) -> str:
    """The IAM action of a call: the service's prefix and the operation's name."""
    return f"{ACTION_PREFIXES.get(call.service, call.service)}:{call.operation}"


ACTION_PREFIXES: Final = {"sesv2": "ses", "accessanalyzer": "access-analyzer", "iam-toolbox": "iam"}


def snake_case(member: str) -> str:
    """`PolicyName` → `policy_name`, `SourceArn` → `source_arn`, `DKIMTokens` → `dkim_tokens`."""
    return SNAKE.sub("_", member).lower()


@dataclass(frozen=True, slots=True)
class Operation:
    """A declared operation; see the module's text. Made by `operation` alone."""

    service: str
    name: str
    needs: Needs
    handler: Handler
    parse: Parse | None
    identify: Identify | None
    read_only: bool
    writes: bool
    denial: Denial | None
    resources: Resources | None
    document: DocumentOf | None
    question: Question | None
    shape: OperationShape
    members: Mapping[str, str]  # keyword parameter → AWS member name
    reads: frozenset[str]  # members that are read from the call's input itself
    no_effect: frozenset[str]  # members that change nothing here, whatever they say

    def arguments(self, call: Call) -> dict[str, Any]:
        """The input's members that the handler (or `parse`) names, by its parameter names; absent ones are left out.

        `AwsError` where the input has a member that is not served.
        """
        given = call.input
        arguments = {name: given[member] for name, member in self.members.items() if member in given}
        if len(arguments) < len(given):
            unserved = given.keys() - self.members.values() - self.reads - self.no_effect
            if unserved:
                raise self.shape.not_served(sorted(unserved))
        return arguments


REGISTRY: Final[dict[tuple[str, str], Operation]] = {}


def operation(
    service: str,
    name: str,
    *,
    needs: Needs,
    parse: Parse | None = None,
    identify: Identify | None = None,
    writes: bool | None = None,
    denial: Denial | None = None,
    resources: Resources | None = None,
    document: DocumentOf | None = None,
    question: Question | None = None,
    reads: Iterable[str] = (),
    no_effect: Iterable[str] = (),
) -> Callable[[Handler], Operation]:
    """Declare the handler below as the operation `name` of botocore's `service`.

    `needs` says which permissions a call needs (several for a send), purely from the call, what `parse` made of it, and the view.
    `identify` says who calls where the call is not signed, from its input; such an operation never looks at a signature.
    `writes`: whether the handler writes to the store, where the name would tell otherwise.
    `denial` says who may not do what, where the operation's words differ from the modern form of `aws.denial`.
    `resources` names what the call is about for the audit log: pairs of CloudFormation type and name.
    `document` says which policy document the call puts: what is found in it stands in the audit log.
    `question` says how it thinks (`aws.question`): the handler then returns what the question rests on instead of the output.
    `reads` names members that the handler or the needs read from `call.input` themselves; `no_effect` those that are accepted
    and change nothing here, such as a filter of a list that is always empty. Every other member that is no parameter is refused.
    """
    shape = load_service(service).operation(name)

    def declare(handler: Handler) -> Operation:
        declared = Operation(
            service=service,
            name=name,
            needs=needs,
            handler=handler,
            parse=parse,
            identify=identify,
            read_only=name.startswith(READING),
            writes=not name.startswith(READING) if writes is None else writes,
            denial=denial,
            resources=resources,
            document=document,
            question=question,
            shape=shape,
            members=_members(shape, handler if parse is None else parse),
            reads=frozenset(reads),
            no_effect=frozenset(no_effect),
        )
        if REGISTRY.setdefault((service, name), declared) is not declared:
            message = f"operation {service}:{name} is declared twice"
            raise TypeError(message)
        return declared

    return declare


def _members(shape: OperationShape, function: Callable[..., object]) -> dict[str, str]:
    """Keyword parameter → member; TypeError where a parameter is no member, or a required one has a default."""
    known = {snake_case(member): member for member in shape.input_members}
    members = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        member = known.get(parameter.name)
        if member is None:
            message = f"{function.__qualname__}: `{parameter.name}` is no member of {shape.name}'s input"
            raise TypeError(message)
        optional = parameter.default is not inspect.Parameter.empty
        if optional == shape.input_members[member]:
            word = "required, so it takes no default" if optional else "optional, so it needs a default"
            message = f"{function.__qualname__}: {shape.name}'s `{member}` is {word}"
            raise TypeError(message)
        members[parameter.name] = member
    return members
