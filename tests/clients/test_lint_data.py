"""What real clients did on a running server, as the log tells it to the linter: `gatepost lint --data`."""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clients.people import allow, document, identity_arn, make_user, refused, send, send_v2
from gatepost.access.allowed_requests import allowed_requests
from gatepost.access.explained import explained_call
from gatepost.policy.request import Request
from gatepost.store.database import Database
from gatepost.store.event_lookup import authorized_events
from gatepost.store.event_record import authorization_id_of
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from live import ACCOUNT, BIN, REGION, ROOT_KEY, ROOT_SECRET, Live

EXAMPLE = identity_arn("example.com")
NEWS = f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/news"
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
Lint = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def lint(live: Live, tmp_path: Path) -> Lint:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_ENDPOINT_URL": live.endpoint, "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_SECRET, "AWS_DEFAULT_REGION": REGION, "AWS_MAX_ATTEMPTS": "1",
        }  # fmt: skip
        command = [str(BIN / "gatepost"), "lint", *arguments, "--data", str(live.data)]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60)

    return run


def put(folder: Path, name: str, *statements: Any) -> str:
    (folder / name).write_text(document(*statements))
    return name


def findings(result: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    (policy,) = json.loads(result.stdout)["policies"]
    return {each["code"]: each["message"] for each in policy["findings"]}


def requests_of(live: Live, account: str = ACCOUNT) -> list[tuple[str, str, str, dict[str, Any]]]:
    """What is read of the log, held against each call as it is explained."""
    database = Database.open(f"sqlite:///{live.data / 'gatepost.db'}", keyring=Keyring.of(live.data), memory=Memory())
    with database.reader() as tx:
        told = [_told(request) for _, request in allowed_requests(tx, account, BEGINNING)]
        ids = [authorization_id_of(each.parts) for each in authorized_events(tx, account, BEGINNING)]
        calls = [call for each in ids if (call := explained_call(tx, each)) is not None]
        explained = [each.explanation for call in calls for each in call.decisions]
    database.close()
    ours = [each for each in explained if account in (each.request.principal.account, each.request.resource_account)]
    assert told == [_told(each.request) for each in ours if each.decision.allowed]
    return told


def _told(request: Request) -> tuple[str, str, str, dict[str, Any]]:
    return request.principal.arn, request.action, request.resource, dict(request.context)


def test_the_log_gives_back_each_allowed_request_as_the_policies_saw_it(live: Live, partner: tuple[str, str]) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice = make_user(live, "alice")
    statement = allow("ses:SendEmail", Condition={"StringEquals": {"ses:FromAddress": "news@example.com"}})
    live.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(statement))
    send(alice.client("ses"), to=["a@example.net", "b@example.org"])
    refused(send, alice.client("ses"), source="ceo@example.com")
    guest = {**allow("ses:SendEmail", EXAMPLE), "Principal": {"AWS": "444455556666"}}
    live.client("ses").put_identity_policy(Identity="example.com", PolicyName="g", Policy=document(guest))
    send(live.client("ses", *partner), SourceArn=EXAMPLE)
    sends = [each for each in requests_of(live) if each[1] == "ses:SendEmail"]
    assert [(who.rpartition(":")[2], context["ses:fromaddress"]) for who, _, _, context in sends] == [
        ("user/alice", "news@example.com"),
        ("root", "news@example.com"),
    ]
    assert sends[0][3]["ses:recipients"] == ("a@example.net", "b@example.org")
    assert sends[0][3]["aws:username"] == "alice"
    assert [who for who, action, _, _ in requests_of(live, "444455556666") if action == "ses:SendEmail"] == [
        "arn:aws:iam::444455556666:root"
    ]


def test_what_nobody_used_is_told_with_how_far_the_log_reaches(live: Live, lint: Lint, tmp_path: Path) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    alice, bob = make_user(live, "alice"), make_user(live, "bob")
    granted = allow(["ses:SendEmail", "ses:SendRawEmail"], EXAMPLE)
    for person in (alice, bob):
        live.client("iam").put_user_policy(UserName=person.name, PolicyName="send", PolicyDocument=document(granted))
    send(alice.client("ses"))
    send_v2(alice.client("sesv2"))
    result = lint(put(tmp_path, "p.json", granted), "--select", "GP_UNUSED", "-o", "json")
    assert result.returncode == 0
    told = findings(result)
    assert set(told) == {"GP_UNUSED_ACTION", "GP_UNUSED_SENDER"}
    assert told["GP_UNUSED_ACTION"].endswith("Z): `ses:SendRawEmail`")
    assert "send; only `news@example.com` did since the log began (" in told["GP_UNUSED_SENDER"]
    assert "what is unused is told of this time, not of 90 days" in result.stderr
    fixed = lint("p.json", "--select", "GP_UNUSED", "--fix", "--unsafe-fixes")
    assert fixed.returncode == 0, fixed.stderr
    (statement,) = json.loads((tmp_path / "p.json").read_text())["Statement"]
    assert (statement["Action"], statement["Condition"]) == (
        "ses:SendEmail",
        {"StringEquals": {"ses:FromAddress": "news@example.com"}},
    )
    live.client("iam").put_user_policy(UserName="alice", PolicyName="send", PolicyDocument=document(statement))
    send(alice.client("ses"))
    # An account that is asked says who has a policy: bob's was not used, whatever alice did with hers.
    of_bob = lint(bob.arn, "--select", "GP_UNUSED", "-o", "concise")
    assert "nothing that statement 1 allows was used" in of_bob.stdout


def test_the_account_region_and_identities_are_the_servers(live: Live, lint: Lint, tmp_path: Path) -> None:
    live.client("ses").verify_domain_identity(Domain="example.com")
    file = put(tmp_path, "p.json", allow("ses:SendEmail", [EXAMPLE, identity_arn("example.org")]))
    flags = ("--select", "SES_RESOURCE_WRONG", "-o", "json")
    not_here = "`example.org` is not verified in this account and region; here are `example.com`"
    assert findings(lint(file, *flags)) == {"SES_RESOURCE_WRONG_IDENTITY": not_here}
    abroad = put(tmp_path, "q.json", allow("ses:SendEmail", identity_arn("example.org", region="eu-west-1")))
    assert findings(lint(abroad, *flags)) == {"SES_RESOURCE_WRONG_REGION": "`eu-west-1` is another region; this is `us-east-1`"}
    live.client("ses", region_name="eu-west-1").verify_domain_identity(Domain="example.org")
    assert findings(lint(abroad, *flags)) == {}
    assert findings(lint(file, *flags, "--region", REGION)) == {"SES_RESOURCE_WRONG_IDENTITY": not_here}


def test_the_default_configuration_set_must_be_allowed_as_well(live: Live, lint: Lint, tmp_path: Path) -> None:
    v2 = live.client("sesv2")
    v2.create_configuration_set(ConfigurationSetName="news")
    v2.create_email_identity(EmailIdentity="example.com", ConfigurationSetName="news")
    alice = make_user(live, "alice")
    statement = allow(["ses:SendEmail", "ses:SendRawEmail"], EXAMPLE)
    live.client("iam").put_user_policy(UserName="alice", PolicyName="send", PolicyDocument=document(statement))
    assert f"on resource `{NEWS}'" in refused(send, alice.client("ses"))[1]
    file = put(tmp_path, "p.json", statement)
    result = lint(file, "--select", "SES_RESOURCE_WRONG_TYPE", "-o", "json")
    assert result.returncode == 1
    assert findings(result) == {
        "SES_RESOURCE_WRONG_TYPE": "mail from example.com takes the configuration set `news` by default, "
        "and no statement of this policy allows `ses:SendEmail` on it"
    }
    analyzer = live.client("accessanalyzer")
    analyzer.meta.events.register(
        "before-sign.accessanalyzer.ValidatePolicy",
        lambda request, **_: request.headers.add_header("X-Gatepost-Findings", "all"),
    )
    answer = analyzer.validate_policy(policyDocument=document(statement), policyType="IDENTITY_POLICY")
    assert "SES_RESOURCE_WRONG_TYPE" in [each["issueCode"] for each in answer["findings"]]
    assert lint(file, "--select", "SES_RESOURCE_WRONG_TYPE", "--fix", "--unsafe-fixes").returncode == 1
    assert json.loads((tmp_path / "p.json").read_text())["Statement"][0]["Resource"] == EXAMPLE  # what widens is offered alone
    mended = document(allow(["ses:SendEmail", "ses:SendRawEmail"], [EXAMPLE, NEWS]))
    live.client("iam").put_user_policy(UserName="alice", PolicyName="send", PolicyDocument=mended)
    send(alice.client("ses"))


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--unused", "90x"), "--unused `90x`: expected a number of days, such as 90d"),
        (("--unused", "0"), "--unused `0`: expected a number of days, such as 90d"),
        (("--account", "111122223333"), "--account `111122223333`: there is no such account in "),
    ],
)
def test_what_cannot_be_asked_of_a_data_folder_is_told(lint: Lint, tmp_path: Path, flags: tuple[str, ...], says: str) -> None:
    result = lint(put(tmp_path, "p.json", allow("ses:SendEmail")), *flags)
    assert result.returncode == 2
    assert result.stderr.startswith(f"gatepost: {says}")
