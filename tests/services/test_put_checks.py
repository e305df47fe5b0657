"""What IAM refuses when a policy is put: its sentence first and exact, of the first check that fails in its order."""

import json
from typing import Any

import pytest

from gatepost.aws.errors import AwsError
from gatepost.policy.read import PolicyKind
from gatepost.services.iam.documents import checked_policy
from gatepost.store.aws_policies import aws_policies

BUCKET = "arn:aws:s3:::mail"
SYNTAX = "Syntax errors in policy."
LEGACY = "The policy failed legacy parsing"
SIDS = "Statement IDs (SID) in a single policy must be unique."
VERSION = "Policy document must be version 2012-10-17 or greater."
NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
COLONS = "Actions/Condition can contain only one colon."
NO_ACTIONS = "Policy statement must contain actions."
NO_RESOURCES = "Policy statement must contain resources."
VENDOR = "Resource vendor must be fully qualified and cannot contain regexes."
IAM_PATHS = (
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, '
    "server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/."
)
WRONG_DATE = {"DateLessThan": {"aws:CurrentTime": "tomorrow"}}


def policy(*statements: object, **elements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements, **elements})


def allow(action: object = "ses:SendEmail", resource: object = BUCKET, **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def without(element: str, **more: object) -> dict[str, Any]:
    return {name: value for name, value in allow(**more).items() if name != element}


def dated(value: object) -> str:
    return policy(allow(Condition={"DateLessThan": {"aws:CurrentTime": value}}))


REFUSED = [
    # one fault alone
    (policy(), SYNTAX),
    (policy("statement"), SYNTAX),
    (policy(allow(), Conditions={}), SYNTAX),
    (policy(allow(), Id=[]), SYNTAX),
    (policy(allow(), Version="2013-10-17"), SYNTAX),
    (policy(allow(Note="x")), SYNTAX),
    (policy(allow(Effect="Permit")), SYNTAX),
    (policy(without("Effect")), SYNTAX),
    (policy(allow(NotAction="ses:*")), SYNTAX),
    (policy(allow(action={})), SYNTAX),
    (policy(allow(resource=[BUCKET, {}])), SYNTAX),
    (policy(allow(Sid=[])), SYNTAX),
    (policy(allow(Condition=[])), SYNTAX),
    (policy(allow(Condition={"StringEqual": {"aws:userid": "x"}})), SYNTAX),
    (policy(allow(Condition={"StringEquals": {"aws:userid": {}}})), SYNTAX),
    (policy(allow(), Version="2008-10-17"), VERSION),
    (policy(allow(Effect="ALLOW")), LEGACY),
    (dated("tomorrow"), LEGACY),
    (dated("2026-13"), LEGACY),
    (dated("2026-02-32"), LEGACY),
    (dated("2026-12-01T25:00:00Z"), LEGACY),
    (dated("2026-12-01 12:00:00Z"), LEGACY),
    (dated("2026-12-01T12:00:00.1234567890Z"), LEGACY),
    (dated("9223372036854775808"), LEGACY),
    (dated(["2026-12-01T00:00:00Z", "soon"]), LEGACY),
    (policy(allow(resource="arn:aws:s3::mail")), LEGACY),
    (policy(allow(resource="arn:aws::mail")), LEGACY),
    (policy(allow(resource="arn:aws::::mail")), LEGACY),
    (policy(without("Resource", NotResource=["arn:aws:ses::identity"])), LEGACY),
    (policy(allow(Sid="a"), allow(Sid="a")), SIDS),
    (
        policy(allow(Sid="a b")),
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    ),
    (policy(without("Action")), NO_ACTIONS),
    (policy(allow(action=[])), NO_ACTIONS),
    (policy(allow(resource="mail")), 'Resource mail must be in ARN format or "*".'),
    (policy(allow(resource="")), 'Resource  must be in ARN format or "*".'),
    (policy(allow(resource="*mail*")), 'Resource *mail* must be in ARN format or "*".'),
    (
        policy(allow(resource="arn:${Partition}:s3:::mail")),
        'Partition "${Partition}" is not valid for resource "arn:${Partition}:s3:::mail".',
    ),
    (policy(allow(resource="arn:amazon:ses")), 'Partition "amazon" is not valid for resource "arn:amazon:ses:*:*:*".'),
    (policy(allow(resource="arn:s3")), 'Partition "s3" is not valid for resource "arn:s3:*:*:*:*".'),
    (policy(allow(resource="aws:s3:::mail")), 'Partition "s3" is not valid for resource "arn:s3:::mail:*".'),
    (policy(allow(resource="a:b:c:d:e:f:g")), 'Partition "b" is not valid for resource "arn:b:c:d:e:f:g".'),
    (policy(allow(resource="arn:aws")), VENDOR),
    (policy(allow(resource="arn:aws:*:us-east-1:111122223333:x")), VENDOR),
    (
        policy(allow(resource="arn:aws:iam:us-east-1:111122223333:user/a")),
        "IAM resource arn:aws:iam:us-east-1:111122223333:user/a cannot contain region information.",
    ),
    (policy(allow(resource="arn:aws:iam::111122223333:*/*")), IAM_PATHS),
    (
        policy(allow(resource="arn:aws:s3:us-east-1::mail")),
        "Resource arn:aws:s3:us-east-1::mail can not contain region information.",
    ),
    (policy(allow(action="SendEmail")), NO_VENDOR),
    (policy(allow(action="")), NO_VENDOR),
    (policy(without("Action", NotAction=["ses:*", "SendEmail"])), NO_VENDOR),
    (policy(allow(action="ses:Send:Email")), COLONS),
    (policy(allow(action="*:Untag*")), "Vendor * is not valid"),
    (policy(allow(action="se s:SendEmail")), "Vendor se s is not valid"),
    (policy(allow(action="s?s:SendEmail")), "Vendor s?s is not valid"),
    (policy(allow(Condition={"StringEquals": {"username": "alice"}})), NO_VENDOR),
    (policy(without("Resource")), NO_RESOURCES),
    (policy(allow(resource=[])), NO_RESOURCES),
    (policy(allow(Principal="*")), "Policy document should not specify a principal."),
    # of two faults the one of the earlier check, wherever it stands
    (policy(without("Action"), allow(Note="x")), SYNTAX),
    (policy(allow(Effect="allow"), Version="2008-10-17"), VERSION),
    (policy(allow(Sid="a"), allow(Sid="a", Effect="deny")), LEGACY),
    (policy(allow(resource="arn:error:s3:::mail", Condition=WRONG_DATE)), LEGACY),
    (policy(without("Action", resource="arn:aws:s3::mail")), LEGACY),
    (policy(allow(resource=["arn:aws:s3::mail", "mail"])), 'Resource mail must be in ARN format or "*".'),
    (policy(allow(Sid="a"), without("Action", Sid="a")), SIDS),
    (policy(without("Action", resource="mail")), NO_ACTIONS),
    (policy(allow(action="SendEmail", resource="mail")), 'Resource mail must be in ARN format or "*".'),
    (policy(without("Resource", action="SendEmail")), NO_VENDOR),
]  # fmt: skip

TAKEN = [
    policy(allow(action="deepcomposer:Get*")),
    policy(allow(action=["service-prefix:action-name", "s3.s:ListBucket"])),
    policy(allow(resource="arn:aws:no-such-service:us-east-1::x")),
    policy(allow(resource="arn:aws:ses:*")),
    policy(allow(resource="arn:*:ses:*:*:identity/*")),
    policy(allow(resource="arn:aws-cn:ses:cn-north-1:111122223333:identity/*")),
    policy(allow(resource="arn:aws:iam::111122223333:*")),
    policy(allow(resource="arn:aws:s3:us-west-2:111122223333:accesspoint/mail")),
    policy(allow(Condition={"StringEquals": {"aws:ResourceTag/aws:cloudformation:stack-name": "mail"}})),
    *map(dated, ["2026", "2026-12", "2026-12-01T00:00Z", "2026-12-01t2:00:00.593194+23", "-292275054", "1764547200", 1764547200]),
]  # fmt: skip


@pytest.mark.parametrize(("document", "text"), REFUSED)
def test_a_policy_is_refused_in_the_words_and_order_of_iam(document: str, text: str) -> None:
    with pytest.raises(AwsError) as caught:
        checked_policy(document, managed=True)
    assert caught.value.code == "MalformedPolicyDocument"
    sentence, bracket, place = caught.value.message.partition(" (line 1, column ")
    assert (sentence, bool(bracket), place[-1:]) == (text, True, ")")


@pytest.mark.parametrize("document", TAKEN)
def test_a_policy_is_taken_that_iam_takes(document: str) -> None:
    assert checked_policy(document, managed=True).statements


def test_an_inline_policy_may_be_of_the_older_version() -> None:
    assert checked_policy(policy(allow(), Version="2008-10-17")).version == "2008-10-17"


def test_a_trust_policy_needs_no_resources() -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    assert checked_policy(policy(trust), PolicyKind.TRUST).statements
    with pytest.raises(AwsError, match=r"^Actions/Conditions must be prefaced by a vendor"):
        checked_policy(policy({**trust, "Condition": {"Bool": {"MultiFactorAuthPresent": "true"}}}), PolicyKind.TRUST)


def test_a_policy_of_awss_own_could_be_put() -> None:
    for each in list(aws_policies().values())[::10]:
        assert checked_policy(each.document, managed=True).statements, each.name
