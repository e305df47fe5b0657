"""Service and resource control policies: written, attached, and refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from clients.organization import FULL_ACCESS, RCP, SCP, Managed, everything, failure, organize
from clients.people import allow, deny, document, refused
from clients.test_audit import events
from live import ACCOUNT, Live

RCP_FULL_ACCESS = "p-RCPFullAWSAccess"
UNKNOWN = "p-1234567890"
NO_DELETE = deny("ses:Delete*")


@pytest.fixture
def ours(live: Live) -> Managed:
    return organize(live)


def test_a_policy_is_made_read_changed_and_deleted(ours: Managed) -> None:
    content = document(NO_DELETE)
    made = ours.client.create_policy(Name="guard", Description="no deletes", Type=SCP, Content=content)["Policy"]
    summary = made["PolicySummary"]
    assert summary["Arn"] == f"arn:aws:organizations::{ACCOUNT}:policy/{ours.id}/service_control_policy/{summary['Id']}"
    assert (made["Content"], summary["AwsManaged"], summary["Type"]) == (content, False, SCP)
    policy = {"PolicyId": summary["Id"]}
    assert ours.client.describe_policy(**policy)["Policy"] == made
    other = document(deny("ses:Put*"))
    changed = ours.client.update_policy(**policy, Name="guard-2", Content=other)["Policy"]
    assert (changed["PolicySummary"]["Name"], changed["Content"]) == ("guard-2", other)
    assert "Description" not in changed["PolicySummary"], "only what was given is answered"
    ours.client.update_policy(**policy, Description="")
    kept = ours.client.describe_policy(**policy)["Policy"]["PolicySummary"]
    assert (kept["Name"], kept["Description"]) == ("guard-2", "no deletes")
    assert [each["Name"] for each in ours.client.list_policies(Filter=SCP)["Policies"]] == ["FullAWSAccess", "guard-2"]
    assert ours.client.list_policies(Filter="TAG_POLICY")["Policies"] == []
    ours.client.delete_policy(**policy)
    assert refused(ours.client.describe_policy, **policy) == (
        "PolicyNotFoundException",
        "You specified a policy that doesn't exist.",
    )


def test_awss_own_policies_are_as_aws_has_them(ours: Managed) -> None:
    full = ours.client.describe_policy(PolicyId=FULL_ACCESS)["Policy"]
    assert full["PolicySummary"] == {
        "Id": FULL_ACCESS,
        "Arn": "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
        "Name": "FullAWSAccess",
        "Description": "Allows access to every operation",
        "Type": SCP,
        "AwsManaged": True,
    }
    assert json.loads(full["Content"])["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    of_resources = ours.client.describe_policy(PolicyId=RCP_FULL_ACCESS)["Policy"]
    assert of_resources["PolicySummary"]["Arn"] == (
        "arn:aws:organizations::aws:policy/resource_control_policy/p-RCPFullAWSAccess"
    )
    assert json.loads(of_resources["Content"])["Statement"] == [
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    ]


def test_every_target_gets_awss_own_policy_of_each_enabled_type(ours: Managed) -> None:
    old = ours.unit("old")
    answer = ours.client.enable_policy_type(RootId=ours.root, PolicyType=RCP)["Root"]["PolicyTypes"]
    assert answer == [{"Type": RCP, "Status": "ENABLED"}, {"Type": SCP, "Status": "ENABLED"}]
    new = ours.unit("new")
    for target in (ours.root, old, new, ACCOUNT):
        assert ours.attached(target) == [FULL_ACCESS]
        assert ours.attached(target, RCP) == [RCP_FULL_ACCESS]
    listed = ours.client.list_targets_for_policy(PolicyId=RCP_FULL_ACCESS)["Targets"]
    assert {each["Type"] for each in listed} == {"ROOT", "ORGANIZATIONAL_UNIT", "ACCOUNT"}


def test_disabling_a_type_detaches_its_policies_and_keeps_them(ours: Managed) -> None:
    policy = ours.guard(ours.root, NO_DELETE)
    ours.client.disable_policy_type(RootId=ours.root, PolicyType=SCP)
    assert ours.attached(ours.root) == []
    assert ours.client.describe_policy(PolicyId=policy)
    assert failure(ours.client.attach_policy, PolicyId=policy, TargetId=ours.root)[0] == "PolicyTypeNotEnabledException"
    ours.enable(SCP)
    assert ours.attached(ours.root) == [FULL_ACCESS]


def test_at_most_five_and_at_least_one(ours: Managed) -> None:
    unit = ours.unit("teams")
    policies = [ours.policy(f"p{number}", NO_DELETE) for number in range(5)]
    for policy in policies[:4]:
        ours.client.attach_policy(PolicyId=policy, TargetId=unit)
    assert failure(ours.client.attach_policy, PolicyId=policies[4], TargetId=unit) == (
        "ConstraintViolationException",
        "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
    )
    for policy in (FULL_ACCESS, *policies[:3]):
        ours.client.detach_policy(PolicyId=policy, TargetId=unit)
    assert failure(ours.client.detach_policy, PolicyId=policies[3], TargetId=unit) == (
        "ConstraintViolationException",
        "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
    )
    assert ours.attached(unit) == [policies[3]]


def test_a_call_on_a_policy_is_recorded_with_it(ours: Managed) -> None:
    policy = ours.guard(ours.root, NO_DELETE)
    (event,) = events(ours.live, EventName="AttachPolicy")
    assert event["eventSource"] == "organizations.amazonaws.com"
    assert event["awsRegion"] == "us-east-1"
    assert event["resources"] == [{"type": "AWS::Organizations::Policy", "resourceName": policy}]


# --- errors -------------------------------------------------------------------------------------------------------------


def made(client: Any, content: str = document(NO_DELETE), name: str = "x", type: str = SCP) -> Any:  # noqa: A002 -- the API's word
    return client.create_policy(Name=name, Description="", Type=type, Content=content)


def long(characters: int) -> str:
    """A policy of so many characters, most of them white space, which counts."""
    text = document(NO_DELETE)
    return text[:-1] + " " * (characters - len(text)) + "}"


Refusals = dict[str, tuple[Callable[[Any, Managed, str], Any], str, str | None]]
REFUSED: Refusals = {
    "the same name": (lambda c, _o, _p: made(c, name="known"), "DuplicatePolicyException", None),
    "the name of AWS's": (lambda c, _o, _p: made(c, name="FullAWSAccess"), "DuplicatePolicyException", None),
    "renamed to the same name": (
        lambda c, _o, p: c.update_policy(PolicyId=p, Name="FullAWSAccess"),
        "DuplicatePolicyException",
        None,
    ),
    "a type that is not served": (
        lambda c, _o, _p: made(c, type="TAG_POLICY"),
        "PolicyTypeNotAvailableForOrganizationException",
        None,
    ),
    "too large": (
        lambda c, _o, _p: made(c, long(5121)),
        "ConstraintViolationException",
        "POLICY_CONTENT_LIMIT_EXCEEDED",
    ),
    "a principal in an SCP": (
        lambda c, _o, _p: made(c, document({**NO_DELETE, "Principal": "*"})),
        "MalformedPolicyDocumentException",
        None,
    ),
    "an RCP that allows": (
        lambda c, _o, _p: made(c, document({**allow("ses:*"), "Principal": "*"}), type=RCP),
        "MalformedPolicyDocumentException",
        None,
    ),
    "an RCP for all services": (
        lambda c, _o, _p: made(c, document({**deny("*"), "Principal": "*"}), type=RCP),
        "MalformedPolicyDocumentException",
        None,
    ),
    "an RCP for one account": (
        lambda c, _o, _p: made(c, document({**deny("ses:*"), "Principal": {"AWS": ACCOUNT}}), type=RCP),
        "MalformedPolicyDocumentException",
        None,
    ),
    "changed to no policy": (
        lambda c, _o, p: c.update_policy(PolicyId=p, Content="{}"),
        "MalformedPolicyDocumentException",
        None,
    ),
    "an unknown policy": (lambda c, _o, _p: c.describe_policy(PolicyId=UNKNOWN), "PolicyNotFoundException", None),
    "an unknown policy changed": (
        lambda c, _o, _p: c.update_policy(PolicyId=UNKNOWN, Name="x"),
        "PolicyNotFoundException",
        None,
    ),
    "an unknown policy deleted": (lambda c, _o, _p: c.delete_policy(PolicyId=UNKNOWN), "PolicyNotFoundException", None),
    "an unknown policy attached": (
        lambda c, o, _p: c.attach_policy(PolicyId=UNKNOWN, TargetId=o.root),
        "PolicyNotFoundException",
        None,
    ),
    "an unknown policy's targets": (
        lambda c, _o, _p: c.list_targets_for_policy(PolicyId=UNKNOWN),
        "PolicyNotFoundException",
        None,
    ),
    "attached to nothing": (
        lambda c, _o, p: c.attach_policy(PolicyId=p, TargetId="999999999999"),
        "TargetNotFoundException",
        None,
    ),
    "detached from nothing": (
        lambda c, _o, p: c.detach_policy(PolicyId=p, TargetId="ou-zzzz-zzzzzzzz"),
        "TargetNotFoundException",
        None,
    ),
    "policies of nothing": (
        lambda c, _o, _p: c.list_policies_for_target(TargetId="r-zzzz", Filter=SCP),
        "TargetNotFoundException",
        None,
    ),
    "attached twice": (
        lambda c, o, p: c.attach_policy(PolicyId=p, TargetId=o.root),
        "DuplicatePolicyAttachmentException",
        None,
    ),
    "detached where it is not": (
        lambda c, _o, p: c.detach_policy(PolicyId=p, TargetId=ACCOUNT),
        "PolicyNotAttachedException",
        None,
    ),
    "deleted in use": (lambda c, _o, p: c.delete_policy(PolicyId=p), "PolicyInUseException", None),
    "AWS's own changed": (
        lambda c, _o, _p: c.update_policy(PolicyId=FULL_ACCESS, Name="x"),
        "InvalidInputException",
        "IMMUTABLE_POLICY",
    ),
    "AWS's own deleted": (
        lambda c, _o, _p: c.delete_policy(PolicyId=FULL_ACCESS),
        "InvalidInputException",
        "IMMUTABLE_POLICY",
    ),
    "AWS's RCP detached": (
        lambda c, o, _p: c.detach_policy(PolicyId=RCP_FULL_ACCESS, TargetId=o.root),
        "InvalidInputException",
        "NON_DETACHABLE_POLICY",
    ),
    "an RCP before RCPs": (
        lambda c, o, _p: c.attach_policy(PolicyId=RCP_FULL_ACCESS, TargetId=o.root),
        "PolicyTypeNotEnabledException",
        None,
    ),
    "no policy ID": (
        lambda c, _o, _p: c.describe_policy(PolicyId="policy"),
        "InvalidInputException",
        "INVALID_PATTERN",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_and_leaves_nothing(ours: Managed, case: str) -> None:
    known = ours.policy("known", NO_DELETE)
    ours.client.attach_policy(PolicyId=known, TargetId=ours.root)
    before = everything(ours.live)
    call, code, reason = REFUSED[case]
    assert failure(call, ours.client, ours, known) == (code, reason)
    assert everything(ours.live) == before


def test_the_largest_policy_is_kept_as_it_is(ours: Managed) -> None:
    content = long(5120)
    policy = made(ours.client, content)["Policy"]["PolicySummary"]["Id"]
    assert ours.client.describe_policy(PolicyId=policy)["Policy"]["Content"] == content


def test_a_document_that_is_none_is_told_with_the_place(ours: Managed) -> None:
    code, text = refused(made, ours.client, '{"Version": "2012-10-17",\n "Statement": {"Efect": "Deny"}}')
    assert code == "MalformedPolicyDocumentException"
    assert text == (
        "The provided policy document does not meet the requirements of the specified policy type. "
        "(line 2, column 16: statement 1: unknown element `Efect`; did you mean `Effect`?)"
    )
