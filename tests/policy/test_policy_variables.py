"""The parts of a template that nobody knows before it is deployed stand as variables of Gatepost's own, anywhere in a resource."""

import json

import pytest

from gatepost.policy.decide import Policies, decide
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request

EXAMPLE = "arn:aws:ses:us-east-1:111122223333:identity/example.com"


@pytest.mark.parametrize(
    ("resource", "values", "is_allowed"),
    [
        ("arn:aws:ses:${gatepost:unresolved/AWS::Region}:111122223333:identity/*", {"AWS::Region": "us-east-1"}, True),
        ("arn:aws:ses:${gatepost:unresolved/AWS::Region}:111122223333:identity/*", {"AWS::Region": "eu-west-1"}, False),
        (
            "arn:aws:ses:${gatepost:unresolved/r}:*:identity/${gatepost:unresolved/d}",
            {"r": "us-east-1", "d": "example.com"},
            True,
        ),
        ("${gatepost:unresolved/identity.arn}", {"identity.arn": EXAMPLE}, True),
        ("${gatepost:unresolved/identity.arn}", {"identity.arn": "*"}, False),
        ("${gatepost:unresolved/identity.arn}", {}, False),
        ("arn:aws:ses:${gatepost:unresolved/r}:${aws:PrincipalAccount}:*", {"r": "us-east-1"}, False),
    ],
)
def test_an_open_part_of_a_resource_is_what_the_request_says(resource: str, values: dict[str, str], is_allowed: bool) -> None:
    statement = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": resource}
    policy = read_policy(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    context = {f"gatepost:unresolved/{name}": value for name, value in values.items()} | {
        "aws:PrincipalAccount": "111122223333"
    }
    request = Request("arn:aws:iam::111122223333:user/alice", "ses:SendEmail", EXAMPLE, context=context)
    assert decide(request, Policies(identity=(policy,))).allowed is is_allowed
