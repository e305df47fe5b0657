"""What IAM asks of an ARN in a policy's `Resource` when the policy is put, in its words.

Source: IAM's answers as public issues and moto's tests (`tests/test_iam/test_iam_policies.py`) quote them.
"""

from typing import Final

PARTITIONS: Final = frozenset(
    ("*", "aws", "aws-cn", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-us-gov")
)
AFTER_PARTITION: Final = 4  # service, region, account, resource
FULL_COLONS: Final = 5
IAM_PATHS: Final = (
    "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/", "sms-mfa/",
    "saml-provider/", "oidc-provider/", "report/", "access-report/",
)  # fmt: skip
# Not in IAM's sentence, but in policies of AWS's own (IAMAuditRootUserCredentials, AWSCloudWatchOmniServiceRolePolicy).
IAM_NAMES: Final = ("*", "root")
IAM_NEWER_PATHS: Final = ("role-template/",)
# What S3 has in regions; its buckets and objects have none in their ARNs.
S3_REGIONAL: Final = ("accesspoint", "access-grants/", "async-request/", "job/", "storage-lens/", "storage-lens-group/")


def resource_fault(resource: str) -> str | None:
    """IAM's sentence about an entry of `Resource` that it does not take; None for one that it takes."""
    if resource == "*":
        return None
    scheme, colon, rest = resource.partition(":")
    if not colon:
        return f'Resource {resource} must be in ARN format or "*".'
    partition, colon, rest = rest.partition(":")
    if partition not in PARTITIONS:
        return f'Partition "{partition}" is not valid for resource "arn:{partition}:{_filled(rest)}".'
    if scheme != "arn":
        return f'Resource {resource} must be in ARN format or "*".'
    service, _, rest = rest.partition(":")
    if not colon or "*" in service or "?" in service:
        return "Resource vendor must be fully qualified and cannot contain regexes."
    region, _, rest = rest.partition(":")
    return _of_service(resource, service, region, rest.partition(":")[2])


def is_legacy_form(resource: str) -> bool:
    """Whether IAM's older parser reads an ARN that has no other fault: it fills up a short one, but not one with an empty part."""
    if resource == "*":
        return True
    return (resource.count(":") >= FULL_COLONS or "::" not in resource) and resource.split(":")[2] != ""


def _of_service(resource: str, service: str, region: str, name: str) -> str | None:
    if service == "iam":
        if region:
            return f"IAM resource {resource} cannot contain region information."
        if name not in IAM_NAMES and not name.startswith((*IAM_PATHS, *IAM_NEWER_PATHS)):
            return f'IAM resource path must either be "*" or start with {", ".join(IAM_PATHS)}.'
    if service == "s3" and region and not name.startswith(S3_REGIONAL):
        return f"Resource {resource} can not contain region information."
    return None


def _filled(rest: str) -> str:
    """What follows the partition, with `*` for each part that is not there."""
    parts = rest.split(":", AFTER_PARTITION - 1) if rest else []
    return ":".join((*parts, *("*" for _ in range(AFTER_PARTITION - len(parts)))))
