"""Analyzers: who outside the account or organization is let in, with unmodified clients."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from clients.people import allow, document, identity_arn, make_account, make_user, trust
from live import ACCOUNT, Live

PARTNER = "222222222222"
SENDS = ["ses:SendEmail", "ses:SendRawEmail"]
EXAMPLE = identity_arn("example.com")


@pytest.fixture
def client(live: Live) -> Any:
    return live.client("accessanalyzer")


@pytest.fixture
def analyzer(live: Live, client: Any) -> str:
    live.client("ses").verify_domain_identity(Domain="example.com")
    arn: str = client.create_analyzer(analyzerName="ours", type="ACCOUNT", tags={"team": "mail"})["arn"]
    return arn


def share(live: Live, name: str, principal: Any, **more: Any) -> None:
    statement = allow(SENDS, EXAMPLE, Principal=principal, **more)
    live.client("ses").put_identity_policy(Identity="example.com", PolicyName=name, Policy=document(statement))


def test_an_identity_that_is_shared_is_found_told_in_both_versions_and_resolved(live: Live, client: Any, analyzer: str) -> None:
    assert client.list_findings(analyzerArn=analyzer)["findings"] == []
    share(live, "partner", {"AWS": PARTNER}, Condition={"StringLike": {"ses:FromAddress": "billing*@example.com"}})
    (found,) = client.list_findings(analyzerArn=analyzer)["findings"]
    assert (found["resource"], found["resourceType"], found["resourceOwnerAccount"]) == (
        EXAMPLE, "AWS::SES::EmailIdentity", ACCOUNT,
    )  # fmt: skip
    assert (found["principal"], found["action"], found["isPublic"]) == ({"AWS": PARTNER}, SENDS, False)
    assert (found["condition"], found["status"]) == ({"ses:FromAddress": "billing*@example.com"}, "ACTIVE")
    (short,) = client.list_findings_v2(analyzerArn=analyzer)["findings"]
    assert (short["id"], short["findingType"]) == (found["id"], "ExternalAccess")
    details = client.get_finding_v2(analyzerArn=analyzer, id=found["id"])["findingDetails"]
    assert details[0]["externalAccessDetails"]["principal"] == {"AWS": PARTNER}
    assert client.get_finding(analyzerArn=analyzer, id=found["id"])["finding"]["createdAt"] == found["createdAt"]
    live.client("ses").delete_identity_policy(Identity="example.com", PolicyName="partner")
    (gone,) = client.list_findings(analyzerArn=analyzer)["findings"]
    assert (gone["id"], gone["status"]) == (found["id"], "RESOLVED")
    share(live, "partner", {"AWS": PARTNER}, Condition={"StringLike": {"ses:FromAddress": "billing*@example.com"}})
    assert client.get_finding(analyzerArn=analyzer, id=found["id"])["finding"]["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("principal", "condition", "expected"),
    [
        ("*", {}, ("*", True)),
        ({"AWS": "*"}, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, ("*", True)),
        ("*", {"StringEquals": {"aws:PrincipalAccount": PARTNER}}, (PARTNER, False)),
        ("*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, None),
        ({"AWS": ACCOUNT}, {}, None),
    ],
)
def test_who_is_let_in_by_whom_a_policy_names_and_by_its_conditions(
    live: Live, client: Any, analyzer: str, principal: Any, condition: Any, expected: Any
) -> None:
    share(live, "p", principal, **({"Condition": condition} if condition else {}))
    found = client.list_findings(analyzerArn=analyzer)["findings"]
    assert [(each["principal"]["AWS"], each["isPublic"]) for each in found] == ([expected] if expected else [])


def test_a_role_that_another_account_may_assume_is_found(live: Live, client: Any, analyzer: str) -> None:
    policy = document(trust({"AWS": PARTNER}, Condition={"StringEquals": {"sts:ExternalId": "x"}}))
    live.client("iam").create_role(RoleName="mailer", AssumeRolePolicyDocument=policy)
    criteria = {"resourceType": {"eq": ["AWS::IAM::Role"]}, "condition.sts:ExternalId": {"exists": True}}
    (found,) = client.list_findings(analyzerArn=analyzer, filter=criteria)["findings"]
    assert (found["resource"], found["action"]) == (f"arn:aws:iam::{ACCOUNT}:role/mailer", ["sts:AssumeRole"])
    assert client.list_findings(analyzerArn=analyzer, filter={"isPublic": {"eq": ["true"]}})["findings"] == []


def test_findings_are_archived_by_hand_and_by_rule(live: Live, client: Any, analyzer: str) -> None:
    share(live, "partner", {"AWS": PARTNER})
    (found,) = client.list_findings(analyzerArn=analyzer)["findings"]
    client.update_findings(analyzerArn=analyzer, status="ARCHIVED", ids=[found["id"]])
    assert client.get_finding(analyzerArn=analyzer, id=found["id"])["finding"]["status"] == "ARCHIVED"
    client.update_findings(analyzerArn=analyzer, status="ACTIVE", resourceArn=EXAMPLE)
    client.create_archive_rule(analyzerName="ours", ruleName="known", filter={"principal.AWS": {"contains": ["3333"]}})
    share(live, "other", {"AWS": "333333333333"})
    status = {each["principal"]["AWS"]: each["status"] for each in client.list_findings(analyzerArn=analyzer)["findings"]}
    assert status == {PARTNER: "ACTIVE", "333333333333": "ARCHIVED"}
    client.update_archive_rule(analyzerName="ours", ruleName="known", filter={"principal.AWS": {"eq": [PARTNER]}})
    client.apply_archive_rule(analyzerArn=analyzer, ruleName="known")
    (statistics,) = client.get_findings_statistics(analyzerArn=analyzer)["findingsStatistics"]
    counts = statistics["externalAccessFindingsStatistics"]
    assert (counts["totalActiveFindings"], counts["totalArchivedFindings"]) == (0, 2)
    assert [rule["ruleName"] for rule in client.list_archive_rules(analyzerName="ours")["archiveRules"]] == ["known"]
    client.delete_archive_rule(analyzerName="ours", ruleName="known")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_archive_rule(analyzerName="ours", ruleName="known")


def test_what_an_analyzer_looks_at(live: Live, client: Any, analyzer: str) -> None:
    listed = client.list_analyzed_resources(analyzerArn=analyzer)["analyzedResources"]
    assert {each["resourceArn"] for each in listed} >= {EXAMPLE}
    share(live, "all", "*")
    client.start_resource_scan(analyzerArn=analyzer, resourceArn=EXAMPLE)
    resource = client.get_analyzed_resource(analyzerArn=analyzer, resourceArn=EXAMPLE)["resource"]
    assert (resource["isPublic"], resource["sharedVia"], resource["actions"]) == (True, ["POLICY"], SENDS)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_analyzed_resource(analyzerArn=analyzer, resourceArn=identity_arn("none.example"))


def test_analyzers_are_made_listed_tagged_and_deleted(client: Any, analyzer: str) -> None:
    assert analyzer == f"arn:aws:access-analyzer:us-east-1:{ACCOUNT}:analyzer/ours"
    client.tag_resource(resourceArn=analyzer, tags={"stage": "test"})
    client.untag_resource(resourceArn=analyzer, tagKeys=["team"])
    assert client.list_tags_for_resource(resourceArn=analyzer)["tags"] == {"stage": "test"}
    told = client.get_analyzer(analyzerName="ours")["analyzer"]
    assert (told["arn"], told["type"], told["status"], told["tags"]) == (analyzer, "ACCOUNT", "ACTIVE", {"stage": "test"})
    assert [each["name"] for each in client.list_analyzers(type="ACCOUNT")["analyzers"]] == ["ours"]
    with pytest.raises(client.exceptions.ConflictException):
        client.create_analyzer(analyzerName="ours", type="ACCOUNT")
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.create_analyzer(analyzerName="second", type="ACCOUNT")
    client.delete_analyzer(analyzerName="ours")
    assert client.list_analyzers()["analyzers"] == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"type": "ACCOUNT_UNUSED_ACCESS"}, "Analyzers of type ACCOUNT_UNUSED_ACCESS are not served here"),
        ({"type": "ORGANIZATION"}, "You must create an organization"),
        (
            {"type": "ACCOUNT", "archiveRules": [{"ruleName": "r", "filter": {"colour": {"eq": ["red"]}}}]},
            "filter: `colour` is no key of findings",
        ),
    ],
)
def test_what_cannot_be_made_is_told(client: Any, given: Any, says: str) -> None:
    with pytest.raises(ClientError) as raised:
        client.create_analyzer(analyzerName="x", **given)
    assert raised.value.response["Error"]["Code"] == "ValidationException"
    assert raised.value.response["Error"]["Message"].startswith(says)
    assert client.list_analyzers()["analyzers"] == []


def test_an_organizations_analyzer_trusts_its_members_and_sees_their_resources(live: Live, client: Any) -> None:
    organizations = live.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = make_account(live, PARTNER, "--email", "partner@example.com")
    live.client("ses").verify_domain_identity(Domain="example.com")
    share(live, "partner", {"AWS": [PARTNER, "333333333333"]})
    analyzer = client.create_analyzer(analyzerName="all", type="ORGANIZATION")["arn"]

    def principals() -> set[str]:
        found = client.list_findings(analyzerArn=analyzer, filter={"status": {"eq": ["ACTIVE"]}})["findings"]
        return {each["principal"]["AWS"] for each in found}

    assert principals() == {PARTNER, "333333333333"}
    handshake = organizations.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": PARTNER})["Handshake"]["Id"]
    live.client("organizations", *root).accept_handshake(HandshakeId=handshake)
    assert principals() == {"333333333333"}
    owners = {
        each["resourceOwnerAccount"] for each in client.list_analyzed_resources(analyzerArn=analyzer)["analyzedResources"]
    }
    assert ACCOUNT in owners


def test_a_policy_may_let_somebody_see_findings_and_nothing_more(live: Live, analyzer: str) -> None:
    alice = make_user(live, "alice")
    live.client("iam").put_user_policy(
        UserName="alice", PolicyName="p", PolicyDocument=document(allow("access-analyzer:ListFindings", analyzer))
    )
    hers = alice.client("accessanalyzer")
    assert hers.list_findings_v2(analyzerArn=analyzer)["findings"] == []
    with pytest.raises(ClientError, match="access-analyzer:UpdateFindings"):
        hers.update_findings(analyzerArn=analyzer, status="ARCHIVED", ids=["x"])


@pytest.mark.parametrize(
    ("principal", "kind", "result"),
    [
        ({"AWS": "*"}, "AWS::SES::EmailIdentity", "FAIL"),
        ({"AWS": PARTNER}, "AWS::SES::EmailIdentity", "PASS"),
        ("*", "AWS::S3::Bucket", "FAIL"),
    ],
)
def test_public_access_is_checked_for_ses_identities_too(live: Live, principal: Any, kind: str, result: str) -> None:
    statement = allow(SENDS, EXAMPLE, Principal=principal, Sid="Everybody")
    done = live.aws(
        "accessanalyzer", "check-no-public-access", "--resource-type", kind, "--policy-document", document(statement)
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    verb = "grants" if result == "FAIL" else "does not grant"
    assert (said["result"], said["message"]) == (
        result,
        f"The resource policy {verb} public access for the given resource type.",
    )
    if result == "FAIL":
        (reason,) = said["reasons"]
        assert reason["description"].startswith("Public access granted in the following statement with sid: Everybody.")
