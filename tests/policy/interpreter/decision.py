"""A naive interpreter of decision cases: the rules of IAM, read from the documentation, one after another, without any hurry.

It shares nothing with `gatepost.policy` but the catalogue's data, was written without a look at it, and is held against `decide`
over random cases. A case is plain JSON (the reference, "Decision cases"); it is walked anew at each question.
Source: IAM User Guide, the pages named beside the rules.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from policy.interpreter.condition import Answer, condition_holds
from policy.interpreter.text import Json, as_list, fill_resource, glob, pattern


@dataclass(frozen=True)
class Caller:
    """Who asks. `role` is the name of a session's role."""

    kind: str  # user, root, role, session, federated, service, anonymous
    text: str
    account: str | None = None
    role: str | None = None


def read_caller(text: str) -> Caller:
    if text == "*":
        return Caller("anonymous", text)
    if not text.startswith("arn:"):
        return Caller("service", text)
    _, _, service, _, account, rest = text.split(":", 5)
    kind, _, name = rest.partition("/")
    match service, kind:
        case "iam", "user" | "role" | "root":
            return Caller(kind, text, account)
        case "sts", "assumed-role":
            return Caller("session", text, account, name.split("/")[0])
        case "sts", "federated-user":
            return Caller("federated", text, account)
    raise ValueError(text)


# --- Principals (AWS JSON policy elements: Principal; NotPrincipal) -----------------------------------------------------


def named(element: Json, caller: Caller) -> set[str]:
    """In which ways a Principal element's entries name a caller: `star`, `direct`, `role`, `account`."""
    if element == "*":
        return {"star"}
    ways = set()
    for kind, entries in element.items():
        for entry in as_list(entries):
            if kind == "AWS":
                ways |= named_by_aws(entry, caller)
            if kind == "Service" and caller.kind == "service" and entry == caller.text:
                ways.add("direct")
    return ways


def named_by_aws(entry: str, caller: Caller) -> set[str]:
    if entry == "*":  # the same as the bare `*`
        return {"star"}
    if caller.account is None:
        return set()  # services and the anonymous belong to no account
    ways = set()
    if entry in (caller.account, f"arn:aws:iam::{caller.account}:root"):
        ways.add("account")
    if entry == caller.text and caller.kind in ("user", "session", "federated"):
        ways.add("direct")
    if entry == caller.text and caller.kind == "role":
        ways.add("role")
    if caller.kind == "session" and entry.startswith(f"arn:aws:iam::{caller.account}:role/"):
        # A session's ARN has its role's name and not the role's path.
        ways |= {"role"} if entry.rpartition("/")[2] == caller.role else set()
    return ways


def not_named_by_all(element: Json, caller: Caller) -> bool:
    """Whether a Deny with NotPrincipal hits a caller: it is spared only where the list has it, its role and its account.

    Source: IAM User Guide, NotPrincipal: "you must also specify the account ARN of the not-denied principal".
    """
    ways = named(element, caller)
    if "star" in ways:
        return False
    wanted = {
        "user": {"direct", "account"},
        "federated": {"direct", "account"},
        "session": {"direct", "role", "account"},
        "role": {"role", "account"},
        "root": {"account"},
        "service": {"direct"},
        "anonymous": {"star"},
    }[caller.kind]
    return not wanted <= ways


# --- Statements ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """What is asked of each statement."""

    caller: Caller
    action: str
    resource: str
    context: Mapping[str, Json]
    bounded: bool  # whether the caller has a permissions boundary


def ways_matched(statement: Json, version: str, question: Question) -> set[str]:
    """In which ways a statement matches; empty where it does not. `own` where the statement has no Principal."""
    deny = statement["Effect"] == "Deny"
    ways = ways_of_principal(statement, question, deny=deny)
    if not ways or not action_matches(statement, question.action) or not resource_matches(statement, version, question):
        return set()
    holds: Answer = condition_holds(statement.get("Condition", {}), question.context, version)
    applies = holds is not False if deny else holds is True
    return ways if applies else set()


def ways_of_principal(statement: Json, question: Question, *, deny: bool) -> set[str]:
    if "Principal" in statement:
        return named(statement["Principal"], question.caller)
    if "NotPrincipal" not in statement:
        return {"own"}
    listed = statement["NotPrincipal"]
    if deny:
        # A Deny with NotPrincipal always hits a principal that has a permissions boundary.
        return {"others"} if question.bounded or not_named_by_all(listed, question.caller) else set()
    # "allows all principals except the one named", so that it is a `*` for the others; who is named in any way is left out.
    return set() if named(listed, question.caller) else {"star"}


def action_matches(statement: Json, action: str) -> bool:
    """Case-insensitive in both parts; `*` and `?` in the name."""
    element = "Action" if "Action" in statement else "NotAction"
    found = any(glob(pattern(entry.lower()), action.lower()) for entry in as_list(statement[element]))
    return found if element == "Action" else not found


def resource_matches(statement: Json, version: str, question: Question) -> bool:
    """Case-sensitive; `*` runs over `/` and `:`; an entry with a variable that has no value matches nothing, excludes nothing."""
    if "Resource" not in statement and "NotResource" not in statement:
        return True  # a trust policy speaks of the role that it stands on
    element = "Resource" if "Resource" in statement else "NotResource"
    found = False
    for entry in as_list(statement[element]):
        signs = fill_resource(entry, question.context, version)
        if signs is not None and glob(signs, question.resource):
            found = True
    return found if element == "Resource" else not found


def ways_of(policies: list[Json], effect: str, question: Question) -> set[str]:
    """In which ways any statement of this effect matches."""
    found: set[str] = set()
    for given in policies:
        policy = json.loads(given) if isinstance(given, str) else given
        version = policy.get("Version", "2008-10-17")
        for statement in as_list(policy["Statement"]):
            if statement["Effect"] == effect:
                found |= ways_matched(statement, version, question)
    return found


# --- The decision (Policy evaluation logic; Permissions boundaries) -----------------------------------------------------


def interpret(case: Json) -> str:
    """`allowed`, `explicitDeny` or `implicitDeny`."""
    asked = case["request"]
    caller = read_caller(asked["principal"])
    identity = case.get("identity_policies") or []
    resource = case.get("resource_policies") or []
    boundary = case.get("boundary")
    session = case.get("session_policies") or []  # none given: there is no session policy
    scps = case.get("scps")
    rcps = case.get("rcps") or []
    question = Question(caller, asked["action"], asked["resource"], asked.get("context") or {}, bounded=boundary is not None)

    # Rule 1: SCPs bind the caller's account, its root user too; not services, not the anonymous. (Nor a management account nor
    # service-linked roles, of which a case cannot tell for certain that they are: they are bound.)
    if caller.kind in ("service", "anonymous"):
        scps = None
    # Rule 2: the root user has no policies of its own in AWS (but a session of it may); whatever is given counts all the same, as
    # the safer reading.

    # Rule 3: a Deny that matches anywhere wins.
    everything = [*identity, *resource, *([] if boundary is None else [boundary]), *session]
    everything += [policy for level in [*(scps or []), *rcps] for policy in level]
    if ways_of(everything, "Deny", question):
        return "explicitDeny"

    # Rule 4: every SCP level must allow. RCPFullAWSAccess stands at every RCP level, so an RCP can only deny.
    if scps is not None and not all(ways_of(level, "Allow", question) for level in scps):
        return "implicitDeny"

    # A statement of a resource policy must have a Principal; an Allow without one grants nobody anything.
    granted = ways_of(resource, "Allow", question) - {"own"}
    # Rule 5: a service is admitted by the resource alone, the anonymous by its `*` alone.
    if caller.kind == "service":
        return verdict(allowed=bool(granted & {"direct", "star"}))
    if caller.kind == "anonymous":
        return verdict(allowed="star" in granted)

    root = caller.kind == "root"
    identity_allows = root or bool(ways_of(identity, "Allow", question))
    boundary_allows = boundary is None or bool(ways_of([boundary], "Allow", question))
    # Rule 6: without a session policy a federated user has nothing from its identity's side.
    session_allows = bool(ways_of(session, "Allow", question)) if session else caller.kind != "federated"

    # Rule 7: across accounts both sides must allow, and nothing bypasses anything.
    if resource_account(asked, caller) != caller.account:
        return verdict(allowed=identity_allows and boundary_allows and session_allows and bool(granted))

    # Rule 8: in the same account a grant to the very user, session or federated user, or to everyone, suffices.
    if granted & {"direct", "star"}:
        return "allowed"
    # Rule 9: else the identity's side must allow, or the resource must name the session's role; boundary and session policy limit
    # both. A trust policy must name the caller or its account even so.
    if must_be_named(asked):
        identity_allows = identity_allows and bool(granted)
    base = identity_allows or "role" in granted
    return verdict(allowed=base and boundary_allows and session_allows)


def must_be_named(asked: Json) -> bool:
    """Role trust policies and KMS key policies "must explicitly allow access" (IAM User Guide, Policy evaluation logic).

    What a role's trust policy is asked for: to assume the role, to tag the session, to set its source identity.
    """
    of_trust = asked["action"].lower().startswith(("sts:assumerole", "sts:tagsession", "sts:setsourceidentity"))
    trust = of_trust and ":role/" in asked["resource"]
    key = asked["resource"].startswith("arn:aws:kms:") and ":key/" in asked["resource"]
    return trust or key


def resource_account(asked: Json, caller: Caller) -> str | None:
    """As given; else the account in the resource's ARN; else the caller's."""
    parts = asked["resource"].split(":", 5)
    in_arn = parts[4] if len(parts) == 6 else ""
    given: str | None = asked.get("resource_account")
    return given or in_arn or caller.account


def verdict(*, allowed: bool) -> str:
    return "allowed" if allowed else "implicitDeny"
