"""Documents that are no policies, and the place that the error names."""

import pytest

from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Effect, Place, PrincipalType
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.write import write_policy

STATEMENT = '{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}'


def policy(*statements: str) -> str:
    return f'{{"Version": "2012-10-17", "Statement": [{", ".join(statements)}]}}'


def rcp(effect: str = "Deny", principal: str = '"*"', action: str = "ses:*") -> str:
    return f'{{"Effect": "{effect}", "Principal": {principal}, "Action": "{action}", "Resource": "*"}}'


@pytest.mark.parametrize(
    ("document", "line", "column", "says"),
    [
        ("", 1, 1, "expected a value, the document ends"),
        ("[]", 1, 1, "expected a policy: an object"),
        ('{"Version": "2012-10-17"}', 1, 1, "the element `Statement` is missing"),
        ('{"Version": "2012-10-18", "Statement": []}', 1, 13, "expected `2012-10-17` or `2008-10-17`"),
        ('{"Version": "2012-10-17", "Statement": []}', 1, 40, "expected at least one statement"),
        (
            '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}',
            1,
            27,
            "the key `Version` stands here a second time",
        ),
        ('{"Version": "2012-10-17", "version": "2012-10-17", "Statement": []}', 1, 27, "differ by case alone"),
        ('{"Statement": [],}', 1, 18, "expected a key in double quotes"),
        ('{"Statement": {\n  "Effect": "Allow",\n  "Acton": "*"}}', 3, 3, "unknown element `Acton`; did you mean `Action`?"),
        ('{"Statement": {"Action": "*", "Resource": "*"}}', 1, 15, "the element `Effect` is missing"),
        ('{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}', 1, 26, "did you mean `Allow`?"),
        ('{"Statement": {"Effect": "Allow", "Resource": "*"}}', 1, 15, "the element `Action` (or `NotAction`) is missing"),
        ('{"Statement": {"Effect": "Allow", "Action": "*"}}', 1, 15, "the element `Resource` (or `NotResource`) is missing"),
        ('{"Statement": {"Effect": "Allow", "Action": "SendEmail", "Resource": "*"}}', 1, 45, "`SendEmail` is no action"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}}', 1, 50, "exclude each other"),
        ('{"Statement": {"Effect": "Allow", "Action": 7, "Resource": "*"}}', 1, 45, "expected a string or a list of strings"),
        (
            policy('{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLikes": {"a:b": "c"}}}'),
            1,
            107,
            "unknown operator `StringLikes`; did you mean `StringLike`?",
        ),
        (
            policy('{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"NullIfExists": {"a:b": "true"}}}'),
            1,
            107,
            "unknown operator `NullIfExists`",
        ),
        (
            policy('{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"a:b": {"x": 1}}}}'),
            1,
            129,
            "expected a string, a number or a boolean",
        ),
        ('{"Statement": "\\ud800"}', 1, 16, "half of a surrogate pair"),
        ('{"Statement": "\\x"}', 1, 16, "is no escape"),
        ('{"Statement": "a\nb"}', 1, 15, "a control character"),
        ("{" * 100, 1, 2, "expected a key in double quotes"),
        ("[" * 100, 1, 66, "nested more than 64 levels deep"),
        ('{"Statement": NaN}', 1, 15, "expected a value, found `N`"),
        ('\ufeff{"Statement": []}', 1, 1, "a byte order mark"),
    ],
)
def test_an_error_names_its_place(document: str, line: int, column: int, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy(document)
    assert says in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("kind", "statement", "code"),
    [
        (PolicyKind.IDENTITY, '{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}', "prohibited-principal"),
        (PolicyKind.RESOURCE, STATEMENT, "missing-principal"),
        (PolicyKind.TRUST, '{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}', "prohibited-resource"),
        (
            PolicyKind.RESOURCE,
            '{"Effect": "Allow", "Principal": {"AWS": "alice"}, "Action": "*", "Resource": "*"}',
            "principal",
        ),
        (
            PolicyKind.RESOURCE,
            '{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/*"}, "Action": "*", "Resource": "*"}',
            "principal",
        ),
        (PolicyKind.RCP, rcp(principal='{"AWS": "111122223333"}'), "principal"),
        (PolicyKind.RCP, rcp(principal='{"Service": "*"}'), "principal"),
        (PolicyKind.RCP, rcp(principal='["*"]'), "type"),
        (PolicyKind.RCP, rcp(effect="Allow"), "effect"),
        (PolicyKind.RCP, rcp(action="*"), "action-vendor"),
        (PolicyKind.RCP, rcp().replace('"Action"', '"NotAction"'), "prohibited-notaction"),
        (PolicyKind.RCP, rcp().replace('"Principal"', '"NotPrincipal"'), "prohibited-notprincipal"),
        (PolicyKind.RCP, STATEMENT.replace("Allow", "Deny"), "missing-principal"),
        (PolicyKind.SCP, rcp(), "prohibited-principal"),
        (PolicyKind.SCP, rcp().replace('"Principal"', '"NotPrincipal"'), "prohibited-notprincipal"),
        (PolicyKind.IDENTITY, '{"Sid": "a b", "Effect": "Allow", "Action": "*", "Resource": "*"}', "sid"),
        (PolicyKind.IDENTITY, '{"Effect": "Allow", "Action": "*", "Resource": "example.com"}', "resource"),
        (PolicyKind.IDENTITY, '{"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": "\u0142"}', "character"),
    ],
)
def test_each_kind_of_policy_has_its_own_elements(kind: PolicyKind, statement: str, code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy(policy(statement), kind)
    assert caught.value.code == code


@pytest.mark.parametrize("version", ["", '"Version": "2008-10-17", '])
def test_a_resource_control_policy_is_of_the_newer_version(version: str) -> None:
    with pytest.raises(PolicyError, match="a resource control policy is of `2012-10-17`"):
        read_policy(f'{{{version}"Statement": {rcp()}}}', PolicyKind.RCP)


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        (PolicyKind.SCP, '{"Effect": "Allow", "NotAction": "ses:Put*", "Resource": "arn:aws:ses:*:*:identity/*"}'),
        (PolicyKind.SCP, '{"Effect": "Allow", "Action": ["ses:*Email", "ses:*"], "NotResource": "arn:aws:s3:::*"}'),
        (
            PolicyKind.SCP,
            '{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu"}}}',
        ),
        (PolicyKind.RCP, rcp()),
        (PolicyKind.RCP, rcp(principal='{"AWS": "*"}', action="ses:Send*")),
        (PolicyKind.RCP, rcp().replace('"Resource": "*"', '"NotResource": "arn:aws:ses:*:*:identity/example.com"')),
    ],
)
def test_control_policies_have_the_rest_of_the_language(kind: PolicyKind, statement: str) -> None:
    assert read_policy(policy(statement), kind).statements


def test_sids_differ_within_an_identity_policy() -> None:
    twice = '{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}'
    with pytest.raises(PolicyError, match="`A` stands a second time"):
        read_policy(policy(twice, twice), PolicyKind.IDENTITY)


def test_every_element_is_read() -> None:
    read = read_policy(
        """{
  "Version": "2012-10-17",
  "Id": "one",
  "Statement": {
    "Sid": "Send",
    "Effect": "Deny",
    "NotPrincipal": {"AWS": ["111122223333", "*"], "Service": "ses.amazonaws.com"},
    "NotAction": ["ses:SendEmail"],
    "NotResource": "arn:aws:ses:us-east-1:111122223333:identity/example.com",
    "Condition": {"ForAllValues:StringLikeIfExists": {"ses:Recipients": ["*@example.com", 7, true]}}
  }
}"""
    )
    (statement,) = read.statements
    assert (read.id, statement.sid, statement.effect) == ("one", "Send", Effect.DENY)
    assert [(each.type, each.value) for each in statement.not_principals or ()] == [
        (PrincipalType.AWS, "111122223333"),
        (PrincipalType.AWS, "*"),
        (PrincipalType.SERVICE, "ses.amazonaws.com"),
    ]
    (condition,) = statement.conditions
    assert str(condition.operator) == "ForAllValues:StringLikeIfExists"
    assert condition.values == ("*@example.com", "7", "true")
    assert (statement.start, statement.end) == (Place(4, 16), Place(11, 4))
    assert read_policy(write_policy(read)).statements[0].conditions[0].values == condition.values
