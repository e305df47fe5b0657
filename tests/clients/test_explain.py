"""`gatepost explain`, `can` and `who-can`, beside a live server."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from clients.people import Person, allow, denial, deny, document, identity_arn, is_allowed, make_user, send, send_v2
from clients.signed import form, sent, signed
from gatepost.cli import main
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.schema import users
from gatepost.store.writer import run_once
from live import ACCOUNT, BIN, Live

DOMAIN = identity_arn("example.com")
PARTNER = "444455556666"
Command = Callable[..., tuple[int, str, str]]
ONLY_NEWS = {"StringEquals": {"ses:FromAddress": "news@example.com"}}


@pytest.fixture
def alice(live: Live) -> Person:
    live.client("ses").verify_domain_identity(Domain="example.com")
    return make_user(live, "alice")


@pytest.fixture
def gatepost(live: Live, capsys: pytest.CaptureFixture[str]) -> Command:
    """A command on the server's data folder: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*arguments, "--data", str(live.data)])
        printed = capsys.readouterr()
        assert all(len(line) <= 100 for line in printed.out.splitlines() if arguments[-1] != "json"), printed.out
        return code, printed.out, printed.err

    return run


def flat(text: str) -> str:
    """A text without its layout."""
    return " ".join(text.split())


def grant(person: Person, *statements: dict[str, Any], name: str = "send") -> None:
    person.live.client("iam").put_user_policy(UserName=person.name, PolicyName=name, PolicyDocument=document(*statements))


def share(live: Live, *statements: dict[str, Any], name: str = "share") -> None:
    live.client("ses").put_identity_policy(Identity="example.com", PolicyName=name, Policy=document(*statements))


def bound(live: Live, name: str, policy_arn: str) -> None:
    """Set a user's permissions boundary in the store; the server's own memory does not hear of it, a command's does."""
    url = f"sqlite:///{live.data / 'gatepost.db'}"
    database = Database.open(url, keyring=Keyring.of(live.data), memory=Memory())
    change = update(users).where(users.c.account == ACCOUNT, users.c.name == name).values(boundary_arn=policy_arn)
    run_once(database, lambda tx: tx.execute(change))
    database.close()


# --- a call that was made -----------------------------------------------------------------------------------------------


def test_a_denial_is_explained_by_the_id_that_it_gives(alice: Person, gatepost: Command) -> None:
    grant(alice, allow("ses:SendEmail", Condition=ONLY_NEWS))
    _, authorization_id = denial(send, alice.client("ses"), source="News@example.com")
    code, told, _ = gatepost("explain", authorization_id)
    assert code == 1
    assert told.startswith("DENIED (implicit)  ses:SendEmail  identity/example.com")
    assert f"authorization {authorization_id}" in told
    assert "user alice › send (inline) › statement 1 Allow ✕ in one place ← nearest miss" in flat(told)
    assert "✕ was News@example.com (differs in upper and lower case alone)" in flat(told)
    assert "Smallest grant, a policy of user/alice (decided again with it: allowed):" in told


def test_the_smallest_grant_opens_the_gate_for_this_call_and_no_other(alice: Person, gatepost: Command) -> None:
    _, authorization_id = denial(
        send, alice.client("ses"), source="News <news@example.com>", to=["a@example.net", "b@example.net"]
    )
    told = json.loads(gatepost("explain", authorization_id, "-o", "json")[1])
    (offered,) = told["decisions"][0]["remedy"]["grants"]
    alice.live.client("iam").put_user_policy(
        UserName="alice", PolicyName="offered", PolicyDocument=json.dumps(offered["policy"])
    )
    ses = alice.client("ses")
    assert is_allowed(send, ses, source="News <news@example.com>", to=["a@example.net", "b@example.net"])
    assert not is_allowed(send, ses, source="News <ceo@example.com>", to="a@example.net")
    assert not is_allowed(send, ses, source="CEO <news@example.com>", to="a@example.net")
    assert not is_allowed(send, ses, source="News <news@example.com>", to="c@example.net")
    assert not is_allowed(send, ses, source="News <news@example.com>", to="a@example.net", ReturnPath="x@example.com")


def test_a_message_is_explained_by_what_let_it_out_after_the_policies_have_changed(alice: Person, gatepost: Command) -> None:
    grant(alice, allow("ses:SendEmail"), name="old")
    message_id = send(alice.client("ses"))
    alice.live.client("iam").delete_user_policy(UserName="alice", PolicyName="old")
    grant(alice, deny("ses:SendEmail"), name="new")
    for written in (message_id, f"<{message_id}@us-east-1.amazonses.com>"):
        code, told, _ = gatepost("explain", written)
        assert code == 0
        assert told.startswith("ALLOWED  ses:SendEmail  identity/example.com")
        assert "user alice › old (inline) › statement 1 Allow ✓ matched ← decides" in flat(told)
        assert "new (inline)" not in told
        assert "Policy has changed since: identity policies. By today's it would be denied." in told
    code, told, _ = gatepost("explain", message_id, "--retry")
    assert code == 1
    assert "user alice › new (inline) › statement 1 Deny ✓ matched ← decides" in flat(told)


def test_a_retry_is_asked_now(alice: Person, gatepost: Command) -> None:
    grant(
        alice,
        allow("ses:SendEmail"),
        deny("ses:SendEmail", Sid="Closed", Condition={"DateLessThan": {"aws:CurrentTime": "2023-06-01T00:00:00Z"}}),
    )
    alice.live.set_clock("2023-05-31T20:00:00Z")
    _, authorization_id = denial(send, alice.client("ses"))
    code, told, _ = gatepost("explain", authorization_id)
    assert (code, "✓ was 2023-05-31T20:00:00Z (4 h early)" in flat(told)) == (1, True)
    assert "Opens: 2023-06-01T00:00:00Z (statement Closed)." in told
    assert f"Ask again: gatepost explain --retry {authorization_id}" in told
    assert gatepost("explain", "--retry", authorization_id)[0] == 0


def test_a_renamed_caller_is_asked_again_as_who_it_is(alice: Person, gatepost: Command) -> None:
    grant(alice, allow("ses:SendEmail", Condition={"StringEquals": {"aws:username": "alicia"}}))
    _, authorization_id = denial(send, alice.client("ses"))
    alice.live.client("iam").update_user(UserName="alice", NewUserName="alicia")
    assert gatepost("explain", "--retry", authorization_id)[0] == 0


def test_a_caller_who_is_gone_is_said_to_be_gone(alice: Person, gatepost: Command) -> None:
    _, authorization_id = denial(send, alice.client("ses"))
    iam = alice.live.client("iam")
    iam.delete_access_key(UserName="alice", AccessKeyId=alice.key)
    iam.delete_user(UserName="alice")
    code, told, _ = gatepost("explain", authorization_id)
    assert code == 1
    assert "Since then whoever called is gone" in told
    assert gatepost("explain", "--retry", authorization_id)[0] == 1


def test_each_decision_of_a_call_is_told(alice: Person, gatepost: Command) -> None:
    alice.live.client("sesv2").create_configuration_set(ConfigurationSetName="main")
    grant(alice, allow("ses:SendEmail", DOMAIN))
    _, authorization_id = denial(send_v2, alice.client("sesv2"), ConfigurationSetName="main")
    code, told, _ = gatepost("explain", authorization_id)
    assert code == 1
    assert told.startswith("ALLOWED  ses:SendEmail  identity/example.com")
    assert "\nDENIED (implicit)  ses:SendEmail  configuration-set/main\n" in told


def test_a_call_that_was_never_decided_says_why(alice: Person, gatepost: Command) -> None:
    quota = form("GetSendQuota")
    request = signed(alice.live, body=quota, headers={"Content-Type": "application/x-www-form-urlencoded"}, secret="wrong")
    assert sent(request).code == "SignatureDoesNotMatch"
    found = alice.live.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GetSendQuota"}]
    )["Events"][0]
    code, told, said = gatepost("explain", found["EventId"])
    assert (code, told) == (1, "")
    assert "GetSendQuota of" in said
    assert "was never put to the policies: it ended before, with SignatureDoesNotMatch" in said


def test_an_event_is_explained_by_its_own_id(alice: Person, gatepost: Command) -> None:
    denial(send, alice.client("ses"))
    found = alice.live.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "SendEmail"}]
    )["Events"][0]
    assert gatepost("explain", found["EventId"])[1].startswith("DENIED (implicit)  ses:SendEmail")


def test_a_call_that_needs_no_permission_is_said_to_need_none(alice: Person, gatepost: Command) -> None:
    alice.client("sts").get_caller_identity()
    found = alice.live.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GetCallerIdentity"}]
    )["Events"][0]
    code, told, _ = gatepost("explain", found["EventId"])
    assert (code, told) == (0, "ALLOWED  GetCallerIdentity: it needs no permission, and none can be denied\n")


@pytest.mark.parametrize(
    "of", ["1a20f98d3b5c8a4e3d1c7b20", "0100018c2f3a5b60-2f6c1f0e-6a0f-4c9e-9a53-0f4f5cf1a3d2-000000", "none"]
)
def test_an_unknown_id_is_named(gatepost: Command, of: str) -> None:
    code, told, said = gatepost("explain", of)
    assert (code, told) == (1, "")
    assert f"has the ID `{of}`" in said


# --- a call that nobody has made ----------------------------------------------------------------------------------------


def asked(gatepost: Command, *arguments: str) -> dict[str, Any]:
    """The explanation of a hypothetical send by alice, as JSON."""
    told: dict[str, Any] = json.loads(
        gatepost("explain", "--as", "user/alice", "--action", "ses:SendEmail", *arguments, "-o", "json")[1]
    )
    return told


def test_a_deny_by_time_says_when_it_opens_again(alice: Person, gatepost: Command) -> None:
    grant(
        alice,
        allow("ses:SendEmail", Sid="Send"),
        deny("ses:SendEmail", Sid="Night", Condition={
            "DateGreaterThanEquals": {"aws:CurrentTime": "2026-11-23T17:00:00Z"},
            "DateLessThan": {"aws:CurrentTime": "2026-11-24T09:00:00Z"},
        }),
    )  # fmt: skip
    flags = ("--from", "news@example.com", "--at", "2026-11-23T21:04:11Z")
    code, told, _ = gatepost("explain", "--as", "user/alice", "--action", "ses:SendEmail", *flags)
    assert code == 1
    assert told.startswith("DENIED (explicit)  ses:SendEmail  identity/example.com")
    assert "aws:CurrentTime DateGreaterThanEquals 2026-11-23T17:00:00Z  ✓ was 21:04:11Z (4 h 4 min late)" in told
    assert "No grant helps: this Deny must change, or its time must pass: user alice › send (inline) › Night." in flat(told)
    assert "Opens again: 2026-11-24T09:00:00Z (statement Night)." in told
    day = asked(gatepost, "--from", "news@example.com", "--at", "2026-11-23T10:00:00Z")
    assert (day["decision"], day["decisions"][0]["changes"][0]["from"]) == ("allowed", "2026-11-23T17:00:00Z")


def test_a_boundary_lacks_its_own_allow_beside_the_identity_policies(alice: Person, gatepost: Command) -> None:
    iam = alice.live.client("iam")
    ceiling = iam.create_policy(PolicyName="ceiling", PolicyDocument=document(allow("ses:SendRawEmail")))["Policy"]["Arn"]
    bound(alice.live, "alice", ceiling)
    found = asked(gatepost, "--from", "news@example.com")["decisions"][0]
    assert [each["kind"] for each in found["lacking"]] == ["identity-based policy", "permissions boundary"]
    (near,) = found["near_misses"]
    assert near["policy"] == ceiling
    assert near["fails"][0]["hint"] == "the raw form is an action of its own"
    assert [each["kind"] for each in found["remedy"]["grants"]] == ["identity-based policy", "permissions boundary"]
    assert found["remedy"]["after"] == "allowed"


def test_a_resource_deny_by_recipients_names_the_recipient(alice: Person, gatepost: Command) -> None:
    grant(alice, allow("ses:SendEmail"))
    share(alice.live, deny("ses:SendEmail", DOMAIN, Principal={"AWS": alice.arn}, Sid="Outside",
                           Condition={"ForAnyValue:StringNotLike": {"ses:Recipients": "*@example.net"}}))  # fmt: skip
    code, told, _ = gatepost(
        "explain", "--as", "user/alice", "--action", "ses:SendEmail", "--from", "news@example.com",
        "--to", "a@example.net", "--to", "x@evil.example",
    )  # fmt: skip
    assert code == 1
    assert "share › Outside" in told
    assert "Principal user/alice " in told, "a user who is named by an ID is shown by name"
    assert "✓ was x@evil.example" in told


def test_across_accounts_both_sides_are_told_to_lack(live: Live, gatepost: Command) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    command = [str(BIN / "gatepost"), "account", "create", PARTNER, "--data", str(live.data)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    key, secret = (line.partition("=")[2] for line in printed.splitlines())
    eve = make_user(live, "eve", (key, secret))
    arguments = ("explain", "--as", eve.arn, "--action", "ses:SendEmail", "--resource", DOMAIN, "--from", "news@example.com")
    found = json.loads(gatepost(*arguments, "-o", "json")[1])["decisions"][0]
    assert [each["kind"] for each in found["lacking"]] == ["identity-based policy", "resource-based policy"]
    principal = found["remedy"]["grants"][1]["policy"]["Statement"][0]["Principal"]
    assert principal == {"AWS": eve.arn}
    assert "user/eve of 444455556666" in gatepost(*arguments)[1]


def test_a_bare_operator_on_recipients_is_said_never_to_match(alice: Person, gatepost: Command) -> None:
    grant(alice, allow("ses:SendEmail", Condition={"StringLike": {"ses:Recipients": "*@example.net"}}))
    told = gatepost(
        "explain", "--as", "user/alice", "--action", "ses:SendEmail", "--from", "a@example.com", "--to", "a@example.net"
    )[1]
    assert "never: ses:Recipients has several values, and no ForAllValues: or ForAnyValue: is written" in flat(told)


def test_a_variable_is_shown_with_what_filled_it(alice: Person, gatepost: Command) -> None:
    grant(alice, allow("ses:SendEmail", Condition={"StringLike": {"ses:FromAddress": "${aws:username}@example.com"}}))
    told = gatepost("explain", "--as", "user/alice", "--action", "ses:SendEmail", "--from", "bob@example.com")[1]
    assert "ses:FromAddress StringLike alice@example.com" in told
    assert "${aws:username} is alice" in told


def test_what_a_hypothesis_says_is_what_the_call_gets(alice: Person, gatepost: Command) -> None:
    grant(
        alice,
        allow("ses:SendEmail", Condition={
            "StringLike": {"ses:FromAddress": "${aws:username}*@example.com"},
            "ForAllValues:StringLike": {"ses:Recipients": ["*@example.net", "boss@example.org"]},
            "Bool": {"aws:SecureTransport": "false"},
            "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
        }),
        deny("ses:*", Condition={"StringLike": {"aws:UserAgent": "curl*"}}),
    )  # fmt: skip
    share(alice.live, deny("ses:SendEmail", DOMAIN, Principal={"AWS": "*"}, Condition={
        "ForAnyValue:StringEquals": {"ses:Recipients": "press@example.net"}}))  # fmt: skip
    ses = alice.client("ses")
    for sender in ("alice@example.com", "alice+x@example.com", "bob@example.com"):
        for recipients in (["a@example.net"], ["a@example.net", "boss@example.org"], ["press@example.net"], ["a@example.org"]):
            code, _, _ = gatepost(
                "can", "user/alice", "ses:SendEmail", "--from", sender, *(part for to in recipients for part in ("--to", to)),
                "--no-tls", "--source-ip", "127.0.0.1", "--user-agent", "Boto3",
            )  # fmt: skip
            assert code == (0 if is_allowed(send, ses, source=sender, to=recipients) else 1), (sender, recipients)


def test_what_is_left_out_is_left_open(alice: Person, gatepost: Command) -> None:
    grant(alice, allow("ses:SendEmail", Condition=ONLY_NEWS))
    code, told, _ = gatepost("can", "user/alice", "ses:SendEmail", "example.com")
    assert (code, told.startswith("cannot tell  user/alice, ses:SendEmail on identity/example.com")) == (3, True)
    assert "allowed if ses:FromAddress StringEquals news@example.com" in flat(told)
    assert gatepost("can", "user/alice", "ses:SendEmail", "--from", "news@example.com")[0] == 0
    assert gatepost("can", "user/alice", "ses:SendEmail", "--from", "ceo@example.com")[0] == 1
    assert gatepost("can", "user/alice", "ses:SendEmail", "example.com", "-q")[:2] == (3, "")
    told = gatepost("explain", "--as", "user/alice", "--action", "ses:SendEmail", "--resource", "example.com")[1]
    assert told.startswith("CANNOT TELL")
    assert "Say it with --from." in told


def test_a_role_stands_for_any_session_of_it(live: Live, alice: Person, gatepost: Command) -> None:
    iam = live.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": alice.arn}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="Mailer", AssumeRolePolicyDocument=document(trust))
    ours = {"StringLike": {"aws:userid": "*:night"}}
    iam.put_role_policy(RoleName="Mailer", PolicyName="send", PolicyDocument=document(allow("ses:SendEmail", Condition=ours)))
    assert gatepost("can", "role/Mailer", "ses:SendEmail", "example.com")[0] == 3
    assert gatepost("can", "role/Mailer/night", "ses:SendEmail", "example.com")[0] == 0
    assert gatepost("can", "role/Mailer/day", "ses:SendEmail", "example.com")[0] == 1
    assert gatepost("can", "user/alice", "sts:AssumeRole", "role/Mailer")[0] == 0
    assert gatepost("can", "role/Mailer", "sts:AssumeRole", "role/Mailer")[0] == 1


def test_the_most_specific_identity_is_asked(alice: Person, gatepost: Command) -> None:
    alice.live.client("ses").verify_email_identity(EmailAddress="news@example.com")
    grant(alice, allow("ses:SendEmail", DOMAIN))
    code, told, _ = gatepost("explain", "--as", "user/alice", "--action", "ses:SendEmail", "--from", "news@example.com")
    assert code == 1
    assert "the address is an identity of its own, and its policies are asked, not its domain's" in flat(told)


def test_the_default_configuration_set_is_asked_too(alice: Person, gatepost: Command) -> None:
    ses = alice.live.client("sesv2")
    ses.create_configuration_set(ConfigurationSetName="main")
    ses.put_email_identity_configuration_set_attributes(EmailIdentity="example.com", ConfigurationSetName="main")
    grant(alice, allow("ses:SendEmail", DOMAIN))
    for said in (("--from", "news@example.com"), ("--resource", "example.com")):
        found = asked(gatepost, *said)
        assert [(each["resource"].split(":")[-1], each["decision"]) for each in found["decisions"]] == [
            ("identity/example.com", "allowed"),
            ("configuration-set/main", "denied"),
        ]
    assert "no Allow in identity policies" in gatepost("can", "user/alice", "ses:SendEmail", "example.com")[1]


def test_a_return_path_of_another_identity_is_asked_too(alice: Person, gatepost: Command) -> None:
    alice.live.client("ses").verify_domain_identity(Domain="example.org")
    grant(alice, allow("ses:SendEmail", DOMAIN))
    question = ("can", "user/alice", "ses:SendEmail", "--from", "news@example.com")
    assert gatepost(*question)[0] == 0
    assert gatepost(*question, "--context", "ses:FeedbackAddress=bounces@example.com")[0] == 0
    assert gatepost(*question, "--context", "ses:FeedbackAddress=bounces@example.org")[0] == 1


# --- who can ------------------------------------------------------------------------------------------------------------


def test_a_grant_to_the_account_is_said_to_add_nothing(alice: Person, gatepost: Command) -> None:
    share(alice.live, allow("ses:SendEmail", DOMAIN, Principal={"AWS": ACCOUNT}))
    code, told, _ = gatepost("explain", "--as", "user/alice", "--action", "ses:SendEmail", "--from", "news@example.com")
    assert code == 1
    assert "· resource policy of example.com names the account, which adds nothing by itself" in flat(told)


def test_a_resource_that_names_the_caller_spares_its_own_side(alice: Person, gatepost: Command) -> None:
    share(alice.live, allow("ses:SendEmail", DOMAIN, Principal={"AWS": alice.arn}))
    code, told, _ = gatepost("explain", "--as", "user/alice", "--action", "ses:SendEmail", "--from", "news@example.com")
    assert code == 0
    assert "· identity policies not needed: the resource's own policy admits the caller" in flat(told)
    assert "Principal user/alice ✓ user/alice" in flat(told)


def test_long_names_stay_within_the_lines(alice: Person, gatepost: Command) -> None:
    """The fixture holds every line to 100 columns."""
    name, addresses = "N" * 70, [f"{number}{'a' * 40}*@{'b' * 30}.example" for number in range(9)]
    condition = {"StringLike": {"ses:FromAddress": addresses}}
    grant(alice, allow("ses:SendEmail", Sid="S" * 60, Condition=condition), name=name)
    code, told, _ = gatepost(
        "explain", "--as", "user/alice", "--action", "ses:SendEmail", "--from", "news@example.com", "--all"
    )
    assert (code, name[:20] in told) == (1, True)


def test_who_can_lists_everybody_who_could(live: Live, alice: Person, gatepost: Command) -> None:
    make_user(live, "bob")
    grant(make_user(live, "news"), allow("ses:SendEmail", Condition=ONLY_NEWS))
    grant(alice, allow("ses:*"))
    zoe = "arn:aws:iam::999988887777:user/zoe"
    share(live, allow("ses:SendEmail", DOMAIN, Principal={"AWS": ["777788889999", zoe]}, Sid="Partners"))
    code, told, _ = gatepost("who-can", "ses:SendEmail", "example.com", "-o", "json")
    found = json.loads(told)
    assert code == 0
    assert {each["principal"].split(":")[-1]: each["decision"] for each in found["candidates"]} == {
        "root": "allowed",
        "user/alice": "allowed",
        "user/bob": "denied",
        "user/news": "cannotTell",
    }
    assert [each["named"] for each in found["outsiders"]] == ["777788889999", zoe]
    told = gatepost("who-can", "ses:SendEmail", "example.com")[1]
    assert "  user/alice                        user alice › send (inline) › statement 1\n" in told
    assert "      allowed if ses:FromAddress StringEquals news@example.com (user news" in told
    assert "  account 777788889999, user/zoe of 999988887777\n      share › Partners\n" in told
    assert "✕ cannot: user/bob\n" in told
    assert "user/news" in gatepost("who-can", "ses:SendEmail", "example.com", "--from", "ceo@example.com")[1].partition("✕")[2]


def test_who_can_asks_whether_everybody_is_named(live: Live, alice: Person, gatepost: Command) -> None:
    share(live, allow("ses:SendEmail", DOMAIN, Principal={"AWS": "*"}))
    told = gatepost("who-can", "ses:SendEmail", "example.com")[1]
    assert "everybody, of any account" in told
    assert f"user/{alice.name} " in told
    share(live, deny("ses:SendEmail", DOMAIN, Principal={"AWS": "*"}), name="closed")
    code, told, _ = gatepost("who-can", "ses:SendEmail", "example.com")
    assert code == 1
    assert "can, if" not in told


# --- mistakes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("explain",), "expected an ID, a policy, or --as WHO and --action ACTION"),
        (("explain", "--as", "user/alice"), "--action: expected the action that is asked about"),
        (("explain", "x", "--action", "ses:SendEmail"), "--action: a call that was made has its own"),
        (("explain", "x", "--from", "a@b"), "--from: a call that was made has its own"),
        (("can", "user/alise", "ses:SendEmail", "example.com"), "no user `alise` in account 123456789012; did you mean `alice`?"),
        (("can", "alice", "ses:SendEmail", "example.com"), "`alice`: expected `user/NAME`, `role/NAME`"),
        (("can", "arn:aws:iam::999988887777:root", "ses:SendEmail", "x"), "no account 999988887777 here; there are 123456789012"),
        (("can", "user/alice", "ses:SendMail", "example.com"), "ses has no such action; did you mean `ses:SendEmail`?"),
        (("can", "user/alice", "sess:SendEmail", "example.com"), "no service `sess`; did you mean `ses`?"),
        (("can", "user/alice", "SendEmail", "example.com"), "`SendEmail`: expected a service and an action"),
        (("can", "user/alice", "ses:SendEmail"), "RESOURCE or --from: expected what ses:SendEmail is to be asked on"),
        (("can", "user/alice", "ses:SendEmail", "queue/x"), "`queue/x`: expected an ARN, `*` or `configuration-set/NAME`"),
        (("can", "user/alice", "ses:SendEmail", "--from", "x"), "--from `x`: expected an address"),
        (("can", "user/alice", "ses:SendEmail", "--from", "a@b", "--at", "soon"), "--at `soon`: expected a time"),
        (("can", "user/alice", "ses:SendEmail", "--from", "a@b", "--source-ip", "x"), "--source-ip `x`: expected an IP address"),
        (("can", "user/alice", "ses:SendEmail", "x", "--context", "a"), "--context `a`: expected KEY=VALUE"),
        (("can", "user/alice", "ses:SendEmail", "x", "--context", "ses:FromAdress=a"), "did you mean `ses:FromAddress`?"),
        (("can", "user/alice", "ses:SendEmail", "x", "--policy", "none.json"), "--policy none.json: No such file or directory"),
        (("can", "user/alice", "ses:ListIdentities", "--from", "a@b"), "--from: ses:ListIdentities carries no ses:FromAddress"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_named(alice: Person, gatepost: Command, arguments: tuple[str, ...], says: str) -> None:
    assert alice.name == "alice"
    code, told, said = gatepost(*arguments)
    assert (code, told) == (2, "")
    assert says in said
