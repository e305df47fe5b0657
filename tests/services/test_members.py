"""A parameter that is given is obeyed, or the call is refused; it is never ignored."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from msgspec import structs

import gatepost.services.registry  # noqa: F401  # declares the operations
from gatepost.access.credentials import Caller
from gatepost.aws.call import Call, Origin
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import REGISTRY, Operation
from gatepost.policy import catalogue
from gatepost.policy.principal import Principal
from gatepost.store.transaction import Transaction
from services.test_registry import ACCOUNT, EXAMPLES, NOW, tx

__all__ = ["tx"]
SERVICES = Path(__file__).parents[2] / "src/gatepost/services"
ALICE = Caller(ACCOUNT, Principal.of(f"arn:aws:iam::{ACCOUNT}:user/alice", unique_id="AIDAALICE"), "alice")


def cases(operations: Iterable[Operation]) -> list[ParameterSet]:
    return [pytest.param(each, id=f"{each.service}:{each.name}") for each in operations]


# Why a member may stand in a call and change nothing.
REASONS = {
    "clientToken": "an idempotency token, which SDKs add by themselves; each such call may be repeated",
    "MaxItems": "the size of a page of a list that is always empty",
    "maxResults": "the size of a page of what is always one page",
    "AllUsers": "a filter of a list that is always empty",
    "ResourceHandlingOption": "which resources a scenario of EC2 needs: those that are given are asked",
    "AssignmentStatus": "a filter of a list that is always empty",
    "IamUserAccessToBilling": "there is no billing",
}


def call_with(operation: Operation, member: str) -> Call:
    origin = Origin("203.0.113.1", "tests", secure=True)
    return Call(operation.service, operation.name, {member: "x"}, ALICE, "us-east-1", "id", NOW, NOW, origin)


@pytest.mark.parametrize("operation", cases(REGISTRY.values()))
def test_every_member_of_its_input_is_used_or_refused(operation: Operation) -> None:
    used = {*operation.members.values(), *operation.reads, *operation.no_effect}
    assert used <= operation.shape.input_members.keys()
    for member in operation.shape.input_members.keys() - used:
        with pytest.raises(AwsError, match=f"^{member} of {operation.name} is not served here.$") as refused:
            operation.arguments(call_with(operation, member))
        assert refused.value.status == 400


@pytest.mark.parametrize("operation", cases(each for each in REGISTRY.values() if each.reads))
def test_a_member_that_is_read_elsewhere_is_named_there(operation: Operation) -> None:
    folder = SERVICES / operation.service.replace("-", "_")
    source = "".join(file.read_text() for file in folder.rglob("*.py"))
    for member in operation.reads:
        assert source.count(f'"{member}"') > 1, member


def test_a_member_without_effect_has_a_reason() -> None:
    assert {member for each in REGISTRY.values() for member in each.no_effect} == REASONS.keys()


# Structures of SES that are kept whole and answered as they came: their members are named nowhere.
KEPT_WHOLE = {"TrackingOptions", "DeliveryOptions", "ReputationOptions", "SuppressionOptions", "VdmOptions", "ArchivingOptions"}
# Structures that are refused whole.
REFUSED_WHOLE = {
    "Template",
    "ListManagementOptions",
    "ConfigurationOverrides",
    "MessageSecurityOptions",
    "SuppressionValidationAttributes",
}
SES = cases(each for each in REGISTRY.values() if each.service in ("ses", "sesv2"))
# What version 1 has no parameter for.
VERSION_2 = {"ses:tenantname", "ses:multiregionendpointid", "aws:requesttag", "aws:tagkeys"}


@pytest.mark.parametrize("operation", SES)
def test_every_member_within_a_member_of_ses_is_named_by_what_reads_it(operation: Operation) -> None:
    source = "".join(file.read_text() for file in (SERVICES / "ses").rglob("*.py"))
    shape = operation.shape.service.model.operation_model(operation.name).input_shape
    pending = [] if shape is None else [*shape.members.values()]
    while pending:
        member = pending.pop()
        if member.type_name == "list":
            pending.append(member.member)
        elif member.type_name == "structure" and member.name not in KEPT_WHOLE | REFUSED_WHOLE:
            for name, inner in member.members.items():
                assert f'"{name}"' in source, f"{member.name}.{name}"
                pending.append(inner)


FULL = {
    "FromEmailAddress": "Bob <a@example.com>",
    "Source": "Bob <a@example.com>",
    "TenantName": "acme",
    "EndpointId": "abcdef12.g3h",
    "RawMessage": {"Data": b"From: Bob <a@example.com>\r\nTo: b@example.com\r\n\r\nx"},
    "Tags": [{"Key": "k", "Value": "v"}],
}


@pytest.mark.parametrize("operation", SES)
def test_every_key_that_an_action_of_ses_carries_is_in_the_request_that_is_decided(
    operation: Operation, tx: Transaction
) -> None:
    given = {
        member: FULL.get(member, EXAMPLES.get(member, "example"))
        for member, required in operation.shape.input_members.items()
        if required or member in ("FromEmailAddress", "Destination", "TenantName", "EndpointId", "Tags", "ConfigurationSetName")
    }
    if operation.service == "ses":
        given.pop("Tags", None)  # of a message, there
    call = structs.replace(call_with(operation, ""), input=given)
    parsed = None if operation.parse is None else operation.parse(call, tx, **operation.arguments(call))
    for need in operation.needs(call, parsed, tx):
        action = catalogue.action(need.action)
        assert action is not None
        carried = {key.partition("/")[0].lower() for key in need.context}
        expected = {key.partition("/")[0].lower() for key in action.condition_keys} - {"aws:resourcetag"}
        expected -= VERSION_2 if operation.service == "ses" else set()
        assert expected <= carried, expected - carried
