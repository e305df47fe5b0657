"""Target: messages. A send is refused, or what readers see of the kept message is what the policies were asked about."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fuzzing.by_time import fuzz
from fuzzing.hostile_text import HEADERS, addresses, headers, lines
from fuzzing.independent_reader import body, field_names, named, parse
from gatepost.access.credentials import Caller
from gatepost.aws.call import Call, Origin
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import Need
from gatepost.policy.principal import Principal
from gatepost.services.ses.authorization import sending_needs
from gatepost.services.ses.submission import Arns, Submission, read_raw, read_simple, simple_content

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
ACCOUNT = "123456789012"
CALL = Call(
    "sesv2", "SendEmail", {}, Caller(ACCOUNT, Principal.of(f"arn:aws:iam::{ACCOUNT}:root")), "us-east-1", "id", NOW, NOW,
    Origin("192.0.2.1", "test", secure=True),
)  # fmt: skip
NO_ARNS = Arns()


class Nothing:
    """A view of a store in which nothing is kept."""

    def recall(self, _scope: str, _key: object, _load: Callable[[Any], Any]) -> Any:
        return {}


def keys_of(submission: Submission) -> list[Need]:
    return list(sending_needs(CALL, submission, Nothing()))


def check_sender(submission: Submission) -> None:
    """One From, of the address and the name that the policies were asked about; and each row's text is text."""
    first, *others = keys_of(submission)
    (shown,) = named(bytes(submission.content), "From")
    assert shown == (first.context.get("ses:fromdisplayname", ""), first.context["ses:fromaddress"])
    assert first.context["ses:recipients"] == submission.recipients
    asked = {(need.context.get("ses:fromdisplayname", ""), need.context["ses:fromaddress"]) for need in others}
    for name in ("Sender", "Resent-From", "Resent-Sender"):
        assert set(named(bytes(submission.content), name)) <= asked | {shown}
    for text in (submission.subject or "", submission.return_path, *submission.recipients):
        text.encode()
    assert b"\n" not in submission.content.replace(b"\r\n", b"")
    assert b"\r" not in submission.content.replace(b"\r\n", b"")


# --- simple -------------------------------------------------------------------------------------------------------------


def simple(given_values: dict[str, Any]) -> None:
    """A simple message is refused, or has the fields that it was made of, and no other."""
    values = dict(given_values)
    content = {
        "Subject": {"Data": values["subject"], "Charset": values["charset"]},
        "Body": {"Text": {"Data": values["text"], "Charset": values["charset"]}},
        "Headers": [{"Name": name, "Value": value} for name, value in values["headers"]],
        "Attachments": [{"FileName": name, "RawContent": b"x", "ContentType": kind, "ContentDescription": values["subject"]}
                        for name, kind in values["attachments"]],
    }  # fmt: skip
    try:
        submission = read_simple(
            CALL,
            Nothing(),
            sender=values["sender"],
            destination={"ToAddresses": values["to"], "CcAddresses": values["cc"], "BccAddresses": ["bcc@example.net"]},
            reply_to=values["cc"],
            return_path=None,
            content=simple_content(CALL, content),
            arns=NO_ARNS,
            configuration_set=None,
            tags=(),
        )
    except AwsError:
        return
    check_sender(submission)
    raw = bytes(submission.content)
    to, cc = [[address for _, address in named(raw, name)] for name in ("To", "Cc")]
    assert (*to, *cc, "bcc@example.net") == submission.recipients
    assert [address for _, address in named(raw, "Reply-To")] == cc
    own = ["Content-Type"] if values["attachments"] else ["Content-Type", "Content-Transfer-Encoding"]
    given_names = [name for name, _ in values["headers"]]
    shown = [
        "Date",
        "From",
        *(["To"] if to else []),
        *(["Cc", "Reply-To"] if cc else []),
        "Message-ID",
        "Subject",
        "MIME-Version",
    ]
    assert field_names(raw) == [*shown, *given_names, *own]
    parsed = parse(raw)
    assert "".join(str(parsed["Subject"]).split()) == "".join(values["subject"].split())
    if not values["attachments"]:
        received = parsed.get_content().replace("\r\n", "\n").rstrip("\n")
        assert received == values["text"].replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    else:
        files = [part for part in parsed.walk() if part.get_content_disposition() == "attachment"]
        assert [part.get_filename() for part in files] == [name for name, _ in values["attachments"]]


SIMPLE = st.fixed_dictionaries(
    {
        "sender": addresses(),
        "to": st.lists(addresses(), max_size=2),
        "cc": st.lists(addresses(), max_size=1),
        "subject": lines(),
        "text": lines(),
        "charset": st.sampled_from(("UTF-8", "utf-8", "iso-8859-1", "ISO-2022-JP", "utf-7", "punycode", "utf-8\r\nX: y", "")),
        "headers": st.lists(
            st.tuples(st.sampled_from(("X-A", "List-Unsubscribe", "From", "Resent-From", "X-B: y\r\nBcc", "bcc", "")), lines()),
            max_size=2,
        ),
        "attachments": st.lists(st.tuples(lines(), st.sampled_from(("text/plain", "a/b; name=x", "a/b\r\nX: y"))), max_size=2),
    }
)
PLAIN = {"sender": "news@example.com", "to": ["a@example.net"], "cc": [], "subject": "s", "text": "t", "charset": "UTF-8",
         "headers": [], "attachments": []}  # fmt: skip
ONE_HOSTILE = st.sampled_from(sorted(PLAIN)).flatmap(lambda name: SIMPLE.map(lambda values: {**PLAIN, name: values[name]}))


@settings(max_examples=300)
@given(st.one_of(ONE_HOSTILE, SIMPLE))
def test_simple_messages(values: dict[str, Any]) -> None:
    simple(values)


# --- raw ----------------------------------------------------------------------------------------------------------------


def raw(header: bytes) -> None:
    """A raw message is refused, or readers see of it the sender and the recipients that were decided on."""
    content = header + b"\r\n\r\nthe body\r\n"
    try:
        submission = read_raw(
            CALL,
            Nothing(),
            content=content,
            source=None,
            return_path=None,
            destinations=None,
            arns=NO_ARNS,
            configuration_set=None,
            tags=(),
        )
    except AwsError:
        return
    check_sender(submission)
    kept = bytes(submission.content)
    names = [name.lower() for name in field_names(kept)]
    assert names[:2] == ["date", "message-id"]
    assert not {"bcc", "resent-bcc", "return-path"} & set(names)
    shown = [address for name in ("To", "Cc") for _, address in named(kept, name)]
    assert shown == list(submission.recipients[: len(shown)])
    assert body(kept).endswith(b"the body\r\n")


@pytest.mark.parametrize("header", HEADERS)
def test_raw_seeds(header: str) -> None:
    raw(header.encode())


@settings(max_examples=500)
@given(headers())
def test_raw_messages(header: bytes) -> None:
    raw(header)


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_raw_bytes(header: bytes) -> None:
    raw(b"From: news@example.com\r\nTo: a@example.net\r\n" + header)


@pytest.mark.long
@pytest.mark.parametrize(
    ("target", "inputs"),
    [(simple, st.one_of(ONE_HOSTILE, SIMPLE)), (raw, headers()), (raw, st.binary(max_size=2000))],
    ids=["simple", "raw", "bytes"],
)
def test_messages_for_long(target: Callable[[Any], None], inputs: st.SearchStrategy[Any]) -> None:
    fuzz(target, inputs)


@pytest.mark.parametrize(
    "header",
    [
        b"From: News <news@example.com>\r\nFrom: ceo@example.com",
        b"From: ceo@example.com",
        b"From: =?utf-8?b?Q0VP?= <news@example.com>",
        b"From: News <news@example.com>, ceo@example.com",
        b"From: News <news@example.com>\r\nSender: ceo@example.com",
        b"From: News <news@example.com>\r\nResent-From: ceo@example.com",
    ],
)
def test_faults_planted_on_purpose_are_caught(header: bytes) -> None:
    accepted = read_raw(
        CALL, Nothing(), content=b"From: News <news@example.com>\nTo: a@example.net\n\nx", source=None, return_path=None,
        destinations=None, arns=NO_ARNS, configuration_set=None, tags=(),
    )  # fmt: skip
    check_sender(accepted)
    with pytest.raises((AssertionError, ValueError)):
        check_sender(replace(accepted, content=header + b"\r\n\r\n"))
