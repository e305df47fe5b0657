"""Questions answered from files alone: no account is known, so whatever it would tell of caller and resource is left open."""

from typing import Final

from gatepost.policy.decide import Policies
from gatepost.policy.principal import Principal
from gatepost.policy.question import (
    ANY_SESSION,
    GivenPolicies,
    Question,
    Supposition,
    Unasked,
    has_no_resource,
    resource_called,
    sends,
    stranger_context,
)
from gatepost.policy.request import Request
from gatepost.policy.values import account_of, arn_parts

DEFAULT_ACCOUNT: Final = "123456789012"
DEFAULT_REGION: Final = "us-east-1"
PARTITION: Final = "aws"


def partition_of(arn: str) -> str:
    """The partition of an ARN; `aws` for what is none."""
    parts = arn_parts(arn)
    return PARTITION if parts is None else parts[1]


def offline_principal(text: str, account: str = DEFAULT_ACCOUNT, partition: str = PARTITION) -> Principal:
    """The principal of `user/NAME`, `role/NAME`, `role/NAME/SESSION`, `root`, an ARN or a service; ValueError for another."""
    if arn_parts(text) is not None:
        principal = Principal.of(text)
        return (
            principal
            if principal.kind.value != "role"
            else _session(partition_of(text), principal.account or account, principal.name, principal.arn)
        )
    kind, _, rest = text.partition("/")
    if kind == "role" and rest:
        name, _, session = rest.partition("/")
        return _session(partition, account, name, None, session or ANY_SESSION)
    if (kind == "user" and rest) or text == "root":
        return Principal.of(f"arn:{partition}:iam::{account}:{text}")
    return Principal.of(text)


def _session(partition: str, account: str, role: str, role_arn: str | None, session: str = ANY_SESSION) -> Principal:
    return Principal.of(f"arn:{partition}:sts::{account}:assumed-role/{role}/{session}", role_arn=role_arn)


def ask_offline(
    principal: Principal,
    supposed: Supposition,
    resource: str | None,
    configuration_set: str | None,
    region: str,
    given: GivenPolicies,
) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions that a call would put to the policies given, and notes for people; Unasked as for any question."""
    account = principal.account or DEFAULT_ACCOUNT
    notes: list[str] = []
    if has_no_resource(supposed.action):
        resources = ["*"]
    elif resource is not None:
        resources = [resource_called(supposed.action, resource, account, region)]
    elif supposed.sender is not None and sends(supposed.action):
        domain = supposed.sender.rpartition("@")[2].lower()
        resources = [resource_called(supposed.action, domain, account, region)]
        notes.append(f"asked on the domain's identity, {domain}: which identities there are is not known from files")
    else:
        raise Unasked(f"expected what {supposed.action} is to be asked on: an ARN, an identity's name, or `*`")
    if configuration_set is not None and sends(supposed.action):
        resources.append(f"arn:aws:ses:{region}:{account}:configuration-set/{configuration_set}")
    return tuple(_question(principal, supposed, each, region, given) for each in resources), tuple(notes)


def _question(principal: Principal, supposed: Supposition, resource: str, region: str, given: GivenPolicies) -> Question:
    context, unknown = stranger_context(principal)
    account = account_of(resource) or principal.account
    parts = arn_parts(resource)
    request = Request.of_normalised(
        principal,
        supposed.action,
        resource,
        account,
        {
            **context,
            "aws:requestedregion": (parts[3] if parts else "") or region,
            **({} if account is None else {"aws:resourceaccount": account}),
            **supposed.known(),
        },
    )
    return Question(request, given.beside(Policies()), supposed.left_open(unknown))
