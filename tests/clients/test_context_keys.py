"""The context keys that policies ask for, as the IAM simulator's forms want to know them."""

from typing import Any

from clients.people import allow, deny, document, make_policy, refused
from live import ACCOUNT, Live

ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"


def test_the_keys_of_policies_are_listed_once(live: Live) -> None:
    first = document(
        allow(
            "ses:SendEmail",
            f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/${{aws:username}}",
            Condition={"StringEquals": {"ses:FromAddress": "x"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        )
    )
    second = document(deny("s3:*", Condition={"StringEquals": {"SES:fromaddress": "y", "aws:PrincipalTag/team": "z"}}))
    answer = live.client("iam").get_context_keys_for_custom_policy(PolicyInputList=[first, second])
    assert answer["ContextKeyNames"] == ["ses:FromAddress", "aws:SourceIp", "aws:username", "aws:PrincipalTag/team"]
    code, text = refused(live.client("iam").get_context_keys_for_custom_policy, PolicyInputList=["{"])
    assert (code, text[:37]) == ("InvalidInput", "PolicyInputList.1: This policy contai")


def test_the_keys_of_a_principal_are_those_of_all_that_is_attached_to_it(live: Live) -> None:
    iam = live.client("iam")

    def asks(key: str) -> dict[str, Any]:
        return allow("ses:*", Condition={"StringEquals": {key: "x"}})

    iam.create_user(UserName="alice", PermissionsBoundary=make_policy(live, "limit", asks("aws:boundary")))
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(asks("aws:own")))
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=document(asks("aws:group")))
    answer = iam.get_context_keys_for_principal_policy(PolicySourceArn=ALICE, PolicyInputList=[document(asks("aws:given"))])
    assert answer["ContextKeyNames"] == ["aws:own", "aws:group", "aws:boundary", "aws:given"]
    of_group = iam.get_context_keys_for_principal_policy(PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:group/g")
    assert of_group["ContextKeyNames"] == ["aws:group"]
