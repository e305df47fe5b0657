"""What a question may ask, and what it may learn: documents and products past a limit are refused, other accounts stay unknown."""

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from clients.people import allow, make_account, make_user
from clients.signed import signed
from clients.test_audit import events
from live import ACCOUNT, REGION, Live

OTHER = "444455556666"
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": allow("*")})


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


LARGE = policy(
    *(allow("ses:SendEmail", f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/n{number}.example") for number in range(600))
)
IDENTITY = {"policyType": "IDENTITY_POLICY"}


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("validate_policy", {"policyDocument": LARGE, **IDENTITY}),
        ("check_no_new_access", {"newPolicyDocument": LARGE, "existingPolicyDocument": EVERYTHING, **IDENTITY}),
        ("check_no_new_access", {"newPolicyDocument": EVERYTHING, "existingPolicyDocument": LARGE, **IDENTITY}),
        ("check_access_not_granted", {"policyDocument": LARGE, "access": [{"actions": ["ses:SendEmail"]}], **IDENTITY}),
        ("check_no_public_access", {"policyDocument": LARGE, "resourceType": "AWS::SNS::Topic"}),
    ],
)
def test_a_document_larger_than_any_policy_is_not_read(live: Live, operation: str, given: Any) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(live.client("accessanalyzer"), operation)(**given)
    assert raised.value.response["Error"]["Code"] == "ValidationException"
    assert "is too large: at most 32768 characters" in raised.value.response["Error"]["Message"]


ACTIONS = [f"ses:Act{number}" for number in range(100)]
RESOURCES = [f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/n{number}" for number in range(101)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"PolicyInputList": [" " * 70_000 + EVERYTHING] * 2},
            "The policies are too large: at most 131072 characters",
        ),
        ({"PolicyInputList": [EVERYTHING], "ActionNames": ACTIONS, "ResourceArns": RESOURCES}, "100 actions on 101 resources"),
        (
            {"PolicyInputList": [policy(*[allow("ses:*")] * 200)], "ActionNames": ACTIONS, "ResourceArns": RESOURCES[:26]},
            "statements on 2600 pairs of action and resource",
        ),
        (
            {
                "PolicyInputList": [EVERYTHING],
                "ContextEntries": [
                    {"ContextKeyName": "aws:UserAgent", "ContextKeyValues": ["a" * 8_193], "ContextKeyType": "string"}
                ],
            },
            "The context values are too long: at most 8192 characters each",
        ),
    ],
)
def test_a_simulation_past_a_budget_is_refused_before_it_is_computed(live: Live, given: Any, says: str) -> None:
    with pytest.raises(ClientError) as raised:
        live.client("iam").simulate_custom_policy(**{"ActionNames": ["ses:SendEmail"], **given})
    assert raised.value.response["Error"]["Code"] == "InvalidInput"
    assert says in raised.value.response["Error"]["Message"]


def test_a_quota_comes_before_the_grammar(live: Live) -> None:
    """A document past its quota is not read: it is told so even where it is no policy."""
    iam = live.client("iam")
    iam.create_user(UserName="alice")
    nonsense = "x" * 20_000
    given = {"PolicyDocument": nonsense, "PolicyName": "p"}
    for operation, more in (
        ("create_policy", given),
        ("put_user_policy", {**given, "UserName": "alice"}),
        ("create_role", {"RoleName": "r", "AssumeRolePolicyDocument": nonsense}),
    ):
        with pytest.raises(ClientError) as raised:
            getattr(iam, operation)(**more)
        assert raised.value.response["Error"]["Code"] == "LimitExceeded"


def test_a_client_that_hangs_up_ends_its_question_and_leaves_one_event(live: Live) -> None:
    hard = policy(
        *({**allow("ses:SendEmail"), "Condition": {"StringLike": {"ses:FromAddress": f"*{n}*x*{n}*"}}} for n in range(250))
    )
    body = json.dumps({"policyDocument": hard, **IDENTITY}).encode()
    headers = {"content-type": "application/json"}
    request = signed(live, "POST", "/policy/validation", body, headers, service="access-analyzer")
    connection = http.client.HTTPConnection(urlsplit(live.endpoint).netloc, timeout=30)
    connection.request("POST", "/policy/validation", body, dict(request.headers.items()))
    connection.close()
    while not (found := [each for each in events(live) if each["eventName"] == "ValidatePolicy"]):
        pass
    assert [each.get("errorCode") for each in found] in (["RequestAbandoned"], [None])
    assert live.client("accessanalyzer").validate_policy(policyDocument=EVERYTHING, **IDENTITY)["findings"]


# --- other accounts -----------------------------------------------------------------------------------------------------


def stranger(live: Live) -> Any:
    """IAM as another account's root user."""
    key, secret = make_account(live, OTHER)
    session = boto3.Session(key, secret, region_name=REGION)
    return session.client("iam", endpoint_url=live.endpoint, config=Config(retries={"total_max_attempts": 1}))


def answer(iam: Any, caller: str, action: str = "iam:GetUser", condition: Any = None, **more: Any) -> Any:
    """Everything that a simulation says, but for the ARNs that it was given."""
    statement = {**allow("*"), **({"Condition": condition} if condition else {})}
    said = iam.simulate_custom_policy(CallerArn=caller, PolicyInputList=[policy(statement)], ActionNames=[action], **more)
    return json.loads(
        json.dumps(said["EvaluationResults"]).replace(caller.rpartition("/")[2], "NAME").replace("mailer", "ROLE")
    )


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"Null": {"aws:PrincipalTag/clearance": "false"}},
        {"StringLike": {"aws:PrincipalTag/clearance": "top-*"}},
        {"StringLike": {"aws:userid": "AIDA*"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    ],
)
def test_a_simulation_tells_nothing_of_another_accounts_users(live: Live, condition: Any) -> None:
    make_user(live, "alice")
    live.client("iam").tag_user(UserName="alice", Tags=[{"Key": "clearance", "Value": "top-7"}])
    iam = stranger(live)
    there, nowhere = (answer(iam, f"arn:aws:iam::{ACCOUNT}:user/{name}", condition=condition) for name in ("alice", "nobody"))
    assert there == nowhere


@pytest.mark.parametrize("external_id", ["s3cret-external-id", "wrong", None])
def test_a_simulation_tells_nothing_of_another_accounts_roles(live: Live, external_id: str | None) -> None:
    trust = allow("sts:AssumeRole", Condition={"StringEquals": {"sts:ExternalId": "s3cret-external-id"}})
    del trust["Resource"]
    trust["Principal"] = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    live.client("iam").create_role(RoleName="mailer", AssumeRolePolicyDocument=policy(trust))
    entries = (
        []
        if external_id is None
        else [{"ContextKeyName": "sts:ExternalId", "ContextKeyValues": [external_id], "ContextKeyType": "string"}]
    )
    iam, caller = stranger(live), f"arn:aws:iam::{ACCOUNT}:user/alice"
    there, nowhere = (
        answer(iam, caller, "sts:AssumeRole", ResourceArns=[f"arn:aws:iam::{ACCOUNT}:role/{name}"], ContextEntries=entries)
        for name in ("mailer", "ROLE")
    )
    assert there == nowhere


def test_a_policy_source_of_another_account_is_refused_whether_it_exists_or_not(live: Live) -> None:
    make_user(live, "alice")
    iam = stranger(live)
    said = []
    for name in ("alice", "nobody"):
        with pytest.raises(ClientError) as raised:
            iam.simulate_principal_policy(PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/{name}", ActionNames=["ses:SendEmail"])
        said.append((raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"].replace(name, "NAME")))
    assert said[0] == said[1]


# --- a stop -------------------------------------------------------------------------------------------------------------


def test_a_stop_waits_for_no_question_and_its_caller_is_told(tmp_path: Path) -> None:
    server = Live(tmp_path / "data").start()
    patterns = [f"*{number}*{number * 7}*x*{number * 3}*@e.co" for number in range(200)]
    conditions = ({"StringLike": {"ses:FromAddress": pattern}} for pattern in patterns)
    hard = policy(*({**allow("ses:SendEmail"), "Condition": each} for each in conditions))
    body = json.dumps({"policyDocument": hard, **IDENTITY}).encode()
    request = signed(
        server, "POST", "/policy/validation", body, {"content-type": "application/json"}, service="access-analyzer"
    )
    connection = http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=60)
    connection.request("POST", "/policy/validation", body, dict(request.headers.items()))
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    while not children.read_text().split():  # until a process thinks about it
        pass
    assert server.stop() == 0
    response = connection.getresponse()
    assert (response.status, response.headers["x-amzn-errortype"]) == (503, "ServiceUnavailableException")
    server.start()
    (event,) = [each for each in events(server) if each["eventName"] == "ValidatePolicy"]
    assert event["errorCode"] == "ServiceUnavailableException"
    assert server.stop() == 0
