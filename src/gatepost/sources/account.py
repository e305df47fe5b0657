"""The policies of a living account, asked through boto3: all of them, one principal's, one managed policy, or one identity's.

Names: `aws://PROFILE`, or `aws://` for the environment's credentials; an ARN of IAM or of an SES identity; `identity/NAME`. Whatever
speaks AWS's API may answer: AWS, or a Gatepost (`--endpoint-url`, `AWS_ENDPOINT_URL`). Identities are those of one region.
Source: botocore's models of IAM, SES and STS.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Final, TypeVar

from gatepost.policy.read import PolicyKind
from gatepost.sources.account_details import Details, found_text, iam_policies
from gatepost.sources.found import AccountError, Found, FoundIdentity, FoundPolicy, SourceError
from gatepost.sources.given import Given

WHOLE: Final = "aws://"
IDENTITY: Final = "identity/"
MOST_NAMES: Final = 20  # of GetIdentityPolicies in one call
T = TypeVar("T")


def account_policies(name: str, given: Given) -> Iterator[Found]:
    """The policies, and for a whole account the identities, that a name stands for; AccountError where nobody can be asked."""
    account = _Account(name, given)
    kind, resource = _resource(name)
    if name.startswith(WHOLE):
        yield from iam_policies(account.details(), name)
        for identity in account.identities():
            yield FoundIdentity(identity, name, account.identity_arn(identity))
            yield from account.identity_policies(identity)
    elif kind == "identity":
        yield from account.identity_policies(resource)
    elif kind == "policy":
        yield account.managed_policy(name)
    elif kind in ("user", "group", "role"):
        yield from account.of_principal(name)
    else:
        raise SourceError(name, "expected the ARN of a policy, user, group, role or SES identity")


def _resource(name: str) -> tuple[str, str]:
    """What an ARN, or `identity/NAME`, is of, and its name."""
    parts = name.split(":", 5)
    is_known = len(parts) == 6 and parts[2] in ("iam", "ses")
    of_kind, _, resource = (parts[5] if is_known else name).partition("/")
    is_right = not is_known or (of_kind == "identity") == (parts[2] == "ses")
    return (of_kind if is_right else "", resource)


class _Account:
    """An account that answers. boto3's clients are typed by nobody."""

    def __init__(self, name: str, given: Given) -> None:
        try:
            import boto3  # noqa: PLC0415 -- an account alone needs it, and it is an extra
        except ImportError:
            raise SourceError(name, "an account is asked through boto3: install `gatepost[aws]`") from None
        self._name = name
        self._given = given
        profile = name.removeprefix(WHOLE) if name.startswith(WHOLE) else ""
        region = name.split(":")[3] if name.startswith("arn:") and name.count(":") > 3 else ""
        self._session: Any = self._asked(
            lambda: boto3.Session(profile_name=profile or None, region_name=given.region or region or None)
        )

    def details(self) -> Details:
        """Everybody and everything of IAM; AWS's own policies where they are attached."""
        pages = self._asked(lambda: list(self._iam.get_paginator("get_account_authorization_details").paginate()))
        lists = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
        return Details(*(tuple(each for page in pages for each in page.get(name, ())) for name in lists))

    def of_principal(self, arn: str) -> Iterator[Found]:
        """The policies of a user (its groups' too), group or role."""
        details = self.details()
        holders = details.holders_of(arn)
        if not holders:
            raise SourceError(self._name, "no such user, group or role in the account that answers")
        for found in iam_policies(details, self._name):
            if holders.intersection(found.holders):
                yield found

    def managed_policy(self, arn: str) -> FoundPolicy:
        """A managed policy in its default version."""
        version = self._asked(lambda: self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"])
        answer = self._asked(lambda: self._iam.get_policy_version(PolicyArn=arn, VersionId=version))
        return found_text(answer["PolicyVersion"]["Document"], PolicyKind.IDENTITY, self._name, arn, ())

    def identities(self) -> Iterator[str]:
        """The SES identities of the region."""
        pages = self._asked(lambda: list(self._ses.get_paginator("list_identities").paginate()))
        for page in pages:
            yield from page["Identities"]

    def identity_policies(self, identity: str) -> Iterator[FoundPolicy]:
        """The policies of an identity, by their names."""
        arn = self.identity_arn(identity)
        names = self._asked(lambda: self._ses.list_identity_policies(Identity=identity)["PolicyNames"])
        if not names and not self._has(identity):
            raise SourceError(self._name, f"no identity `{identity}` in the account and region that answer")
        for first in range(0, len(names), MOST_NAMES):
            some = names[first : first + MOST_NAMES]
            policies = self._asked(lambda: self._ses.get_identity_policies(Identity=identity, PolicyNames=some)["Policies"])  # noqa: B023 -- called at once
            for name in some:
                if name in policies:
                    yield found_text(policies[name], PolicyKind.RESOURCE, self._name, f"{arn}: {name}", (arn,))

    def _has(self, identity: str) -> bool:
        """Whether the identity is there; SES lists no policies of one that is not, and says no error."""
        known = self._asked(lambda: self._ses.get_identity_verification_attributes(Identities=[identity]))
        return identity in known["VerificationAttributes"]

    def identity_arn(self, identity: str) -> str:
        """The ARN of an identity of the account that answers."""
        partition, account = self._owner
        return f"arn:{partition}:ses:{self._ses.meta.region_name}:{account}:identity/{identity}"

    @cached_property
    def _owner(self) -> tuple[str, str]:
        """Partition and account."""
        arn: str = self._asked(lambda: self._client("sts").get_caller_identity()["Arn"])
        return arn.split(":")[1], arn.split(":")[4]

    @cached_property
    def _iam(self) -> Any:  # noqa: ANN401 -- boto3's
        from botocore.handlers import json_decode_policies  # noqa: PLC0415 -- with boto3

        client = self._client("iam")
        # Documents as they were put, not as dictionaries: with their places, and with their duplicate keys.
        client.meta.events.unregister("after-call.iam", json_decode_policies)
        return client

    @cached_property
    def _ses(self) -> Any:  # noqa: ANN401 -- boto3's
        return self._client("ses")

    def _client(self, service: str) -> Any:  # noqa: ANN401 -- boto3's
        from botocore.config import Config  # noqa: PLC0415 -- with boto3

        config = Config(retries={"mode": "adaptive"})  # SES takes one of these calls a second
        return self._asked(lambda: self._session.client(service, endpoint_url=self._given.endpoint_url, config=config))

    def _asked(self, ask: Callable[[], T]) -> T:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- with boto3

        try:
            return ask()
        except ClientError as error:
            code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            problem = f"{error.operation_name}: {code}: {said}".rstrip(": .")
            raise (SourceError if code == "NoSuchEntity" else AccountError)(self._name, problem) from None
        except BotoCoreError as error:
            raise AccountError(self._name, str(error).rstrip(".")) from None
