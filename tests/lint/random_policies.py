"""Random policies for the claims of lint, of several services: mail, users and roles, tags, organizations; and requests about them.

A request is one that can be: on a resource of a type that its action has, with the keys that the reference lists for the action and
keys of every request, and with those that its action always carries.
"""

import json
from random import Random
from typing import Any

from gatepost.lint.arns import read_arn
from gatepost.lint.document import Document
from gatepost.lint.reach import names_principals
from gatepost.lint.sending import always_carries
from gatepost.policy.catalogue import action, actions, is_multivalued, resource_arn
from gatepost.policy.match import covers_action
from gatepost.policy.principal import Principal
from gatepost.policy.read import PolicyKind
from gatepost.policy.request import Request

Json = Any  # policy documents
ACCOUNT = "111122223333"
USER, ROLE = Principal.of(f"arn:aws:iam::{ACCOUNT}:user/alice"), Principal.of(f"arn:aws:iam::{ACCOUNT}:role/Mailer")
SERVICE = Principal.of("ses.amazonaws.com")
DOMAIN = f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/example.com"
ACTIONS = (
    "ses:SendEmail", "ses:SendRawEmail", "ses:SendBulkEmail", "ses:SendBounce", "ses:Send*", "ses:*", "ses:GetSendQuota", "ses:List*",
    "ses:DeleteIdentity", "ses:DeleteEmailIdentity", "ses:CreateEmailIdentity", "iam:ListUsers", "iam:ListRoles", "iam:ListPolicies",
    "iam:GetUser", "iam:PassRole", "iam:CreateServiceLinkedRole", "iam:GetAccountSummary", "iam:*", "organizations:ListAccounts",
    "organizations:DescribeAccount", "*",
)  # fmt: skip
RESOURCES = (
    "*", "*", DOMAIN, DOMAIN.replace("example.com", "*"), f"arn:aws:ses:us-east-1:{ACCOUNT}:configuration-set/news",
    f"arn:aws:ses::{ACCOUNT}:identity/example.com", f"arn:aws:iam::{ACCOUNT}:user/*", f"arn:aws:iam::{ACCOUNT}:role/Mailer",
    f"arn:aws:iam:us-east-1:{ACCOUNT}:role/*", "arn:aws:iam::*:role/*", "arn:aws:organizations::*:", "arn:aws:*", "arn:aws:SES:*:*:*",
    "arn:aws:organizations::*:account/o-*/*", f"arn:aws:ses:us-east-1:{ACCOUNT}:identities/x", "arn:aws:*:*:*:*",
)  # fmt: skip
TEXTS = (
    "StringEquals",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
)
ADDRESSES = (
    "news@example.com", "News@example.com", "*@example.com", "*", "**", "", "marketing+.*@example.com", ".*@example\\.com",
    "${aws:username}@example.com", "ceo@*", "?*@example.com",
)  # fmt: skip
KEYS: dict[str, tuple[tuple[str, ...], tuple[Json, ...]]] = {
    "ses:FromAddress": (TEXTS, ADDRESSES),
    "ses:Recipients": (TEXTS, ADDRESSES),
    "ses:FromDisplayName": (TEXTS, ("", "*", "Our News")),
    "aws:ResourceTag/team": (TEXTS, ("mail", "*", "", "?*")),
    "aws:PrincipalArn": (("ArnLike", "ArnNotLike", "StringLike", "ArnEquals"), ("*", "arn:aws:iam::*:user/*", USER.arn)),
    "aws:UserAgent": (("StringLike", "ArnLike", "ArnNotEquals"), ("*", "x/*")),
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ("203.0.113.0/24", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1")),
    "aws:SecureTransport": (("Bool",), ("true", "false")),
    "aws:CurrentTime": (
        ("DateGreaterThan", "DateLessThan", "DateLessThanEquals"),
        ("2023-01-01T00:00:00Z", "2026-12-01T00:00:00Z", "2099-01-01T00:00:00Z"),
    ),
    "aws:MultiFactorAuthAge": (("NumericLessThan", "NumericGreaterThan"), ("60", "3600")),
    "aws:MultiFactorAuthPresent": (("Bool",), ("true", "false")),
    "iam:PassedToService": (TEXTS, ("ec2.amazonaws.com", "*", "*.amazonaws.com")),
    "iam:AWSServiceName": (TEXTS, ("ses.amazonaws.com", "*", "*.amazonaws.com")),
}  # fmt: skip
PREFIXES = ("", "", "", "ForAllValues:", "ForAnyValue:")
SUFFIXES = ("", "", "", "IfExists")
VALUES: dict[str, tuple[str, ...]] = {
    "ses:fromaddress": ("news@example.com", "News@example.com", "marketing+q4@example.com", "q4@example.com", "alice@example.com", ""),
    "ses:fromdisplayname": ("Our News", "", "x"),
    "aws:resourcetag/team": ("mail", "other", ""),
    "aws:useragent": ("x/1", "aws-cli"),
    "aws:sourceip": ("203.0.113.7", "198.51.100.7", "2001:db8::1"),
    "aws:securetransport": ("true", "false"),
    "aws:currenttime": ("2022-01-01T00:00:00Z", "2026-11-25T12:00:00Z", "2100-01-01T00:00:00Z"),
    "aws:multifactorauthage": ("30", "600", "7200"),
    "aws:multifactorauthpresent": ("true", "false"),
    "iam:passedtoservice": ("ec2.amazonaws.com", "lambda.amazonaws.com"),
    "iam:awsservicename": ("ses.amazonaws.com", "ecs.amazonaws.com"),
}  # fmt: skip


def random_condition(rng: Random) -> Json:
    found: dict[str, Json] = {}
    for key in rng.sample(tuple(KEYS), rng.choice((0, 1, 1, 1, 2, 2))):
        operators, values = KEYS[key]
        some = rng.sample(values, min(len(values), rng.choice((1, 1, 1, 2))))
        operator = f"{rng.choice(PREFIXES)}{rng.choice(operators)}{rng.choice(SUFFIXES)}"
        found.setdefault(operator, {})[key] = rng.choice((some, [])) if rng.random() < 0.1 else some
    if rng.random() < 0.1:
        found["Null"] = {rng.choice(tuple(KEYS)): rng.choice(("true", "false"))}
    return found


def random_statement(rng: Random, *, named: bool) -> Json:
    statement: Json = {"Effect": rng.choice(("Allow", "Deny"))}
    if named:
        statement["Principal"] = rng.choice(("*", {"AWS": ACCOUNT}, {"Service": SERVICE.arn}, {"AWS": USER.arn}))
    statement[rng.choice(("Action",) * 9 + ("NotAction",))] = rng.sample(ACTIONS, rng.choice((1, 1, 2, 3)))
    statement[rng.choice(("Resource",) * 9 + ("NotResource",))] = rng.sample(RESOURCES, rng.choice((1, 1, 2)))
    condition = random_condition(rng)
    return statement | ({"Condition": condition} if condition else {})


def random_document(seed: int) -> Document:
    rng = Random(seed)  # noqa: S311 -- reproducible cases
    named = rng.random() < 0.25
    statements = [random_statement(rng, named=named) for _ in range(rng.choice((1, 1, 2, 3)))]
    if rng.random() < 0.1:
        statements.append(statements[0])
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return Document(text, PolicyKind.RESOURCE if named else PolicyKind.IDENTITY)


# --- requests -------------------------------------------------------------------------------------------------------------


def random_requests(document: Document, rng: Random, count: int) -> list[Request]:
    """Requests that can be, of actions that the statements name among them."""
    entries = [entry.text or "*" for _, entry in document.entries("Action", "NotAction")]
    known = [f"{each.service}:{each.name}" for service in ("ses", "iam", "organizations") for each in actions(service)]
    spoken = {pattern: [name for name in known if covers_action(pattern, name.lower())] for pattern in (*entries, "ses:Send*")}
    pools = [pool for pool in spoken.values() if pool]
    return [random_request(document, rng, rng.choice(rng.choice(pools))) for _ in range(count)]


def random_request(document: Document, rng: Random, name: str) -> Request:
    """A request for an action that can be."""
    principals = (USER, ROLE, SERVICE) if names_principals(document) else (USER, ROLE)
    caller = rng.choice(principals)
    known = action(name)
    assert known is not None
    context: dict[str, str | tuple[str, ...]] = {}
    resource = _resource(rng, known.service, tuple(known.resource_types), tuple(known.resource_types.values()))
    keys = [
        *(each.lower() for each in known.condition_keys if "/" not in each),
        *(key for key in VALUES if key.startswith("aws:")),
    ]
    for key in keys:
        if (key.startswith("aws:resourcetag/") and resource == "*") or (
            key.startswith("aws:multifactor") and caller is SERVICE
        ):
            continue
        if key == "ses:recipients":
            some = rng.sample(VALUES["ses:fromaddress"][:-1], rng.choice((1, 1, 2)))
            context[key] = tuple(some)
        elif key in VALUES and (always_carries(name, key) or rng.random() < 0.6):
            context[key] = rng.choice(VALUES[key][:-1] if key == "ses:fromaddress" else VALUES[key])
    if caller is not SERVICE:
        context["aws:principalarn"] = caller.arn
    if caller is USER:
        context["aws:username"] = "alice"
    assert all(isinstance(value, tuple) is is_multivalued(key) for key, value in context.items())
    return Request.of_normalised(caller, name, resource, None, context)


def _resource(rng: Random, service: str, kinds: tuple[str, ...], needed: tuple[bool, ...]) -> str:
    if not kinds:
        return "*"
    kind = rng.choice([each for each, must in zip(kinds, needed, strict=True) if must] or kinds)
    form = read_arn(resource_arn(service, kind))
    assert form is not None
    region, account = ("us-east-1" if form.region else ""), (ACCOUNT if form.account else "")
    head = form.resource.partition("$")[0]
    name = {"identity": "example.com", "configuration-set": "news", "role": "Mailer", "user": "alice"}.get(kind, "x")
    return f"arn:aws:{form.service}:{region}:{account}:{head}{rng.choice((name, 'other', 'o-1/x'))}"
