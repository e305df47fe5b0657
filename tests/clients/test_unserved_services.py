"""Services of AWS's that are not served: a client that calls one here reads so, in its own protocol."""

from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from clients.test_audit import events
from live import REGION, ROOT_KEY, ROOT_SECRET, Live

# By the protocols that AWS speaks: S3's XML, other XML, JSON, REST-JSON, forms, EC2's forms, CBOR.
CALLS: Mapping[str, Callable[[Any], object]] = {
    "s3": lambda s3: s3.list_buckets(),
    "s3 with a key": lambda s3: s3.get_object(Bucket="mail", Key="a b/ü"),
    "s3 with a body": lambda s3: s3.put_object(Bucket="mail", Key="k", Body=b"text"),
    "route53": lambda route53: route53.list_hosted_zones(),
    "cloudfront": lambda cloudfront: cloudfront.list_distributions(),
    "dynamodb": lambda dynamodb: dynamodb.list_tables(),
    "sqs": lambda sqs: sqs.list_queues(),
    "kms": lambda kms: kms.list_keys(),
    "lambda": lambda functions: functions.list_functions(),
    "sns": lambda sns: sns.list_topics(),
    "elasticbeanstalk": lambda beanstalk: beanstalk.describe_applications(),  # its API version is that of SES
    "marketplace-deployment": lambda market: market.list_tags_for_resource(
        resourceArn="arn:aws:x"
    ),  # as Access Analyzer's path
    "ec2": lambda ec2: ec2.describe_regions(),
    "cloudwatch": lambda cloudwatch: cloudwatch.list_metrics(),
    "eventbridgev2": lambda bridge: bridge.list_event_buses(),
}


def client(live: Live, service: str, secret: str = ROOT_SECRET) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=live.endpoint,
        aws_access_key_id=ROOT_KEY,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


@pytest.mark.parametrize("name", CALLS)
def test_a_client_of_another_service_reads_that_it_is_not_served(live: Live, name: str) -> None:
    service = name.partition(" ")[0]
    signing = client(live, service).meta.service_model.signing_name
    with pytest.raises(ClientError) as caught:
        CALLS[name](client(live, service))
    error = caught.value.response["Error"]
    assert error["Message"] == f"The service {signing} is not served here."
    assert error["Code"] in ("InvalidAction", "UnknownOperationException")


def test_it_is_said_whoever_calls(live: Live) -> None:
    with pytest.raises(ClientError) as caught:
        client(live, "s3", secret="wrong").list_buckets()
    assert caught.value.response["Error"]["Message"] == "The service s3 is not served here."


def test_the_call_is_recorded_with_its_caller(live: Live) -> None:
    with pytest.raises(ClientError):
        client(live, "s3").list_buckets()
    (event,) = [event for event in events(live) if event["eventSource"] == "s3.amazonaws.com"]
    assert (event["userIdentity"]["type"], event["errorMessage"]) == ("Root", "The service s3 is not served here.")
