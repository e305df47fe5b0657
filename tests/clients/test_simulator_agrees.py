"""The simulator says what the gate then does: random policies, the same question to both."""

from typing import Any

from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.people import allow, deny, document, identity_arn, make_user, send, send_raw, trust
from live import ACCOUNT, Live

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
DOMAIN = identity_arn("example.com")
CONTEXT = [
    {"ContextKeyName": name, "ContextKeyValues": values, "ContextKeyType": kind}
    for name, values, kind in (
        ("ses:FromAddress", ["news@example.com"], "string"),
        ("ses:Recipients", ["a@example.net"], "stringList"),
        ("aws:SourceIp", ["127.0.0.1"], "ip"),
        ("aws:SecureTransport", ["false"], "boolean"),
        ("aws:RequestedRegion", ["us-east-1"], "string"),
    )
]
ACTIONS = ["ses:SendEmail", "ses:SendRawEmail", "ses:Send*", "ses:*", "SES:sendemail", "*", "iam:*"]
RESOURCES = ["*", DOMAIN, identity_arn("*"), identity_arn("example.org"), identity_arn("${aws:username}.com")]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"StringEquals": {"ses:FromAddress": "news@example.com"}},
    {"StringNotLike": {"ses:FromAddress": "*@example.com"}},
    {"ForAllValues:StringLike": {"ses:Recipients": "*@example.net"}},
    {"StringLike": {"ses:Recipients": "*@example.net"}},
    {"ForAnyValue:StringNotLike": {"ses:Recipients": "*@example.net"}},
    {"StringEquals": {"aws:PrincipalTag/team": "mail"}},
    {"StringEquals": {"aws:username": "alice", "aws:PrincipalType": "User"}},
    {"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/al*"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"Bool": {"aws:ViaAWSService": "false", "aws:SecureTransport": "false"}},
    {"Null": {"aws:PrincipalOrgID": "true"}},
    {"StringNotEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/absent}"}},
]


def statement(make: Any) -> st.SearchStrategy[dict[str, Any]]:
    conditions = st.sampled_from(CONDITIONS).map(lambda condition: {"Condition": condition} if condition else {})
    return st.builds(
        lambda actions, resource, more: make(actions, resource, **more),
        st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2, unique=True),
        st.sampled_from(RESOURCES),
        conditions,
    )


POLICIES = st.lists(statement(allow) | statement(allow) | statement(allow) | statement(deny), min_size=1, max_size=3).map(
    lambda statements: document(*statements)
)
# Hypothesis may run the same server through many examples: each sets all that a decision depends on.
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def verdict(call: Any, *arguments: Any) -> str:
    """What the gate says, in the simulator's words."""
    try:
        call(*arguments)
    except ClientError as refused:
        error = refused.response["Error"]
        assert error["Code"] == "AccessDenied", error
        return "explicitDeny" if "with an explicit deny" in error["Message"] else "implicitDeny"
    return "allowed"


@many
@given(own=POLICIES, of_group=POLICIES | st.none(), boundary=POLICIES | st.none(), tagged=st.booleans())
def test_the_simulator_says_what_the_gate_does(
    live: Live, own: str, of_group: str | None, boundary: str | None, *, tagged: bool
) -> None:
    live.reset()
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice, iam = make_user(live, "alice"), live.client("iam")
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=own)
    if of_group is not None:
        iam.create_group(GroupName="g")
        iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=of_group)
        iam.add_user_to_group(GroupName="g", UserName="alice")
    if boundary is not None:
        arn = iam.create_policy(PolicyName="limit", PolicyDocument=boundary)["Policy"]["Arn"]
        iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=arn)
    if tagged:
        iam.tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "mail"}])
    answer = iam.simulate_principal_policy(
        PolicySourceArn=ALICE,
        ActionNames=["ses:SendEmail", "ses:SendRawEmail"],
        ResourceArns=[DOMAIN],
        ContextEntries=CONTEXT,
    )
    simulated = [result["EvalDecision"] for result in answer["EvaluationResults"]]
    ses = alice.client("ses")
    assert simulated == [verdict(send, ses), verdict(send_raw, ses)]


def test_assuming_a_role_is_simulated_with_its_trust_policy(live: Live) -> None:
    iam, alice = live.client("iam"), make_user(live, "alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(allow("sts:AssumeRole")))

    def simulated(role: str) -> str:
        answer = iam.simulate_principal_policy(
            PolicySourceArn=alice.arn, ActionNames=["sts:AssumeRole"], ResourceArns=[f"arn:aws:iam::{ACCOUNT}:role/{role}"]
        )
        decision: str = answer["EvaluationResults"][0]["EvalDecision"]
        return decision

    assert simulated("elsewhere") == "allowed", "a role that is not known is taken to trust its account"
    only_bob = document(trust({"AWS": make_user(live, "bob").arn}))
    iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=only_bob)
    assert simulated("mailer") == "implicitDeny"
    iam.update_assume_role_policy(RoleName="mailer", PolicyDocument=document(trust({"AWS": ACCOUNT})))
    assert simulated("mailer") == "allowed"


def test_a_role_is_simulated_as_its_sessions_will_be(live: Live) -> None:
    iam = live.client("iam")
    role = iam.create_role(RoleName="mailer", AssumeRolePolicyDocument=document(trust({"AWS": ACCOUNT})))["Role"]["Arn"]
    condition = {"StringEquals": {"aws:PrincipalType": "AssumedRole"}, "ArnEquals": {"aws:PrincipalArn": role}}
    iam.put_role_policy(RoleName="mailer", PolicyName="p", PolicyDocument=document(allow("ses:SendEmail", Condition=condition)))
    answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["ses:SendEmail"])
    assert answer["EvaluationResults"][0]["EvalDecision"] == "allowed"
    condition = {"StringLike": {"aws:userid": "*:run"}}
    iam.put_role_policy(RoleName="mailer", PolicyName="p", PolicyDocument=document(allow("ses:SendEmail", Condition=condition)))
    answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=["ses:SendEmail"])
    assert answer["EvaluationResults"][0]["MissingContextValues"] == ["aws:userid"]
