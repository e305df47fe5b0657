"""Access Analyzer's checks with unmodified clients: no new access, access not granted, and the validation of documents."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from clients.test_audit import events
from live import ACCOUNT, Live

IDENTITY = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com"
SEND = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": IDENTITY}


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def written(folder: Path, name: str, *statements: Any) -> str:
    (folder / name).write_text(policy(*statements))
    return f"file://{folder / name}"


def answer(live: Live, *arguments: str) -> Any:
    done = live.aws("accessanalyzer", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_new_access_is_found_with_its_statement_and_a_request_that_shows_it(live: Live, tmp_path: Path) -> None:
    wider = {**SEND, "Sid": "Raw", "Action": ["ses:SendEmail", "ses:SendRawEmail"]}
    said = answer(
        live, "check-no-new-access", "--policy-type", "IDENTITY_POLICY",
        "--existing-policy-document", written(tmp_path, "old.json", SEND),
        "--new-policy-document", written(tmp_path, "new.json", SEND, wider),
    )  # fmt: skip
    assert said["result"] == "FAIL"
    assert said["message"] == "The modified permissions grant new access compared to your existing policy."
    (reason,) = said["reasons"]
    assert (reason["statementIndex"], reason["statementId"]) == (1, "Raw")
    assert reason["description"].startswith("New access in the statement with sid: Raw. For example: ")
    assert "ses:SendRawEmail on identity/example.com of 123456789012" in reason["description"]


def test_a_deny_that_is_taken_away_is_new_access(live: Live) -> None:
    deny = {"Effect": "Deny", "Action": "ses:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    client = live.client("accessanalyzer")
    given = {"existingPolicyDocument": policy(SEND, deny), "newPolicyDocument": policy(SEND)}
    said = client.check_no_new_access(**given, policyType="IDENTITY_POLICY")
    assert (said["result"], said["reasons"][0]["statementIndex"]) == ("FAIL", 0)
    assert "no TLS" in said["reasons"][0]["description"]
    back = {"existingPolicyDocument": policy(SEND), "newPolicyDocument": policy(SEND, deny)}
    passed = client.check_no_new_access(**back, policyType="IDENTITY_POLICY")
    assert (passed["result"], passed["reasons"]) == ("PASS", [])


def test_a_resource_policy_is_compared_by_whom_it_names(live: Live) -> None:
    one = {**SEND, "Principal": {"AWS": "222222222222"}}
    two = {**SEND, "Principal": {"AWS": ["222222222222", "333333333333"]}}
    client = live.client("accessanalyzer")
    given = {"existingPolicyDocument": policy(one), "newPolicyDocument": policy(two)}
    said = client.check_no_new_access(**given, policyType="RESOURCE_POLICY")
    assert said["result"] == "FAIL"
    assert "333333333333" in said["reasons"][0]["description"]


@pytest.mark.parametrize(
    ("access", "result"),
    [
        ("actions=ses:SendRawEmail,iam:PutUserPolicy", "PASS"),
        ("actions=ses:SendEmail", "FAIL"),
        ("actions=ses:Send*", "FAIL"),
        (f"resources={IDENTITY}", "FAIL"),
        (f"resources=arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.org", "PASS"),
        (f"actions=ses:SendEmail,resources=arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.org", "PASS"),
    ],
)
def test_access_that_is_not_granted(live: Live, tmp_path: Path, access: str, result: str) -> None:
    document = written(tmp_path, "policy.json", SEND)
    said = answer(
        live, "check-access-not-granted", "--policy-type", "IDENTITY_POLICY", "--policy-document", document, "--access", access
    )
    assert said["result"] == result
    assert bool(said["reasons"]) is (result == "FAIL")
    verb = "grants" if result == "FAIL" else "does not grant"
    assert said["message"] == f"The policy document {verb} access to perform one or more of the listed actions."


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (
            {"policyDocument": "{", "access": [{"actions": ["ses:SendEmail"]}]},
            "InvalidParameterException",
            "The policyDocument is not a valid policy: 1:2: expected a key",
        ),
        (
            {"policyDocument": policy(SEND), "access": []},
            "InvalidParameterException",
            "access: expected actions, resources, or both",
        ),
        (
            {"policyDocument": policy(SEND), "access": [{"actions": ["SendEmail"]}]},
            "InvalidParameterException",
            "access, actions: `SendEmail` is no action",
        ),
        (
            {"policyDocument": policy(SEND), "access": [{"actions": ["ses:SendEmail"]}] * 2},
            "ValidationException",
            "1 validation error detected: Value at 'access' failed to satisfy constraint",
        ),
    ],
)
def test_what_cannot_be_checked_is_told(live: Live, given: Any, code: str, says: str) -> None:
    with pytest.raises(ClientError) as raised:
        live.client("accessanalyzer").check_access_not_granted(**given, policyType="IDENTITY_POLICY")
    assert raised.value.response["Error"]["Code"] == code
    assert raised.value.response["Error"]["Message"].startswith(says)


def test_a_document_is_validated_in_the_shape_of_access_analyzer(live: Live, tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_text(json.dumps({"Statement": [SEND]}, indent=2))
    said = answer(
        live, "validate-policy", "--policy-type", "IDENTITY_POLICY", "--policy-document", f"file://{tmp_path / 'policy.json'}"
    )
    found = {finding["issueCode"]: finding for finding in said["findings"]}
    missing = found["MISSING_VERSION"]
    assert missing["findingType"] == "WARNING"
    assert missing["learnMoreLink"].endswith("#access-analyzer-reference-policy-checks-general-warning-missing-version")
    assert missing["locations"][0]["span"]["start"] == {"line": 1, "column": 0, "offset": 0}


def findings_event(live: Live) -> Any:
    """The event of the findings in a policy that was put: it comes after the answer."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        for event in events(live):
            if event["eventName"] == "PolicyFindings":
                return event
    raise AssertionError("no findings were recorded")


def test_what_is_found_in_a_policy_that_is_put_is_an_event_of_its_own_and_not_in_the_answer(live: Live) -> None:
    live.client("iam").create_user(UserName="alice")
    answered = live.client("iam").put_user_policy(
        UserName="alice", PolicyName="send", PolicyDocument=json.dumps({"Statement": [SEND]})
    )
    assert set(answered) == {"ResponseMetadata"}
    event = findings_event(live)
    (put,) = [each for each in events(live) if each["eventName"] == "PutUserPolicy"]
    assert put["additionalEventData"].keys() == {"SignatureVersion", "authorizationId"}
    assert (event["requestID"], event["eventSource"], event["readOnly"]) == (put["requestID"], "lint.gatepost", True)
    assert event["userIdentity"] == put["userIdentity"]
    assert event["additionalEventData"]["policyFindingsOf"] == {
        "eventSource": "iam.amazonaws.com",
        "eventName": "PutUserPolicy",
    }
    (found,) = [each for each in event["additionalEventData"]["policyFindings"] if each["issueCode"] == "MISSING_VERSION"]
    assert (found["findingType"], found["line"], found["column"]) == ("WARNING", 1, 1)


def test_nothing_is_looked_for_in_a_policy_that_is_not_put(live: Live) -> None:
    iam = live.client("iam")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.put_user_policy(UserName="nobody", PolicyName="send", PolicyDocument=json.dumps({"Statement": [SEND]}))
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="send", PolicyDocument=json.dumps({"Statement": [SEND]}))
    findings_event(live)
    assert len([event for event in events(live) if event["eventName"] == "PolicyFindings"]) == 1


def validated(live: Live, statement: Any, *, own: bool = True) -> list[Any]:
    """The findings on a statement, Gatepost's own codes among them where the header asks for them."""
    client = live.client("accessanalyzer")
    if own:
        client.meta.events.register(
            "before-sign.accessanalyzer.ValidatePolicy",
            lambda request, **_: request.headers.add_header("X-Gatepost-Findings", "all"),
        )
    found: list[Any] = client.validate_policy(policyDocument=policy(statement), policyType="IDENTITY_POLICY")["findings"]
    return found


def test_a_code_that_aws_lacks_is_answered_where_it_is_asked_for_and_linked_to_a_page_of_this_server(live: Live) -> None:
    statement = {**SEND, "Action": "ses:*", "Resource": IDENTITY}
    assert validated(live, statement, own=False) == []
    (found,) = [each for each in validated(live, statement) if each["issueCode"] == "SES_ADMIN_IN_SENDER_POLICY"]
    assert found["learnMoreLink"] == f"{live.endpoint}/_gatepost/rules/SES_ADMIN_IN_SENDER_POLICY"
    assert live.hook("rules/SES_ADMIN_IN_SENDER_POLICY").decode().startswith("SES_ADMIN_IN_SENDER_POLICY  ")


def test_what_a_rule_of_gatepost_says_better_is_said_by_the_code_of_aws_too(live: Live) -> None:
    found = validated(live, {**SEND, "Condition": {"IpAddress": {"aws:SourceIp": "xx.xxx.xx.xxx"}}})
    assert {"TYPE_MISMATCH_IP_RANGE", "SES_PLACEHOLDER_VALUE"} <= {finding["issueCode"] for finding in found}
