"""The tree of a document: what stands where, also in what is no policy."""

from gatepost.lint.document import Document
from gatepost.lint.finding import Key, Substring
from gatepost.policy.read import PolicyKind

TEXT = """{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "Send", "Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"], "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": true}}
  }
}"""


def written(document: Document, start: int, end: int) -> str:
    return document.text[start:end]


def test_every_value_knows_where_it_stands() -> None:
    document = Document(TEXT)
    (statement,) = document.statements
    actions = list(statement.entries("Action", "NotAction"))
    assert [each.text for each in actions] == ["ses:SendEmail", "ses:SendRawEmail"]
    assert written(document, actions[1].at.start, actions[1].at.end) == '"ses:SendRawEmail"'
    assert actions[1].at.path == ("Statement", "Action", 1)
    (condition,) = statement.conditions()
    assert (condition.operator, condition.key, condition.element.scalar) == ("Bool", "aws:SecureTransport", "true")
    assert written(document, condition.key_at.start, condition.key_at.end) == '"aws:SecureTransport"'
    assert condition.key_at.path[-1] == Key("aws:SecureTransport")
    assert document.place_of(condition.key_at.start) == (5, 28)


def test_a_condition_is_paired_with_what_is_read_of_it() -> None:
    (statement,) = Document(TEXT).statements
    ((tree, condition),) = statement.read_conditions()
    assert (tree.key, condition.values) == ("aws:SecureTransport", ("true",))


def test_what_is_no_policy_keeps_its_tree_and_says_why() -> None:
    document = Document('{"Statement": [{"Effect": "Alow"}]}')
    assert document.policy is None
    assert document.error is not None
    assert document.statements[0].effect == "Alow"
    assert Document("{").root is None


def test_what_a_policy_is_for_is_seen_from_its_elements() -> None:
    assert Document('{"Statement": {"Principal": "*"}}').kind is PolicyKind.RESOURCE
    assert Document('{"Statement": {"Principal": "*", "Action": "sts:AssumeRole"}}').kind is PolicyKind.TRUST
    assert (
        Document('{"Statement": {"Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}}').kind is PolicyKind.RESOURCE
    )
    assert Document('{"Statement": {}}').kind is PolicyKind.IDENTITY


def test_a_part_of_an_escaped_string_is_told_as_all_of_it() -> None:
    document = Document('{"Statement": {"Action": ["ses:SendMail", "ses:Send\\u004dail"]}}')
    plain, escaped = (each.part(4, 8) for each in document.statements[0].entries("Action"))
    assert written(document, plain.start, plain.end) == "SendMail"
    assert written(document, escaped.start, escaped.end) == '"ses:Send\\u004dail"'
    assert plain.path[-1] == escaped.path[-1] == Substring(4, 8)
