"""The simulators: what would be decided, on what grounds, and what the question leaves open."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.config import Config

from clients.people import allow, deny, document, identity_arn, make_policy, make_user, refused, trust
from live import ACCOUNT, Live

UNCHECKED = Config(parameter_validation=False)
EC2 = document(trust({"Service": "ec2.amazonaws.com"}))
DOMAIN, OTHER = identity_arn("example.com"), identity_arn("example.org")
THEIRS = identity_arn("example.com", "111122223333")
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
Result = dict[str, Any]


def entry(key: str, *values: str, kind: str = "string") -> dict[str, Any]:
    return {"ContextKeyName": key, "ContextKeyValues": list(values), "ContextKeyType": kind}


def custom(live: Live, *statements: dict[str, Any], actions: Sequence[str] = ("ses:SendEmail",), **more: Any) -> Any:
    """SimulateCustomPolicy with one policy of these statements."""
    policies = [document(*statements)] if statements else []
    return live.client("iam").simulate_custom_policy(PolicyInputList=policies, ActionNames=list(actions), **more)


def asked(live: Live, *statements: dict[str, Any], action: str = "ses:SendEmail", **more: Any) -> Result:
    """The one result for one action."""
    (result,) = custom(live, *statements, actions=[action], **more)["EvaluationResults"]
    return dict(result)


def of(live: Live, arn: str, action: str = "ses:SendEmail", **more: Any) -> Result:
    """The one result of SimulatePrincipalPolicy for one action."""
    answer = live.client("iam").simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], **more)
    (result,) = answer["EvaluationResults"]
    return dict(result)


# --- the form of an answer ------------------------------------------------------------------------------------------------


def test_there_is_one_result_an_action_and_in_it_one_a_resource(live: Live) -> None:
    answer = custom(
        live,
        allow("ses:SendEmail", DOMAIN),
        deny("ses:SendRawEmail", OTHER),
        actions=["ses:SendEmail", "ses:SendRawEmail"],
        ResourceArns=[DOMAIN, OTHER],
    )
    send, raw = answer["EvaluationResults"]
    assert (send["EvalActionName"], send["EvalDecision"]) == ("ses:SendEmail", "implicitDeny")
    assert (raw["EvalActionName"], raw["EvalDecision"]) == ("ses:SendRawEmail", "explicitDeny")
    assert send["EvalResourceName"] == "arn:${Partition}:ses:${Region}:${Account}:identity/${IdentityName}"
    each = [(one["EvalResourceName"], one["EvalResourceDecision"]) for one in send["ResourceSpecificResults"]]
    assert each == [(DOMAIN, "allowed"), (OTHER, "implicitDeny")]
    assert send["ResourceSpecificResults"][0]["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.1"
    assert send["MatchedStatements"] == [], "the strictest decision rests on no statement"
    assert len(raw["MatchedStatements"]) == 1
    assert send["EvalDecisionDetails"] == {}


def test_one_resource_is_named_in_the_result(live: Live) -> None:
    result = asked(live, allow("ses:SendEmail", DOMAIN), ResourceArns=[DOMAIN])
    assert (result["EvalResourceName"], result["EvalDecision"]) == (DOMAIN, "allowed")


def test_without_a_resource_there_are_no_results_of_resources(live: Live) -> None:
    everything: dict[str, Any] = {"ResourceArns": ["*"]}
    for more in ({}, everything):
        result = asked(live, allow("ses:SendEmail"), **more)
        assert result["EvalDecision"] == "allowed"
        assert "ResourceSpecificResults" not in result
        assert "EvalDecisionDetails" not in result
    assert asked(live, action="ses:GetSendQuota")["EvalResourceName"] == "*"


def test_matched_statements_have_their_places(live: Live) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow("ses:GetSendQuota"), allow("ses:Send*")]}, indent=2)
    answer = live.client("iam").simulate_custom_policy(PolicyInputList=[policy], ActionNames=["ses:SendEmail"])
    (statement,) = answer["EvaluationResults"][0]["MatchedStatements"]
    lines = policy.splitlines()
    start, end = statement["StartPosition"], statement["EndPosition"]
    assert (lines[start["Line"] - 1][start["Column"] - 2], lines[end["Line"] - 1][: end["Column"] - 1].strip()) == ("{", "}")
    assert '"ses:Send*"' in "".join(lines[start["Line"] - 1 : end["Line"]])
    assert statement["SourcePolicyType"] == "IAM Policy"


def test_a_deny_is_the_only_ground_that_is_told(live: Live) -> None:
    result = asked(live, allow("ses:*"), deny("ses:SendEmail"))
    assert result["EvalDecision"] == "explicitDeny"
    assert len(result["MatchedStatements"]) == 1


def test_sources_are_named_as_aws_names_them(live: Live) -> None:
    iam = live.client("iam")
    make_user(live, "alice")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=document(allow("ses:*")))
    iam.put_group_policy(GroupName="g", PolicyName="common", PolicyDocument=document(allow("ses:*")))
    iam.attach_user_policy(UserName="alice", PolicyArn=make_policy(live, "managed", allow("ses:*")))
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AmazonSESFullAccess")
    names = {each["SourcePolicyId"] for each in of(live, ALICE)["MatchedStatements"]}
    assert names == {"user_alice_own", "group_g_common", "managed", "AmazonSESFullAccess"}


def test_results_come_in_pages_of_actions(live: Live) -> None:
    actions = ["ses:SendEmail", "ses:SendRawEmail", "ses:GetSendQuota"]
    first = custom(live, allow("ses:*"), actions=actions, MaxItems=2)
    assert [each["EvalActionName"] for each in first["EvaluationResults"]] == actions[:2]
    assert first["IsTruncated"]
    last = custom(live, allow("ses:*"), actions=actions, MaxItems=2, Marker=first["Marker"])
    assert [each["EvalActionName"] for each in last["EvaluationResults"]] == actions[2:]
    assert not last["IsTruncated"]


# --- what is missing ------------------------------------------------------------------------------------------------------


def test_keys_that_statements_about_the_action_ask_for_are_missing(live: Live) -> None:
    result = asked(
        live,
        allow("ses:SendEmail", Condition={"StringEquals": {"ses:FromAddress": "${aws:PrincipalTag/From}"}}),
        allow("ses:GetSendQuota", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    )
    assert result["MissingContextValues"] == ["ses:FromAddress", "aws:PrincipalTag/From"]


def test_keys_that_are_given_or_follow_from_the_principal_are_not_missing(live: Live) -> None:
    make_user(live, "alice")
    live.client("iam").tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "mail"}])
    condition = {
        "StringEquals": {"aws:username": "alice", "aws:PrincipalTag/team": "mail", "aws:PrincipalAccount": ACCOUNT},
        "ArnEquals": {"aws:PrincipalArn": ALICE},
        "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
    }
    given: dict[str, Any] = {"PolicyInputList": [document(allow("ses:SendEmail", Condition=condition))]}
    open_question = of(live, ALICE, **given)
    assert (open_question["EvalDecision"], open_question["MissingContextValues"]) == ("implicitDeny", ["aws:SourceIp"])
    result = of(live, ALICE, **given, ContextEntries=[entry("AWS:SourceIP", "10.1.2.3", kind="ip")])
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])


def test_a_given_entry_stands_above_what_follows_from_the_principal(live: Live) -> None:
    make_user(live, "alice")
    policy = document(allow("ses:SendEmail", Condition={"StringEquals": {"aws:username": "bob"}}))
    assert of(live, ALICE, PolicyInputList=[policy])["EvalDecision"] == "implicitDeny"
    result = of(live, ALICE, PolicyInputList=[policy], ContextEntries=[entry("aws:username", "bob")])
    assert result["EvalDecision"] == "allowed"


def test_what_is_missing_is_told_of_each_resource_and_of_all(live: Live) -> None:
    condition = {"StringEquals": {"ses:FromAddress": "a@example.com"}}
    result = asked(live, allow("ses:SendEmail", DOMAIN, Condition=condition), ResourceArns=[DOMAIN, OTHER])
    assert result["MissingContextValues"] == ["ses:FromAddress"]
    assert result["ResourceSpecificResults"][0]["MissingContextValues"] == ["ses:FromAddress"]


# --- boundaries -----------------------------------------------------------------------------------------------------------


def test_a_boundary_that_is_given_limits(live: Live) -> None:
    limit = [document(allow("ses:Get*"), deny("ses:SendRawEmail"))]
    told = {"AllowedByPermissionsBoundary": False}
    for action, decision in ("ses:SendEmail", "implicitDeny"), ("ses:SendRawEmail", "explicitDeny"):
        result = asked(live, allow("ses:*"), action=action, PermissionsBoundaryPolicyInputList=limit, ResourceArns=[DOMAIN])
        assert result["EvalDecision"] == decision
        assert result["PermissionsBoundaryDecisionDetail"] == told
        assert result["ResourceSpecificResults"][0]["PermissionsBoundaryDecisionDetail"] == told
    (statement,) = result["MatchedStatements"]
    assert statement["SourcePolicyType"] == "Permissions Boundary Policy"
    assert statement["SourcePolicyId"] == "PermissionsBoundaryPolicyInputList.1"
    result = asked(live, allow("ses:*"), action="ses:GetSendQuota", PermissionsBoundaryPolicyInputList=limit)
    assert result["EvalDecision"] == "allowed"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    assert [each["SourcePolicyType"] for each in result["MatchedStatements"]] == ["IAM Policy"]


@pytest.mark.parametrize("kind", ["user", "role"])
def test_the_principals_own_boundary_counts_and_one_that_is_given_replaces_it(live: Live, kind: str) -> None:
    iam, limit = live.client("iam"), make_policy(live, "limit", allow("ses:Get*"))
    if kind == "user":
        arn = iam.create_user(UserName="x", PermissionsBoundary=limit)["User"]["Arn"]
        iam.put_user_policy(UserName="x", PolicyName="p", PolicyDocument=document(allow("ses:*")))
    else:
        role = iam.create_role(RoleName="x", AssumeRolePolicyDocument=EC2, PermissionsBoundary=limit)["Role"]
        arn = role["Arn"]
        iam.put_role_policy(RoleName="x", PolicyName="p", PolicyDocument=document(allow("ses:*")))
    result = of(live, arn)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    result = of(live, arn, PermissionsBoundaryPolicyInputList=[document(allow("ses:*"))])
    assert result["EvalDecision"] == "allowed"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    result = of(live, arn, PolicyExclusionList=[{"PolicyType": "permission-boundary"}])
    assert result["EvalDecision"] == "allowed"
    assert "PermissionsBoundaryDecisionDetail" not in result


# --- organizations --------------------------------------------------------------------------------------------------------


def levels(*each: dict[str, Any]) -> list[dict[str, list[str]]]:
    return [{"ServiceControlPolicyInputList": [document(level)]} for level in each]


def test_every_level_of_control_policies_must_allow(live: Live) -> None:
    everything = allow("*")
    allowed = asked(live, allow("ses:*"), OrderedOrganizationPolicyInputList=levels(everything, everything))
    assert allowed["EvalDecision"] == "allowed"
    assert allowed["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    for level, decision in (allow("s3:*"), "implicitDeny"), (deny("ses:SendEmail"), "explicitDeny"):
        result = asked(
            live, allow("ses:*"), OrderedOrganizationPolicyInputList=levels(everything, level), ResourceArns=[DOMAIN]
        )
        assert result["EvalDecision"] == decision
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
        assert result["MatchedStatements"] == [], "a control policy's statements are never among them"
    assert "OrganizationsDecisionDetail" not in asked(live, allow("ses:*"))


def test_keys_that_control_policies_ask_for_are_missing_too(live: Live) -> None:
    level = allow("*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    result = asked(live, allow("ses:*"), OrderedOrganizationPolicyInputList=levels(level))
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", ["aws:RequestedRegion"])


def test_a_level_without_policies_allows_nothing(live: Live) -> None:
    result = asked(live, allow("ses:*"), OrderedOrganizationPolicyInputList=[{"ServiceControlPolicyInputList": []}])
    assert result["EvalDecision"] == "implicitDeny"


# --- resource policies and accounts ---------------------------------------------------------------------------------------


def resource_policy(principal: Any, resource: str = DOMAIN, **more: Any) -> str:
    return document({**allow("ses:SendEmail", resource), "Principal": principal, **more})


def test_a_resource_policy_admits_whom_it_names(live: Live) -> None:
    given: dict[str, Any] = {"ResourcePolicy": resource_policy({"AWS": ALICE}), "ResourceArns": [DOMAIN]}
    result = asked(live, CallerArn=ALICE, **given)
    assert result["EvalDecision"] == "allowed"
    assert [(each["SourcePolicyId"], each["SourcePolicyType"]) for each in result["MatchedStatements"]] == [
        ("ResourcePolicy", "Resource Policy")
    ]
    assert asked(live, CallerArn=ALICE.replace("alice", "bob"), **given)["EvalDecision"] == "implicitDeny"


def test_a_principal_is_the_caller_of_its_own_simulation(live: Live) -> None:
    make_user(live, "alice")
    role = live.client("iam").create_role(RoleName="mailer", AssumeRolePolicyDocument=EC2)["Role"]["Arn"]
    for arn in (ALICE, role):
        denied = resource_policy({"AWS": arn}, Effect="Deny")
        result = of(live, arn, PolicyInputList=[document(allow("*"))], ResourcePolicy=denied, ResourceArns=[DOMAIN])
        assert result["EvalDecision"] == "explicitDeny"


def test_across_accounts_both_sides_are_told_by_themselves(live: Live) -> None:
    given: dict[str, Any] = {
        "CallerArn": ALICE,
        "ResourceArns": [THEIRS],
        "ResourcePolicy": resource_policy({"AWS": ALICE}, THEIRS),
    }
    limit = {"PermissionsBoundaryPolicyInputList": [document(allow("ses:*"))]}

    def told(*statements: dict[str, Any], **more: Any) -> tuple[str, dict[str, str]]:
        result = asked(live, *statements, **{**given, **more})
        assert result["ResourceSpecificResults"][0]["EvalDecisionDetails"] == result["EvalDecisionDetails"]
        return result["EvalDecision"], result["EvalDecisionDetails"]

    both = {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    assert told(allow("ses:*")) == ("allowed", both)
    assert told(allow("ses:*"), **limit) == ("allowed", {**both, "Permissions Boundary Policy": "allowed"})
    assert told(deny("ses:*")) == ("explicitDeny", {**both, "IAM Policy": "explicitDeny"})
    assert told(allow("s3:*")) == ("implicitDeny", {**both, "IAM Policy": "implicitDeny"})
    nobody = resource_policy({"AWS": ALICE.replace("alice", "bob")}, THEIRS)
    assert told(allow("ses:*"), ResourcePolicy=nobody) == ("implicitDeny", {**both, "Resource Policy": "implicitDeny"})
    ended = asked(live, allow("ses:*"), **given, OrderedOrganizationPolicyInputList=levels(allow("s3:*")))
    assert ended["EvalDecision"] == "implicitDeny"
    assert "EvalDecisionDetails" not in ended, "a control policy has ended the evaluation"


def test_the_owner_of_a_resource_whose_arn_names_none_can_be_told(live: Live) -> None:
    bucket = "arn:aws:s3:::bucket"
    policy = document({**allow("s3:GetObject", bucket), "Principal": {"AWS": ALICE}})
    given: dict[str, Any] = {"action": "s3:GetObject", "CallerArn": ALICE, "ResourceArns": [bucket], "ResourcePolicy": policy}
    assert asked(live, **given)["EvalDecision"] == "allowed"
    across = asked(live, **given, ResourceOwner="arn:aws:iam::111122223333:root")
    assert across["EvalDecision"] == "implicitDeny"
    assert across["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}


def test_somebody_calls_with_another_ones_policies(live: Live) -> None:
    make_user(live, "alice")
    live.client("iam").put_user_policy(
        UserName="alice",
        PolicyName="p",
        PolicyDocument=document(allow("ses:SendEmail", Condition={"StringEquals": {"aws:username": "bob"}})),
    )
    assert of(live, ALICE)["EvalDecision"] == "implicitDeny"
    assert of(live, ALICE, CallerArn=ALICE.replace("alice", "bob"))["EvalDecision"] == "allowed"


# --- policies left out ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "left"),
    [
        ({"PolicyType": "inline"}, {"managed", "AmazonSESFullAccess"}),
        ({"PolicyType": "aws-managed"}, {"managed", "user_alice_own"}),
        ({"PolicyType": "user-managed"}, {"AmazonSESFullAccess", "user_alice_own"}),
        ({"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/man*"}, {"AmazonSESFullAccess", "user_alice_own"}),
        ({"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/other"}, {"managed", "AmazonSESFullAccess", "user_alice_own"}),
        (
            {"InlinePolicyIdentifier": {"PolicyName": "own", "AttachmentType": "user", "AttachmentName": "alice"}},
            {"managed", "AmazonSESFullAccess"},
        ),
        (
            {"InlinePolicyIdentifier": {"PolicyName": "own", "AttachmentType": "role", "AttachmentName": "alice"}},
            {"managed", "AmazonSESFullAccess", "user_alice_own"},
        ),
    ],
)
def test_policies_can_be_left_out(live: Live, identifier: dict[str, Any], left: set[str]) -> None:
    iam = live.client("iam")
    make_user(live, "alice")
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=document(allow("ses:*")))
    iam.attach_user_policy(UserName="alice", PolicyArn=make_policy(live, "managed", allow("ses:*")))
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AmazonSESFullAccess")
    result = of(live, ALICE, PolicyExclusionList=[identifier])
    assert {each["SourcePolicyId"] for each in result["MatchedStatements"]} == left


# --- bad input ------------------------------------------------------------------------------------------------------------

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an action without a service": ({"ActionNames": ["SendEmail"]}, "The action is invalid since it is missing names"),
    "an action without a name": ({"ActionNames": ["ses:"]}, "The action is invalid since it is missing names"),
    "an action with a wildcard": ({"ActionNames": ["ses:Send*"]}, "The action is invalid since it has a wildcard: ses:Send*"),
    "a resource that is no ARN": (
        {"ResourceArns": ["example.com"]},
        "ResourceNames are not in a valid ARN format: example.com.",
    ),
    "everything beside a resource": ({"ResourceArns": ["*", DOMAIN]}, "ResourceNames are not in a valid ARN format: *."),
    "a policy that is none": ({"PolicyInputList": ["{"]}, "PolicyInputList.1: This policy contains invalid Json"),
    "a policy with a principal": (
        {"PolicyInputList": [document(allow("ses:*")), resource_policy("*")]},
        "PolicyInputList.2: Policy document should not specify a principal.",
    ),
    "two boundaries": (
        {"PermissionsBoundaryPolicyInputList": [document(allow("*"))] * 2},
        "PermissionsBoundaryPolicyInputList takes one permissions boundary.",
    ),
    "a resource policy without a principal": (
        {"ResourcePolicy": document(allow("ses:*")), "CallerArn": ALICE, "ResourceArns": [DOMAIN]},
        "ResourcePolicy: Missing required field Principal",
    ),
    "a resource policy for everything": (
        {"ResourcePolicy": resource_policy("*"), "CallerArn": ALICE},
        "Invalid Entity Arn: * does not clearly define entity type and name.",
    ),
    "a resource policy for another resource": (
        {"ResourcePolicy": resource_policy("*"), "CallerArn": ALICE, "ResourceArns": [DOMAIN, OTHER]},
        f"ResourcePolicy does not apply to resource {OTHER}.",
    ),
    "a session as the caller": (
        {"CallerArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/mailer/run"},
        "Invalid caller - Caller must be an IAM user, role or group in this context.",
    ),
    "the root user as the caller": (
        {"CallerArn": f"arn:aws:iam::{ACCOUNT}:root"},
        "Invalid caller - Caller must be an IAM user, role or group in this context.",
    ),
    "an owner that is no account": ({"ResourceOwner": "somebody"}, "'somebody' is not a valid as a Resource Owner."),
    "an entry without a key": (
        {"ContextEntries": [{"ContextKeyValues": ["x"], "ContextKeyType": "string"}]},
        "ContextKeyName cannot be null or empty.",
    ),
    "an entry without values": (
        {"ContextEntries": [entry("aws:SourceIp", kind="ip")]},
        "Context values for context key aws:SourceIp cannot be null or empty.",
    ),
    "an entry twice": (
        {"ContextEntries": [entry("aws:username", "a"), entry("AWS:UserName", "b")]},
        "Duplicate context key: AWS:UserName.",
    ),
    "two values of a single one": (
        {"ContextEntries": [entry("aws:username", "a", "b")]},
        "Context key string expected a single value, but received 2.",
    ),
    "a number that is none": (
        {"ContextEntries": [entry("aws:EpochTime", "12x", kind="numeric")]},
        "Invalid context value for key aws:EpochTime: expected numeric format.",
    ),
    "a date that is none": (
        {"ContextEntries": [entry("aws:CurrentTime", "2023-13-01", kind="date")]},
        "Invalid context value for key aws:CurrentTime: expected DateTime format.",
    ),
    "an address that is none": (
        {"ContextEntries": [entry("aws:SourceIp", "10.0.0.1", "10.0.0", kind="ipList")]},
        "Invalid context value for key aws:SourceIp: expected IP address.",
    ),
    "bytes that are none": (
        {"ContextEntries": [entry("some:key", "a", kind="binary")]},
        "Invalid context value for key some:key: expected base-64 encoded binary format.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_question_that_cannot_be_asked(live: Live, name: str) -> None:
    given, says = BAD[name]
    iam = live.client("iam", config=UNCHECKED)
    make_user(live, "alice")
    whole = {"ActionNames": ["ses:SendEmail"], "PolicyInputList": [document(allow("ses:*"))], **given}
    for call, more in (
        (iam.simulate_custom_policy, {}),
        (iam.simulate_principal_policy, {"PolicySourceArn": ALICE}),
    ):
        code, text = refused(call, **whole, **more)
        assert code == "InvalidInput"
        assert text.startswith(says)


@pytest.mark.parametrize(
    ("arn", "error"),
    [
        (ALICE, ("NoSuchEntity", "The user with name alice cannot be found.")),
        (f"arn:aws:iam::{ACCOUNT}:group/g", ("NoSuchEntity", "The group with name g cannot be found.")),
        (f"arn:aws:iam::{ACCOUNT}:user/team/bob", ("NoSuchEntity", "The user with name bob cannot be found.")),
        (
            "arn:aws:iam::111122223333:user/alice",
            (
                "InvalidInput",
                f"Invalid Policy Source Arn: caller's account {ACCOUNT} does not have access to policies in account 111122223333",
            ),
        ),
        (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s",
            (
                "InvalidInput",
                f"Invalid Entity Arn: arn:aws:sts::{ACCOUNT}:assumed-role/r/s does not clearly define entity type and name.",
            ),
        ),
    ],
)
def test_a_source_that_cannot_be_asked(live: Live, arn: str, error: tuple[str, str]) -> None:
    iam = live.client("iam")
    make_user(live, "bob")
    assert refused(iam.simulate_principal_policy, PolicySourceArn=arn, ActionNames=["ses:SendEmail"]) == error
    assert refused(iam.get_context_keys_for_principal_policy, PolicySourceArn=arn) == error


def test_a_resource_policy_needs_to_know_who_calls(live: Live) -> None:
    given: dict[str, Any] = {"PolicyInputList": [], "ActionNames": ["ses:SendEmail"], "ResourceArns": [DOMAIN]}
    error = ("InvalidInput", "Invalid caller - Caller cannot be null or empty.")
    iam = live.client("iam")
    assert refused(iam.simulate_custom_policy, **given, ResourcePolicy=resource_policy("*")) == error


def test_an_action_that_no_service_has_is_evaluated_as_it_is_written(live: Live) -> None:
    result = asked(live, allow("*"), action="ses:SendEverything")
    assert (result["EvalDecision"], result["EvalResourceName"]) == ("allowed", "*")


def test_a_scenario_of_ec2_is_taken(live: Live) -> None:
    assert asked(live, allow("*"), ResourceHandlingOption="EC2-VPC-EBS")["EvalDecision"] == "allowed"


def test_whatever_is_not_true_is_false(live: Live) -> None:
    statement = allow("ses:SendEmail", Condition={"Bool": {"aws:SecureTransport": "true"}})
    for value, decision in ("TRUE", "allowed"), ("yes", "implicitDeny"):
        result = asked(live, statement, ContextEntries=[entry("aws:SecureTransport", value, kind="boolean")])
        assert result["EvalDecision"] == decision


def test_the_command_line_asks_the_simulator(live: Live) -> None:
    make_user(live, "alice")
    arguments = [
        "--policy-source-arn",
        ALICE,
        "--action-names",
        "ses:SendEmail",
        "--policy-input-list",
        document(allow("ses:*")),
    ]
    answer = live.aws("iam", "simulate-principal-policy", *arguments)
    assert json.loads(answer.stdout)["EvaluationResults"][0]["EvalDecision"] == "allowed"
