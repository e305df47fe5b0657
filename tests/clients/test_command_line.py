"""The guide's commands, as typed, with the unmodified aws CLI; and Gatepost's own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from clients.people import allow, document, identity_arn
from live import ACCOUNT, BIN, ROOT_KEY, ROOT_SECRET, Live

POLICY_A = document(allow("ses:SendEmail"))
POLICY_B = document(allow(["ses:SendEmail", "ses:SendRawEmail"], identity_arn("example.com"), Principal={"AWS": "*"}))


def gatepost(*arguments: str, cwd: Path | None = None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "gatepost"), *arguments],
        cwd=cwd,
        input=stdin,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd or "/"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_commands_of_any_guide_do_what_the_guide_says(live: Live, tmp_path: Path) -> None:
    raw = tmp_path / "raw.json"
    raw.write_text(json.dumps({"Data": "From: news@example.com\nTo: you@example.net\nSubject: Raw\n\nHello\n"}))
    story = [
        ("iam", "create-user", "--user-name", "alice"),
        ("iam", "put-user-policy", "--user-name", "alice", "--policy-name", "send", "--policy-document", POLICY_A),
        ("iam", "create-group", "--group-name", "marketing"),
        ("iam", "add-user-to-group", "--group-name", "marketing", "--user-name", "alice"),
        ("iam", "put-group-policy", "--group-name", "marketing", "--policy-name", "send", "--policy-document", POLICY_A),
        ("iam", "create-access-key", "--user-name", "alice"),
        ("ses", "verify-domain-identity", "--domain", "example.com"),
        ("ses", "put-identity-policy", "--identity", "example.com", "--policy-name", "all", "--policy", POLICY_B),
        ("ses", "list-identity-policies", "--identity", "example.com"),
        ("ses", "get-identity-policies", "--identity", "example.com", "--policy-names", "all"),
        ("ses", "send-email", "--from", "news@example.com", "--to", "you@example.net", "--subject", "Hi", "--text", "Hello"),
        ("ses", "send-raw-email", "--raw-message", f"file://{raw}"),
        ("ses", "get-send-quota"),
        ("ses", "get-send-statistics"),
        ("ses", "delete-identity-policy", "--identity", "example.com", "--policy-name", "all"),
        ("sesv2", "create-email-identity", "--email-identity", "example.org"),
        ("sesv2", "create-email-identity-policy", "--email-identity", "example.org", "--policy-name", "all", "--policy",
         POLICY_B.replace("example.com", "example.org")),
        ("sesv2", "list-email-identities"),
        ("sesv2", "send-email", "--from-email-address", "a@example.org", "--destination", "ToAddresses=you@example.net",
         "--content", "Simple={Subject={Data=Hi},Body={Text={Data=Hello}}}"),
        ("cloudtrail", "lookup-events"),
    ]  # fmt: skip
    answers: dict[tuple[str, ...], Any] = {}
    for command in story:
        result = live.aws(*command)
        assert result.returncode == 0, f"{' '.join(command)}: {result.stderr}"
        answers[command[:2]] = json.loads(result.stdout) if result.stdout.strip() else None
    assert answers["ses", "list-identity-policies"] == {"PolicyNames": ["all"]}
    assert json.loads(answers["ses", "get-identity-policies"]["Policies"]["all"]) == json.loads(POLICY_B)
    assert answers["ses", "get-send-quota"]["SentLast24Hours"] == 2
    assert [point["DeliveryAttempts"] for point in answers["ses", "get-send-statistics"]["SendDataPoints"]] == [2]
    names = [event["EventName"] for event in answers["cloudtrail", "lookup-events"]["Events"]][::-1]
    recorded = [name for name in names if name != "PolicyFindings"]  # these come when they come
    assert recorded == [
        "CreateUser", "PutUserPolicy", "CreateGroup", "AddUserToGroup", "PutGroupPolicy", "CreateAccessKey",
        "VerifyDomainIdentity", "PutIdentityPolicy", "ListIdentityPolicies", "GetIdentityPolicies", "SendEmail",
        "SendRawEmail", "GetSendQuota", "GetSendStatistics", "DeleteIdentityPolicy", "CreateEmailIdentity",
        "CreateEmailIdentityPolicy", "ListEmailIdentities", "SendEmail",
    ]  # fmt: skip
    assert [message["Subject"] for message in live.messages()] == ["Hi", "Raw", "Hi"]


def test_the_banner_says_where_and_what_next(tmp_path: Path) -> None:
    live = Live(tmp_path / "data", ("--listen", "http://127.0.0.1:0")).start()
    assert live.process.stdout is not None
    banner = live.banner + [live.process.stdout.readline() for _ in range(7)]
    assert banner[0] == f"Gatepost is ready on {live.endpoint}\n"
    assert f'  eval "$(gatepost env --data {live.data})"\n' in banner
    printed = gatepost("env", "--data", str(live.data)).stdout
    assert printed == (
        f"export AWS_ENDPOINT_URL={live.endpoint}\nexport AWS_ACCESS_KEY_ID={ROOT_KEY}\n"
        f"export AWS_SECRET_ACCESS_KEY={ROOT_SECRET}\nexport AWS_DEFAULT_REGION=us-east-1\n"
    )
    assert live.stop() == 0
    assert not (live.data / "server.json").exists()


def test_env_runs_a_command_with_the_settings(live: Live) -> None:
    result = gatepost("env", "--data", str(live.data), "--", str(BIN / "aws"), "sts", "get-caller-identity")
    assert json.loads(result.stdout)["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"


def test_mail_is_listed_and_shown_with_what_let_it_out(live: Live) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    live.client("iam").create_user(UserName="alice")
    live.client("iam").put_user_policy(UserName="alice", PolicyName="may-send", PolicyDocument=POLICY_A)
    key = live.client("iam").create_access_key(UserName="alice")["AccessKey"]
    sent = live.aws(
        "ses", "send-email", "--from", "News <news@example.com>", "--to", "you@example.net",
        "--subject", "Hello", "--text", "It works.",
        key=key["AccessKeyId"], secret=key["SecretAccessKey"],
    )  # fmt: skip
    message_id = json.loads(sent.stdout)["MessageId"]
    data = ("--data", str(live.data))
    assert f"{message_id}  news@example.com -> you@example.net  Hello" in gatepost("mail", "list", *data).stdout
    shown = gatepost("mail", "show", message_id, *data).stdout
    assert f"sender    arn:aws:iam::{ACCOUNT}:user/alice" in shown
    assert "by may-send (statement 1)" in shown
    raw = gatepost("mail", "show", message_id, "--raw", *data).stdout
    assert "From: News <news@example.com>\n" in raw
    assert raw.endswith("\nIt works.\n")
    assert live.hook(f"messages/{message_id}").replace(b"\r\n", b"\n").decode() == raw
    assert json.loads(gatepost("mail", "list", "--json", *data).stdout)["MessageId"] == message_id
    assert gatepost("mail", "show", "none", *data).returncode == 1


def test_simulate_prints_a_line_a_case(tmp_path: Path) -> None:
    case = {
        "name": "one",
        "request": {"principal": f"arn:aws:iam::{ACCOUNT}:user/alice", "action": "ses:SendEmail", "resource": "*"},
        "identity_policies": [json.loads(POLICY_A)],
        "expected": "allowed",
    }
    lines = "\n".join(json.dumps(each) for each in (case, {**case, "name": "two", "expected": "explicitDeny"}))
    result = gatepost("simulate", "--cases", "-", stdin=lines)
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"name": "one", "decision": "allowed", "expected": "allowed", "ok": True},
        {"name": "two", "decision": "allowed", "expected": "explicitDeny", "ok": False},
    ]
    assert result.returncode == 1
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([case]))
    assert gatepost("simulate", "--cases", str(file)).returncode == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[{]", "-:1:3: Expecting property name"),
        ('[{"name": "x"}]', "case 1 (`x`), request: expected an object"),
        ('[{"name": "x", "request": {"principal": "alice", "action": "a:b", "resource": "*"}}]', "`alice` is no principal"),
        ('[{"name": "x", "name": "y"}]', "the key `name` stands twice in an object"),
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 100_000, "nested too deep"),
        ('[{"name": "x", "polices": []}]', "unknown member `polices`"),
    ],
)
def test_cases_that_cannot_be_read_are_named(text: str, says: str) -> None:
    result = gatepost("simulate", "--cases", "-", stdin=text)
    assert result.returncode == 2
    assert says in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("frobnicate",), 2, "Unknown command"),
        (("simulate",), 2, "--cases"),
        (("simulate", "--cases", "none.json"), 2, "none.json: No such file or directory"),
        (("account", "create", "12"), 2, "`12`: expected an account ID of twelve digits"),
        (("env",), 4, "no data in gatepost-data: start `gatepost serve` first"),
        (("mail", "list"), 4, "no data in gatepost-data"),
        (("serve", "--listen", "127.0.0.1"), 2, "--listen `127.0.0.1`: expected http://HOST:PORT or https://HOST:PORT"),
        (("serve", "--listen", "http://0.0.0.0:0", "--test-hooks"), 2, "--test-hooks is refused on http://0.0.0.0:0"),
        (("serve", "--listen", "http://192.0.2.1:7370"), 4, "cannot listen on http://192.0.2.1:7370"),
        (("serve", "--store", "postgresql://h/db"), 4, "keeps its store in SQLite"),
        (("serve", "--config", "none.toml"), 2, "none.toml: No such file or directory"),
    ],
)
def test_mistakes_are_told_with_the_exit_code_of_their_kind(
    tmp_path: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    result = gatepost(*arguments, cwd=tmp_path)
    assert says in " ".join(result.stderr.replace("│", " ").split()), result.stderr
    assert result.returncode == code


def test_init_makes_an_administrator_who_is_not_root(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    first = gatepost("init", *data, "--print-env")
    key, secret = (line.partition("=")[2] for line in first.stdout.splitlines())
    live = Live(tmp_path / "data").start()
    assert live.client("sts", key, secret).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/admin"
    live.client("iam", key, secret).create_user(UserName="alice")
    assert live.stop() == 0
    assert gatepost("init", *data).returncode == 1


def test_accounts_are_listed(live: Live) -> None:
    assert gatepost("account", "create", "444455556666", "--name", "partner", "--data", str(live.data)).returncode == 0
    listed = gatepost("account", "list", "--data", str(live.data)).stdout
    assert [line.split()[0] for line in listed.splitlines()] == [ACCOUNT, "444455556666"]
    again = gatepost("account", "create", "444455556666", "--data", str(live.data))
    assert (again.returncode, "exists already" in again.stderr) == (1, True)


def test_every_command_has_help_with_an_example() -> None:
    for command in (("serve",), ("env",), ("init",), ("account", "create"), ("account", "list"), ("mail", "list"), ("mail", "show"),
                    ("explain",), ("can",), ("who-can",), ("lint",), ("rule",), ("prove",), ("test",), ("diff",), ("simulate",),
                    ("window",), ("guardrail", "add"), ("completion",)):  # fmt: skip
        result = gatepost(*command, "--help")
        assert result.returncode == 0
        assert "Example: " in result.stdout, command
    for shell in ("bash", "zsh", "fish"):
        assert "gatepost" in gatepost("completion", shell).stdout


def test_env_is_not_taken_in_by_a_server_that_was_killed(tmp_path: Path) -> None:
    live = Live(tmp_path / "data").start()
    live.kill()
    result = gatepost("env", "--data", str(live.data))
    assert "no server runs on" in result.stderr
    assert result.stdout.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:7370\n")


def test_a_store_elsewhere_is_found_through_the_server(tmp_path: Path) -> None:
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere' / 'store.db'}"
    live = Live(tmp_path / "data", ("--listen", "http://127.0.0.1:0", "--store", elsewhere)).start()
    assert ROOT_KEY in gatepost("env", "--data", str(live.data)).stdout
    assert not (live.data / "gatepost.db").exists()
    assert live.stop() == 0
