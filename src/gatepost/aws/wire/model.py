"""Services and operations by botocore's models: how an input is read, an output answered, an error told, both recorded."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, Protocol, TypeAlias

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, StructureShape

from gatepost.access.regions import GLOBAL_SERVICES
from gatepost.aws.errors import MODELLED_INTERNAL, AwsError, constraints_failed, members_not_served
from gatepost.aws.request import HttpRequest, HttpResponse
from gatepost.aws.wire.constraints import Checks, Constraint, Problem
from gatepost.aws.wire.json import JsonCodec
from gatepost.aws.wire.query import QueryCodec
from gatepost.aws.wire.recorded import Recorders, bounded
from gatepost.aws.wire.rest_json import RestJsonCodec

Shape: TypeAlias = Mapping[str, Any]  # a structure of the model, by AWS's member names
Parameters: TypeAlias = Any  # what routing found beside the body: a form's tree, or the parts of a path

# Source: each service's API Reference, "Common Errors": how it answers an input that its model refuses.
CONSTRAINT_CODES: Final = {
    "sesv2": "BadRequestException",
    "cloudtrail": "ValidationException",
    "accessanalyzer": "ValidationException",
    "iam-toolbox": "ValidationException",
    "organizations": "InvalidInputException",
}
DEFAULT_CONSTRAINT_CODE: Final = "ValidationError"
# How a service words a constraint, where not as `Value at 'policyName' failed to satisfy constraint: …`.
SENTENCES: Final[Mapping[str, Callable[[Problem], str]]] = {"sts": Problem.with_value, "iam": Problem.without_known_values}
# What such an answer has besides, where the reason is not of the constraint.
CONSTRAINT_MEMBERS: Final = {"accessanalyzer": {"reason": "fieldValidationFailed"}}
# Values that AWS's models lack: Access Analyzer knows no SES resource type.
OWN_VALUES: Final = {
    "accessanalyzer": dict.fromkeys(
        ("AccessCheckResourceType", "ResourceType", "ValidatePolicyResourceType"), "AWS::SES::EmailIdentity"
    )
}
# What SES does not hold against its model but words in its own way: the handlers do that.
NOT_REQUIRED: Final[Mapping[str, Mapping[str, str]]] = {
    "ses": {"ConfigurationSet": "Name"},
    "sesv2": {"CreateConfigurationSetRequest": "ConfigurationSetName", "TrackingOptions": "CustomRedirectDomain"},
}
NO_ENUM: Final[Mapping[str, Sequence[str]]] = {"sesv2": ("ConfigurationSetFilterKey", "IdentityFilterKey")}
LIST_MEMBER: Final = re.compile(r"\.\d+\.")
CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Codec(Protocol):
    """A wire protocol, spoken for one service."""

    def reader(self, shape: StructureShape | None) -> Callable[[HttpRequest, Parameters], dict[str, Any]]:
        """What reads an operation's input."""

    def responder(self, operation: str, shape: StructureShape | None) -> Callable[[Shape, str], HttpResponse]:
        """What answers an operation's output; the text is the request's ID."""

    def code(self, error: AwsError) -> str:
        """The error's code as the protocol writes it."""

    def fail(self, error: AwsError, request_id: str) -> HttpResponse:
        """The answer that tells an error."""


class ServiceShapes:
    """One service's model, compiled operation by operation."""

    def __init__(self, name: str, model: ServiceModel) -> None:
        self.name = name
        self.model = model
        metadata = model.metadata
        self.protocol: str = metadata["protocol"]
        self.api_version: str = metadata["apiVersion"]
        self.signing_name: str = metadata.get("signingName", metadata["endpointPrefix"])
        self.target_prefix: str | None = metadata.get("targetPrefix")
        self.event_source = f"{self.signing_name}.amazonaws.com"
        self.is_global = name in GLOBAL_SERVICES
        self.codec = _codec(name, metadata)
        self.checks = Checks()
        self.recorders = Recorders()
        self._operations: dict[str, OperationShape] = {}

    def operation(self, name: str) -> "OperationShape":
        """An operation by AWS's name; botocore's OperationNotFoundError where the service has none."""
        known = self._operations.get(name)
        if known is None:
            known = self._operations[name] = OperationShape(self, self.model.operation_model(name))
        return known

    def reasons_of(self, code: str) -> frozenset[str]:
        """The values of `Reason` that the model lists for an error; none where the error has no such member."""
        members = self.model.shape_for(code).members if code in self.model.shape_names else {}
        return frozenset(members["Reason"].enum if "Reason" in members else ())

    def has(self, name: str) -> bool:
        """Whether AWS's service has an operation of this name."""
        return name in self.model.operation_names


def _codec(name: str, metadata: Mapping[str, Any]) -> Codec:
    match metadata["protocol"]:
        case "query":
            return QueryCodec(metadata["xmlNamespace"])
        case "rest-json":
            return RestJsonCodec(MODELLED_INTERNAL.get(name))
        case "json":
            return JsonCodec(MODELLED_INTERNAL.get(name))
    raise NotImplementedError(f"{name}: no codec speaks `{metadata['protocol']}`")


class OperationShape:
    """One operation: `parse` and `respond` are compiled from its shapes."""

    def __init__(self, service: ServiceShapes, model: OperationModel) -> None:
        self.service = service
        self.name: str = model.name
        shape, output = model.input_shape, model.output_shape
        members = {} if shape is None else shape.members
        required = frozenset() if shape is None else frozenset(shape.required_members)
        self.input_members: Mapping[str, bool] = {name: name in required for name in members}
        self._read = service.codec.reader(shape)
        self._check = None if shape is None else service.checks.of(shape)
        self._constraint_code = CONSTRAINT_CODES.get(service.name, DEFAULT_CONSTRAINT_CODE)
        self._constraint_members = CONSTRAINT_MEMBERS.get(service.name, {})
        self._reasons = service.reasons_of(self._constraint_code)
        self._sentence: Callable[[Problem], str] = SENTENCES.get(service.name, str)
        self.respond = service.codec.responder(model.name, output)
        self.record_input = bounded(service.recorders.of(shape))
        self.record_output = bounded(service.recorders.of(output))

    def parse(self, request: HttpRequest, parameters: Parameters) -> Shape:
        """The operation's input, held against every constraint of the model; `AwsError` where it does not hold."""
        given = self._read(request, parameters)
        if self._check is not None:
            problems: list[Problem] = []
            self._check(given, "", problems)
            if problems:
                members = {"Reason": _reason(problems[0], self._reasons)} if self._reasons else self._constraint_members
                raise constraints_failed(self._constraint_code, list(map(self._sentence, problems)), members)
        return given

    def not_served(self, names: Sequence[str]) -> AwsError:
        """The error for members of the input that are not served, in the operation's code for a bad input."""
        members = {"Reason": f"{Constraint.KNOWN.value}:{names[0]}"} if self._reasons else self._constraint_members
        return members_not_served(self._constraint_code, self.name, names, members)


def _reason(problem: Problem, reasons: frozenset[str]) -> str:
    """`INVALID_PATTERN`, or the reason that the model has for this very member (`INVALID_PATTERN_TARGET_ID`)."""
    if LIST_MEMBER.search(problem.path):
        return "INVALID_LIST_MEMBER"
    member = CAMEL.sub("_", problem.path).replace(".", "_").upper()
    own = f"{problem.constraint.value}_{member}"
    return own if own in reasons else problem.constraint.value


@cache
def load_service(name: str) -> ServiceShapes:
    """The service of botocore's name (`ses`, `sesv2`, `iam`, …), read once."""
    model = Loader().load_service_model(name, "service-2")
    for shape, value in OWN_VALUES.get(name, {}).items():
        model["shapes"][shape]["enum"] = [*model["shapes"][shape]["enum"], value]
    for shape, member in NOT_REQUIRED.get(name, {}).items():
        model["shapes"][shape]["required"].remove(member)
    for shape in NO_ENUM.get(name, ()):
        del model["shapes"][shape]["enum"]
    return ServiceShapes(name, ServiceModel(model, name))
