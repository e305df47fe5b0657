"""Who asks: the principal of a request, as its ARN says it."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gatepost.policy.values import arn_parts

ACCOUNT_DIGITS = 12
# CloudFront reads a bucket under this name; it belongs to no account. CloudFront Developer Guide, "Use an origin access identity".
ORIGIN_IDENTITY: Final = re.compile(r"arn:[a-z-]+:iam::cloudfront:user/CloudFront Origin Access Identity [A-Z0-9]+")


class PrincipalKind(Enum):
    """The kinds of caller that IAM tells apart."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    ASSUMED_ROLE = "assumed-role"
    FEDERATED_USER = "federated-user"
    FEDERATED = "federated"  # whom an identity provider vouches for, before a role is assumed
    SERVICE = "service"
    ANONYMOUS = "anonymous"


UNBOUND_BY_SCPS = (PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS, PrincipalKind.FEDERATED)


@dataclass(frozen=True, slots=True)
class Principal:
    """A principal.

    `unique_id` is AWS's ID of the user, or `AROA…:session` of a role session; `user_arn` is the IAM user (or the root user) behind
    a federated session, where it is known, and `user_id` that user's unique ID. One whom an identity provider vouches for has that
    provider's ARN and no account.
    """

    arn: str
    kind: PrincipalKind
    account: str | None = None
    name: str = ""
    role_name: str | None = None
    unique_id: str | None = None
    role_arn: str | None = None
    user_arn: str | None = None
    user_id: str | None = None

    @classmethod
    def of(
        cls,
        arn: str,
        *,
        unique_id: str | None = None,
        role_arn: str | None = None,
        user_arn: str | None = None,
        user_id: str | None = None,
    ) -> "Principal":
        """The principal of an ARN, an account ID, a service name (`ses.amazonaws.com`) or `*`; ValueError for anything else.

        `role_arn` gives an assumed role's path, which its session's ARN leaves out.
        """
        if arn == "*":
            return cls(arn, PrincipalKind.ANONYMOUS)
        if is_account(arn):
            return cls(f"arn:aws:iam::{arn}:root", PrincipalKind.ROOT, arn, "root", unique_id=unique_id)
        parts = arn_parts(arn)
        if parts is None:
            if "." in arn and ":" not in arn and "/" not in arn:
                return cls(arn, PrincipalKind.SERVICE, name=arn)
            raise ValueError(f"`{arn}` is no principal: expected an ARN, an account ID, a service or `*`")
        service, account, resource = parts[2], parts[4], parts[5]
        if not is_account(account):
            raise ValueError(f"`{arn}` is no principal: its account is not twelve digits")
        if service == "iam" and resource == "root":
            return cls(arn, PrincipalKind.ROOT, account, "root", unique_id=unique_id)
        kind, slash, rest = resource.partition("/")
        name = rest.rpartition("/")[2]
        match service, kind:
            case "iam", "user" if name:
                return cls(arn, PrincipalKind.USER, account, name, unique_id=unique_id)
            case "iam", "oidc-provider" | "saml-provider" if rest:  # an issuer's URL may end in a slash
                return cls(arn, PrincipalKind.FEDERATED, name=rest)
            case "iam", "role" if name:
                return cls(arn, PrincipalKind.ROLE, account, name, name, unique_id, arn)
            case "sts", "assumed-role" if slash and rest.count("/") == 1:
                role, _, session = rest.partition("/")
                of_role = role_arn or f"arn:{parts[1]}:iam::{account}:role/{role}"
                return cls(arn, PrincipalKind.ASSUMED_ROLE, account, session, role, unique_id, of_role)
            case "sts", "federated-user" if rest:
                return cls(
                    arn, PrincipalKind.FEDERATED_USER, account, rest, unique_id=unique_id, user_arn=user_arn, user_id=user_id
                )
        raise ValueError(f"`{arn}` is no principal: expected a user, role, session, federated user or root")

    @property
    def bound_by_scps(self) -> bool:
        """Whether service control policies bind it: neither services, nor whoever has no account."""
        return self.kind not in UNBOUND_BY_SCPS

    @property
    def of_root(self) -> bool:
        """Whether it is an account's root user, or a federated session that the root user made."""
        return self.kind is PrincipalKind.ROOT or (self.user_arn is not None and self.user_arn.endswith(":root"))


def is_account(text: str) -> bool:
    """Whether a text is an account ID: twelve digits."""
    return len(text) == ACCOUNT_DIGITS and text.isascii() and text.isdigit()
