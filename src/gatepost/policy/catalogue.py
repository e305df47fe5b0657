"""What AWS's services know: actions with their access level, resource types and condition keys, and the arity of each key.

The data is `catalogue.json` beside this file, made by `tools/make_catalogue.py` from the service authorization reference; it is
read at the first question. Of services that Gatepost does not serve `actions.json` has the names of the actions, read when one is
asked about. Whether a key is multi-valued decides how every condition on it is read, so it is data and not a guess.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any, Final

# Source: IAM User Guide, "AWS global condition context keys"; the SES Developer Guide for `ses:ConfigurationSetOptions`.
MULTIVALUED: Final = frozenset(
    (
        "aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:resourceorgpaths",
        "aws:sourceorgpaths", "aws:tagkeys", "aws:vpceorgpaths", "ses:configurationsetoptions", "ses:recipients",
        "ses:replicaregion",
    )
)  # fmt: skip
SINGLE_VALUED: Final = {
    "aws:CurrentTime": "Date", "aws:EpochTime": "Date", "aws:FederatedProvider": "String",
    "aws:MultiFactorAuthAge": "Numeric", "aws:MultiFactorAuthPresent": "Bool", "aws:PrincipalAccount": "String",
    "aws:PrincipalArn": "ARN", "aws:PrincipalIsAWSService": "Bool", "aws:PrincipalOrgID": "String",
    "aws:PrincipalServiceName": "String", "aws:PrincipalTag/${TagKey}": "String", "aws:PrincipalType": "String",
    "aws:RequestTag/${TagKey}": "String", "aws:RequestedRegion": "String", "aws:ResourceAccount": "String",
    "aws:ResourceOrgID": "String", "aws:ResourceTag/${TagKey}": "String", "aws:SecureTransport": "Bool",
    "aws:SourceAccount": "String", "aws:SourceArn": "ARN", "aws:SourceIdentity": "String", "aws:SourceIp": "IPAddress",
    "aws:SourceOrgID": "String", "aws:SourceVpc": "String", "aws:SourceVpce": "String", "aws:TokenIssueTime": "Date",
    "aws:UserAgent": "String", "aws:ViaAWSService": "Bool", "aws:VpcSourceIp": "IPAddress", "aws:referer": "String",
    "aws:userid": "String", "aws:username": "String",
}  # fmt: skip
TAG_KEY: Final = "${TagKey}"
# EventBridge's guide compares these as sets, AWS's own policies as one value: both are right. Amazon EventBridge User Guide, "Using
# IAM policy conditions"; the managed policies `AWSAuditManagerServiceRolePolicy`, `AmazonEKSConnectorServiceRolePolicy`.
OF_EITHER_ARITY: Final = frozenset(("events:detail-type", "events:eventbusarn", "events:source", "events:targetarn"))
# The reference lists no resource type of these calls, and IAM asks about all of a kind under a path: `…:user/`, `…:role/team/`.
LISTED: Final = {
    "ListGroups": "group", "ListInstanceProfiles": "instance-profile", "ListPolicies": "policy", "ListRoles": "role",
    "ListServerCertificates": "server-certificate", "ListUsers": "user", "ListVirtualMFADevices": "mfa",
}  # fmt: skip


class AccessLevel(Enum):
    """How much an action can do."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    PERMISSIONS_MANAGEMENT = "Permissions management"
    TAGGING = "Tagging"


@dataclass(frozen=True, slots=True)
class Action:
    """One action; `resource_types` maps each type to whether a request must name one. Without any, `Resource` must be `*`."""

    service: str
    name: str
    access_level: AccessLevel
    resource_types: Mapping[str, bool]
    condition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """One condition key: its name as AWS writes it, its type (`String`, `ARN`, `Bool`, `Date`, …), its arity."""

    name: str
    type: str
    multivalued: bool


@cache
def _data() -> Any:  # noqa: ANN401 -- the file's own form, told in `tools/make_catalogue.py`
    return json.loads(files("gatepost.policy").joinpath("catalogue.json").read_text("utf-8"))


@cache
def _multivalued() -> frozenset[str]:
    return MULTIVALUED.union(_data()["multivalued"]) - OF_EITHER_ARITY


@cache
def _actions(service: str) -> Mapping[str, Action]:
    """Lower-case name → action."""
    known = _data()["services"].get(service, {"actions": {}})["actions"]
    return {
        name.lower(): Action(service, name, AccessLevel(level), types or _listed(service, name), tuple(keys))
        for name, (level, types, keys) in known.items()
    }


def _listed(service: str, name: str) -> Mapping[str, bool]:
    kind = LISTED.get(name) if service == "iam" else None
    return {} if kind is None else {kind: False}


@cache
def _keys() -> Mapping[str, ConditionKey]:
    """Lower-case name (a tag key's ends in `/${tagkey}`) → key."""
    types = dict(SINGLE_VALUED)
    for service in _data()["services"].values():
        types |= service["keys"]
    found = {name.lower(): ConditionKey(name, kind, is_multivalued(name.lower())) for name, kind in types.items()}
    for name in MULTIVALUED:
        found.setdefault(name, ConditionKey(name, "ArrayOfString", multivalued=True))
    return found


def services() -> tuple[str, ...]:
    """The services known in full, by the prefix of their actions."""
    return tuple(_data()["services"])


def is_service(prefix: str) -> bool:
    """Whether AWS has a service whose actions have this prefix."""
    return prefix.lower() in _prefixes()


@cache
def prefixes() -> tuple[str, ...]:
    """The prefixes of the actions of all services of AWS."""
    return tuple(_data()["prefixes"])


@cache
def _prefixes() -> frozenset[str]:
    return frozenset(_data()["prefixes"])


def action(name: str) -> Action | None:
    """The action `ses:SendEmail`, written in any case; None where the catalogue has none."""
    service, _, rest = name.lower().partition(":")
    return _actions(service).get(rest)


@cache
def action_names(service: str) -> tuple[str, ...]:
    """The names of the actions of any service of AWS (its prefix in lower case); none of a service that there is not."""
    known = actions(service)
    return tuple(each.name for each in known) if known else tuple(_names().get(service, "").split())


@cache
def _names() -> Mapping[str, str]:
    names: Mapping[str, str] = json.loads(files("gatepost.policy").joinpath("actions.json").read_text("utf-8"))
    return names


def actions(service: str) -> tuple[Action, ...]:
    """Every action of a service known in full."""
    return tuple(_actions(service).values())


def resource_arn(service: str, resource_type: str) -> str:
    """The form of a resource type's ARN, with `${…}` for its parts; KeyError where there is none."""
    form: str = _data()["services"][service]["resources"][resource_type]
    return form


def resource_forms(service: str) -> tuple[str, ...]:
    """The forms of the ARNs of a service's resource types; KeyError where the service is not known in full."""
    return tuple(_data()["services"][service]["resources"].values())


def condition_key(name: str) -> ConditionKey | None:
    """The key `ses:Recipients`, `aws:RequestTag/team`, … written in any case; None where the catalogue has none."""
    lower = name.lower()
    return _keys().get(lower) or _keys().get(f"{lower.partition('/')[0]}/{TAG_KEY.lower()}")


@cache
def spelled(name: str) -> str:
    """A key (lower case) as AWS writes it; the tag's own part, and a key that the catalogue does not know, stay as they are."""
    known = condition_key(name)
    if known is None:
        return name
    return known.name.replace(TAG_KEY, name.partition("/")[2])


def is_multivalued(key: str) -> bool:
    """Whether a key (lower case) takes several values."""
    return key in _multivalued()


def is_single_valued(key: str) -> bool:
    """Whether a key (lower case) is known to take one value; an unknown key is neither, nor one that is compared in both ways."""
    known = condition_key(key)
    return known is not None and not known.multivalued and key not in OF_EITHER_ARITY


def key_names() -> tuple[str, ...]:
    """Every condition key as AWS writes it; a tag key's ends in `/${TagKey}`."""
    return tuple(key.name for key in _keys().values())
