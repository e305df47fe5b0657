"""From a document to a `Policy`. What is unknown or doubtful is refused, with its place.

Source: IAM User Guide, "Grammar of the IAM JSON policy language"; facts about each kind stand beside the rule.
"""

import re
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, TypeVar

from gatepost.policy.errors import PolicyError, did_you_mean
from gatepost.policy.json_reader import Member, Node, Number, Source, decode, read_json
from gatepost.policy.model import (
    VERSION_2008,
    VERSION_2012,
    Condition,
    Effect,
    Place,
    Policy,
    PrincipalEntry,
    PrincipalType,
    Statement,
)
from gatepost.policy.operators import OPERATOR_NAMES, read_operator
from gatepost.policy.principal import ORIGIN_IDENTITY
from gatepost.policy.variables import is_open

POLICY_ELEMENTS: Final = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS: Final = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
VERSIONS: Final = (VERSION_2012, VERSION_2008)
PRINCIPAL_TYPES: Final = tuple(each.value for each in PrincipalType)
SID: Final = re.compile(r"[A-Za-z0-9]*")
AWS_PRINCIPAL: Final = re.compile(
    r"\d{12}|[A-Z0-9]{16,128}|arn:[a-z-]+:(?:iam|sts)::\d{12}:(?:root|[a-z-]+/.+)|" + ORIGIN_IDENTITY.pattern
)
ACTION: Final = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?_-]+")
REGISTRIES: Final = ("ecr:", "ecr-public:")  # ECR User Guide, "Private repository policies"
T = TypeVar("T")
DOCUMENT_CHARACTERS: Final = re.compile(r"[\t\n\r\x20-\xff]*")  # botocore's iam model, policyDocumentType


def is_about_a_repository(actions: Iterable[object]) -> bool:
    """Whether these values of `Action` are a container registry's alone: the policy of a repository has no `Resource`."""
    texts = tuple(actions)
    return bool(texts) and all(isinstance(each, str) and each.lower().startswith(REGISTRIES) for each in texts)


class PolicyKind(Enum):
    """What a policy is for, which decides the elements that it may have."""

    ANY = "policy"
    IDENTITY = "identity policy"
    RESOURCE = "resource policy"
    TRUST = "trust policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"


WITHOUT_PRINCIPAL: Final = (PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION, PolicyKind.SCP)
WITH_PRINCIPAL: Final = (PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP)
# Organizations User Guide, "SCP syntax" (the full language since 2025-09-19) and "RCP syntax".
PROHIBITED: Final = {
    **dict.fromkeys(WITHOUT_PRINCIPAL, ("Principal", "NotPrincipal")),
    PolicyKind.RCP: ("NotPrincipal", "NotAction"),
}


def read_policy(document: str | bytes, kind: PolicyKind = PolicyKind.ANY) -> Policy:
    """The policy that a JSON document says; PolicyError (path, line, column, what was expected) where it is none."""
    source = _source(document, kind)
    return _Reader(source, kind).policy(read_json(source))


def read_open_policy(document: str | bytes, kind: PolicyKind = PolicyKind.ANY) -> Policy:
    """As `read_policy`, of a template: what it leaves open (`variables.is_open`) may stand as an action, a principal, a resource."""
    source = _source(document, kind)
    return _OpenReader(source, kind).policy(read_json(source))


def _source(document: str | bytes, kind: PolicyKind) -> Source:
    text = decode(document)
    source = Source(text)
    if kind is not PolicyKind.ANY:
        valid = DOCUMENT_CHARACTERS.match(text)
        if valid is not None and valid.end() < len(text):
            raise source.error("character", "", f"the character `{text[valid.end()]}` may not stand in a policy", valid.end())
    return source


class _Reader:
    def __init__(self, source: Source, kind: PolicyKind) -> None:
        self._source = source
        self._kind = kind

    def _error(self, code: str, path: str, problem: str, node: Node | int) -> PolicyError:
        return self._source.error(code, path, problem, node if isinstance(node, int) else node.start)

    def policy(self, node: Node) -> Policy:
        members = self._object(node, "", "a policy: an object with `Version` and `Statement`")
        self._only_known(members, POLICY_ELEMENTS, "")
        version = self._version(node, members.get("Version"))
        identifier = members.get("Id")
        return Policy(
            self._statements(node, members.get("Statement")),
            version,
            None if identifier is None else self._text(identifier.node, "Id"),
            self._source.text,
        )

    def _version(self, whole: Node, member: Member | None) -> str:
        if self._kind is PolicyKind.RCP and (member is None or member.node.value != VERSION_2012):
            # The guide asks for it; the service has been seen to take the older one, in which a Deny's `${…}` would be mere text.
            at = whole if member is None else member.node
            raise self._error("version", "Version", f"a resource control policy is of `{VERSION_2012}`", at)
        if member is None:
            return VERSION_2008
        if member.node.value not in VERSIONS:
            raise self._error("version", "Version", f"expected `{VERSION_2012}` or `{VERSION_2008}`", member.node)
        return str(member.node.value)

    def _statements(self, whole: Node, member: Member | None) -> tuple[Statement, ...]:
        if member is None:
            raise self._error("missing-element", "", "the element `Statement` is missing", whole)
        node = member.node
        nodes = node.value if isinstance(node.value, tuple) else (node,)
        if not nodes:
            raise self._error("missing-element", "Statement", "expected at least one statement", node)
        statements = tuple(self._statement(each, f"statement {number}") for number, each in enumerate(nodes, 1))
        if self._kind in WITHOUT_PRINCIPAL or self._kind is PolicyKind.TRUST:
            self._sids_differ(nodes, statements)
        return statements

    def _sids_differ(self, nodes: tuple[Node, ...], statements: tuple[Statement, ...]) -> None:
        seen = set()
        for number, (node, statement) in enumerate(zip(nodes, statements, strict=True), 1):
            if statement.sid in seen:
                raise self._error("sid-twice", f"statement {number}, Sid", f"`{statement.sid}` stands a second time", node)
            if statement.sid:
                seen.add(statement.sid)

    def _statement(self, node: Node, path: str) -> Statement:
        members = self._object(node, path, "a statement: an object with `Effect`, `Action` and `Resource`")
        self._only_known(members, STATEMENT_ELEMENTS, path)
        for element in ("Principal", "Action", "Resource"):
            if element in members and f"Not{element}" in members:
                problem = f"`{element}` and `Not{element}` exclude each other"
                raise self._error("both-elements", path, problem, members[f"Not{element}"].key_start)
        if "Effect" not in members:
            raise self._error("missing-element", path, "the element `Effect` is missing", node)
        self._elements_of_kind(node, members, path)
        sid = members.get("Sid")
        return Statement(
            effect=self._effect(members["Effect"].node, path),
            sid=None if sid is None else self._sid(sid.node, path),
            principals=self._if_there(members, "Principal", path, self._principals),
            not_principals=self._if_there(members, "NotPrincipal", path, self._principals),
            actions=self._if_there(members, "Action", path, self._actions),
            not_actions=self._if_there(members, "NotAction", path, self._actions),
            resources=self._if_there(members, "Resource", path, self._resources),
            not_resources=self._if_there(members, "NotResource", path, self._resources),
            conditions=self._if_there(members, "Condition", path, self._conditions) or (),
            start=Place(*self._source.place(node.start)),
            end=Place(*self._source.place(node.end)),
        )

    def _elements_of_kind(self, node: Node, members: dict[str, Member], path: str) -> None:
        if not ("Action" in members or "NotAction" in members):
            raise self._error("missing-action", path, "the element `Action` (or `NotAction`) is missing", node)
        kind = self._kind
        for element in PROHIBITED.get(kind, ()):
            if element in members:
                problem = f"{article(kind.value)} takes no `{element}`"
                raise self._error(f"prohibited-{element.lower()}", path, problem, members[element].key_start)
        if kind in WITH_PRINCIPAL and not ("Principal" in members or "NotPrincipal" in members):
            raise self._error("missing-principal", path, "the element `Principal` is missing", node)
        names_resource = "Resource" in members or "NotResource" in members
        if kind is PolicyKind.TRUST and names_resource:
            element = "Resource" if "Resource" in members else "NotResource"
            problem = f"a trust policy takes no `{element}`: it is about its role"
            raise self._error(f"prohibited-{element.lower()}", path, problem, members[element].key_start)
        has_principal = "Principal" in members or "NotPrincipal" in members
        needed = kind is not PolicyKind.TRUST and not (kind is PolicyKind.ANY and has_principal)
        if kind is PolicyKind.RESOURCE and "Action" in members:
            needed = not is_about_a_repository(each.value for each in _entries(members["Action"].node))
        if needed and not names_resource:
            raise self._error("missing-resource", path, "the element `Resource` (or `NotResource`) is missing", node)

    def _if_there(self, members: dict[str, Member], element: str, path: str, read: Callable[[Node, str], T]) -> T | None:
        return read(members[element].node, f"{path}, {element}") if element in members else None

    def _effect(self, node: Node, path: str) -> Effect:
        for effect in Effect:
            if node.value == effect.value:
                if self._kind is PolicyKind.RCP and effect is Effect.ALLOW:
                    problem = "a resource control policy only denies; `Allow` is for AWS's own RCPFullAWSAccess"
                    raise self._error("effect", f"{path}, Effect", problem, node)
                return effect
        near = did_you_mean(node.value, ("Allow", "Deny")) if isinstance(node.value, str) else ""
        raise self._error("effect", f"{path}, Effect", f"expected `Allow` or `Deny`{near}", node)

    def _sid(self, node: Node, path: str) -> str:
        sid = self._text(node, f"{path}, Sid")
        if self._kind in WITHOUT_PRINCIPAL and not SID.fullmatch(sid):
            raise self._error("sid", f"{path}, Sid", f"`{sid}`: expected letters and digits only", node)
        return sid

    # --- principals -----------------------------------------------------------------------------------------------------

    def _principals(self, node: Node, path: str) -> tuple[PrincipalEntry, ...]:
        if node.value == "*":
            return (PrincipalEntry(PrincipalType.AWS, "*"),)
        members = self._object(node, path, "`*` or an object such as {`AWS`: …}")
        self._only_known(members, PRINCIPAL_TYPES, path)
        entries = []
        for name, member in members.items():
            for value in self._texts(member.node, f"{path}, {name}"):
                entries.append(PrincipalEntry(PrincipalType(name), value))
                self._principal_value(value, name, path, member.node)
        if not entries:
            raise self._error("missing-principal", path, "expected at least one principal", node)
        return tuple(entries)

    def _principal_value(self, value: str, name: str, path: str, node: Node) -> None:
        if self._kind not in WITH_PRINCIPAL or self._may_stand(value):
            return
        if self._kind is PolicyKind.RCP and (value != "*" or name != "AWS"):
            raise self._error("principal", path, "a resource control policy names `*` alone", node)
        wrong = "*" in value or "?" in value if value != "*" else name not in ("AWS", "Service")
        if wrong or (name == "AWS" and value != "*" and not AWS_PRINCIPAL.fullmatch(value)):
            expected = "expected `*`, an account ID, or the ARN of a user, role or session, without wildcards"
            raise self._error("principal", path, f"`{value}` is no principal: {expected}", node)

    # --- actions and resources ------------------------------------------------------------------------------------------

    def _actions(self, node: Node, path: str) -> tuple[str, ...]:
        actions = self._texts(node, path)
        if not actions:
            raise self._error("missing-action", path, "expected at least one action", node)
        for action in actions:
            if not ACTION.fullmatch(action) and not self._may_stand(action):
                code = "action-vendor" if ":" not in action else "action"
                problem = f"`{action}` is no action: expected `*` or a service and a name such as `ses:SendEmail`"
                raise self._error(code, path, problem, node)
            if action == "*" and self._kind is PolicyKind.RCP:
                raise self._error("action-vendor", path, "a resource control policy names a service, such as `ses:*`", node)
        return actions

    def _resources(self, node: Node, path: str) -> tuple[str, ...]:
        resources = self._texts(node, path)
        if not resources:
            raise self._error("missing-resource", path, "expected at least one resource", node)
        for resource in resources:
            if (
                resource != "*"
                and not resource.startswith(("arn:", "*"))
                and self._kind is not PolicyKind.ANY
                and not self._may_stand(resource)
            ):
                raise self._error("resource", path, f"`{resource}` is no resource: expected an ARN or `*`", node)
        return resources

    # --- conditions -----------------------------------------------------------------------------------------------------

    def _conditions(self, node: Node, path: str) -> tuple[Condition, ...]:
        conditions = []
        for name, member in self._object(node, path, "an object of condition operators").items():
            operator = read_operator(name)
            if operator is None:
                near = did_you_mean(name.rpartition(":")[2], OPERATOR_NAMES)
                raise self._error("operator", path, f"unknown operator `{name}`{near}", member.key_start)
            keys = self._object(member.node, f"{path}, {name}", "an object of condition keys")
            for key, value in keys.items():
                if not key.strip():
                    raise self._error("condition-key", f"{path}, {name}", "expected a condition key", value.key_start)
                values = self._values(value.node, f"{path}, {name}, {key}")
                conditions.append(Condition(operator, key, values, Place(*self._source.place(value.key_start))))
        return tuple(conditions)

    def _values(self, node: Node, path: str) -> tuple[str, ...]:
        nodes = node.value if isinstance(node.value, tuple) else (node,)
        return tuple(self._value(each, path) for each in nodes)

    def _value(self, node: Node, path: str) -> str:
        match node.value:
            case str():
                return node.value
            case bool():
                return "true" if node.value else "false"
            case Number():
                return node.value.text
        raise self._error("condition-value", path, "expected a string, a number or a boolean, or a list of them", node)

    # --- parts ----------------------------------------------------------------------------------------------------------

    def _may_stand(self, _text: str) -> bool:
        """Whether a text that is no action, principal or resource may stand for one."""
        return False

    def _object(self, node: Node, path: str, expected: str) -> dict[str, Member]:
        if not isinstance(node.value, dict):
            raise self._error("type", path, f"expected {expected}", node)
        return node.value

    def _only_known(self, members: dict[str, Member], known: tuple[str, ...], path: str) -> None:
        for name, member in members.items():
            if name not in known:
                problem = f"unknown element `{name}`{did_you_mean(name, known)}"
                raise self._error("unknown-element", path, problem, member.key_start)

    def _text(self, node: Node, path: str) -> str:
        if not isinstance(node.value, str):
            raise self._error("type", path, "expected a string", node)
        return node.value

    def _texts(self, node: Node, path: str) -> tuple[str, ...]:
        texts = []
        for each in _entries(node):
            if not isinstance(each.value, str):
                raise self._error("type", path, "expected a string or a list of strings", each)
            texts.append(each.value)
        return tuple(texts)


def _entries(node: Node) -> tuple[Node, ...]:
    return node.value if isinstance(node.value, tuple) else (node,)


class _OpenReader(_Reader):
    def _may_stand(self, text: str) -> bool:
        return is_open(text)


def article(noun: str) -> str:
    """A noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
