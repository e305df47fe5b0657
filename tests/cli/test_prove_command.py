"""`gatepost prove`: what it prints, and how it ends."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

import gatepost
from gatepost.cli import main

SEND = {"Sid": "Send", "Effect": "Allow", "Action": "ses:Send*", "Resource": "*"}
DENY = {"Sid": "DenyCeo", "Effect": "Deny", "Action": "ses:Send*", "Resource": "*",
        "Condition": {"StringLike": {"ses:FromAddress": "ceo@*"}}}  # fmt: skip
FILES = {
    "team.json": [SEND, DENY],
    "send.json": [SEND],
    "one.json": [{"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}],
    "everybody.json": [SEND | {"Principal": {"AWS": "*"}}],
    "account.json": [SEND | {"Principal": {"AWS": "123456789012"}}],
    "tls.json": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}],
    "own.json": [
        SEND
        | {
            "Condition": {
                "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1234*:user/*"},
                "StringLike": {"ses:FromAddress": "${aws:username}@*"},
            }
        }
    ],
}


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, statements in FILES.items():
        Path(name).write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("one.json", "--narrower-than", "send.json"), 0, "YES.  Nothing is allowed that send.json does not allow."),
        (("send.json", "--narrower-than", "one.json"), 1, "NO.  Allowed here, and not by one.json"),
        (("one.json", "--equivalent-to", "one.json"), 0, "YES.  The same requests are allowed as by one.json."),
        (("one.json", "--disjoint-from", "send.json"), 1, "NO.  Allowed here and by send.json too"),
        (("everybody.json", "--no-public"), 1, "NO.  Open to everybody"),
        (("account.json", "--no-public"), 0, "YES.  Nobody is let in"),
        (("send.json", "--anything"), 0, "YES.  Something is allowed:"),
        (("send.json", "--nothing"), 1, "NO.  Something is allowed"),
        (("send.json", "--always", "send from a@b.org by user/ann"), 0, "YES.  Every request that the claim describes is allowed."),
        (("send.json", "--never", "send without tls", "--boundary", "tls.json"), 0, "YES.  No request"),
        (("send.json", "--never", "send without tls", "--scp", "tls.json"), 0, "YES.  No request"),
        (("send.json", "--never", "send without tls", "--session-policy", "tls.json"), 0, "YES.  No request"),
        (("own.json", "--never", "send from bob@b.org", "--as", "user/ann"), 0, "YES.  No request"),
        (("own.json", "--never", "send from ann@b.org", "--as", "user/ann"), 1, "NO.  Counterexample"),
        (("own.json", "--never", "send from ann@b.org"), 3, "CANNOT TELL.  aws:PrincipalArn is compared with"),
    ],
)  # fmt: skip
def test_the_answer_is_told_and_is_the_exit_code(
    arguments: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("prove", *arguments)) == code
    assert capsys.readouterr().out.startswith(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("one.json", "--nevr", "send"), "unknown option `--nevr`; did you mean `--never`?"),
        (("--anything",), "expected POLICY: a file, a folder, or - for standard input"),
        (("one.json",), "expected one of --never, --always, "),
        (("one.json", "--anything", "--nothing"), "--anything, --nothing; found 2"),
        (("one.json", "--never", "send frm a@b.org"), "--never: column 6: `frm`: expected one of `by`"),
        (("one.json", "--never", "send by 444455556666"), "it does not speak of anybody of account 123456789012"),
        (("one.json", "--never", "send by group/x"), "the users of this group are not known here"),
        (("none.json", "--anything"), "none.json: No such file or directory"),
        (("one.json", "--narrower-than", "none.json"), "none.json: No such file or directory"),
        (("one.json", "--anything", "--as", "nobody"), "--as `nobody` is no principal"),
        (("one.json", "--anything", "--account", "12"), "--account `12`: expected twelve digits"),
        (("everybody.json", "--anything", "--type", "identity"), "everybody.json:1:"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("prove", *arguments)) == 2
    assert said in capsys.readouterr().err


# --- what a proof leaves behind -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("one.json", "--narrower-than", "send.json"), 0, "CHECKED.  narrower-than: yes. No such request:"),
        (("send.json", "--narrower-than", "one.json"), 1, "CHECKED.  narrower-than: no. 1 request decided once more."),
        (("send.json", "--anything"), 0, "CHECKED.  anything: yes. 1 request decided once more."),
        (("team.json", "--never", "send from ceo@a.org"), 1, "CHECKED.  never send from ceo@a.org: no. "),
        (("send.json", "--never", "send without tls", "--scp", "tls.json"), 0, "CHECKED.  never send without tls: yes."),
        (("send.json", "--never", "send without tls", "--boundary", "tls.json", "--as", "role/x"), 0, "CHECKED.  never send"),
        (("everybody.json", "--no-public"), 1, "CHECKED.  no-public: no."),
    ],
)  # fmt: skip
def test_a_certificate_is_written_and_checked(
    arguments: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("prove", *arguments, "--certificate", "proof.json")) == code
    told = capsys.readouterr().out
    assert main(("prove", *arguments)) == code
    assert timeless(capsys.readouterr().out) == timeless(told)
    assert main(("prove", "--check", "proof.json")) == 0
    printed = capsys.readouterr().out
    assert " ".join(printed.split()).startswith(" ".join(said.split()))
    assert f"{sha256(Path(arguments[0]).read_bytes()).hexdigest()}  {arguments[0]}" in printed
    assert sorted(each.name for each in Path().iterdir()) == sorted((*FILES, "proof.json"))


def timeless(printed: str) -> str:
    return re.sub(r"[\d.]+ ms", "", printed)


def test_a_certificate_that_does_not_hold_is_refused_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    main(("prove", "one.json", "--narrower-than", "send.json", "--certificate", "proof.json"))
    told = json.loads(Path("proof.json").read_text())
    told["refutations"][0]["clauses"].pop(0)
    Path("proof.json").write_text(json.dumps(told))
    capsys.readouterr()
    assert main(("prove", "--check", "proof.json")) == 1
    assert capsys.readouterr().out.startswith("REFUSED.  refutations 1: clause 1: expected `")
    assert main(("prove", "--check", "proof.json", "-o", "json")) == 1
    assert json.loads(capsys.readouterr().out)["obstacle"].startswith("refutations 1: clause 1: expected `")


def test_the_json_of_a_check_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    main(("prove", "one.json", "--narrower-than", "send.json", "--certificate", "proof.json"))
    capsys.readouterr()
    assert main(("prove", "--check", "proof.json", "-o", "json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["check"], told["question"], told["answer"], told["requests"]) == ("checked", "narrower-than", "yes", 0)
    assert [each["name"] for each in told["policies"]] == ["one.json", "send.json"]


def test_what_a_general_solver_alone_has_decided_is_not_checked_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    team = {"StringEquals": {"ses:FromAddress": "${aws:PrincipalTag/team}@a.org", "aws:PrincipalTag/team": "news"}}
    for name, condition in (("own.json", team), ("news.json", {"StringEquals": {"ses:FromAddress": "news@a.org"}})):
        document = {"Version": "2012-10-17", "Statement": [SEND | {"Condition": condition}]}
        Path(name).write_text(json.dumps(document))
    asked = ("prove", "own.json", "--narrower-than", "news.json", "--timeout", "60")
    assert main((*asked, "--certificate", "proof.json")) == 0
    capsys.readouterr()
    assert main(("prove", "--check", "proof.json")) == 3
    printed = " ".join(capsys.readouterr().out.split())
    assert printed.startswith("NOT IN FULL. narrower-than: yes.")
    assert "by arn:aws:iam::123456789012:user/intern: a general solver alone has decided" in printed


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_certificate_is_the_same_in_every_process(seed: str) -> None:
    asked = ("prove", "team.json", "--narrower-than", "send.json", "--certificate", "proof.json")
    main(asked)
    mine = Path("proof.json").read_text()
    environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(gatepost.__file__).parents[1])}
    command = (sys.executable, "-c", f"from gatepost.cli import main; main({asked!r})")
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    assert Path("proof.json").read_text() == mine


def test_the_question_is_written_for_general_solvers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("prove", "one.json", "--equivalent-to", "send.json", "--smt2", "question.smt2")) == 1
    assert capsys.readouterr().out.startswith("NO.  They differ")
    written = Path("question.smt2").read_text()
    assert written.startswith("; Gatepost ")
    assert "--equivalent-to: The same requests are allowed as by send.json." in written
    assert f"; of one.json (identity), SHA-256 {sha256(Path('one.json').read_bytes()).hexdigest()}" in written
    assert written.count("(check-sat)\n") == written.count("(reset)")


def test_what_is_not_decided_leaves_no_certificate(capsys: pytest.CaptureFixture[str]) -> None:
    Path("proof.json").write_text("of old")
    assert main(("prove", "own.json", "--never", "send from ann@b.org", "--certificate", "proof.json", "--smt2", "q")) == 3
    told = capsys.readouterr().err
    assert "gatepost: --certificate proof.json: not written: there is no answer to certify" in told
    assert "gatepost: --smt2 q: not written: aws:PrincipalArn is compared with" in told
    assert Path("proof.json").read_text() == "of old"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("one.json", "--nothing", "--smt2", "no/q.smt2"), "gatepost: --smt2 no/q.smt2: No such file or directory"),
        (
            ("one.json", "--nothing", "--certificate", "no/c.json"),
            "gatepost: --certificate no/c.json: No such file or directory",
        ),
        (("one.json", "--nothing", "--smt2=-"), "--smt2 `-`: expected a file; standard output is the answer's"),
        (("one.json", "--nothing", "--certificate", "./one.json"), "--certificate ./one.json: expected a file of its own"),
        (("one.json", "--nothing", "--scp", "tls.json", "--smt2", "tls.json"), "--smt2 tls.json: expected a file of its own"),
        (("one.json", "--nothing", "--smt2", "x", "--certificate", "x"), "--smt2 x: expected a file of its own"),
        (("--check", "one.json", "--smt2", "x"), "--check one.json: expected nothing beside it but --output"),
        (("one.json", "--nothing", "--smt2", "."), "--smt2 .: Is a directory"),
        (("--check", "no.json"), "--check no.json: No such file or directory"),
        (("--check", "one.json"), "--check one.json: certificate: expected a whole number"),
        (("--check", "none.txt"), "--check none.txt:1:1: no JSON: "),
        (("--check", "one.json", "--nothing"), "--check one.json: expected nothing beside it but --output"),
        (("--check", "one.json", "send.json"), "--check one.json: expected nothing beside it but --output"),
    ],
)
def test_files_that_cannot_be_written_or_read_are_told(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("none.txt").write_text("none")
    before = {each.name: each.read_bytes() for each in Path().iterdir()}
    assert main(("prove", *arguments)) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
    assert {each.name: each.read_bytes() for each in Path().iterdir()} == before


def test_a_policy_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(Path("one.json").read_bytes())))
    assert main(("prove", "-", "--never", "ses:SendRawEmail")) == 0
    assert capsys.readouterr().out.startswith("YES.")


def test_a_claim_that_does_not_parse_is_pointed_at(capsys: pytest.CaptureFixture[str]) -> None:
    main(("prove", "one.json", "--never", "send frm a@b.org"))
    *_, claim, mark = capsys.readouterr().err.splitlines()
    assert claim[mark.index("^") :].startswith("frm")


def test_each_way_past_is_told_with_why_the_deny_does_not_stop_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("prove", "team.json", "--never", "ses:Send* from ceo@example.com unless role/exec")) == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "ses:SendBulkEmail on identity/example.com by user/intern allowed by team.json › Send." in printed
    assert "DenyCeo cannot stop it: ses:SendBulkEmail carries no ses:FromAddress. SES_KEY_NOT_SET_BY_ACTION" in printed
    assert "in another case. SES_CASE_SENSITIVE_ADDRESS" in printed
    assert "`from` counts them" in printed
    assert "ms, exact (no solver limit)." in printed


def test_a_family_that_is_not_denied_in_whole_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    half = [SEND, {"Sid": "Half", "Effect": "Deny", "Action": ["ses:SendEmail"], "Resource": "*"}]
    Path("half.json").write_text(json.dumps({"Statement": half}))
    assert main(("prove", "half.json", "--never", "send")) == 1
    assert "Half cannot stop it: it does not speak of ses:SendRawEmail" in " ".join(capsys.readouterr().out.split())


def test_the_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("prove", "team.json", "--never", "ses:SendBulkEmail from ceo@a.org, boss@a.org", "-o", "json")) == 2
    capsys.readouterr()
    assert main(("prove", "team.json", "--never", "send from ceo@a.org", "-o", "json")) == 1
    told = json.loads(capsys.readouterr().out)
    first = told["shown"][0]
    assert (told["question"], told["answer"], told["exact"]) == ("never", "no", True)
    assert (first["action"], first["decision"], first["decided_by"][0]["sid"]) == ("ses:SendBulkEmail", "allowed", "Send")
    assert first["passed"][0]["code"] == "SES_KEY_NOT_SET_BY_ACTION"
    assert told["without_key"] == {"from": ["ses:SendBulkEmail", "ses:SendCustomVerificationEmail"]}
    assert main(("prove", "own.json", "--never", "send", "-o", "json")) == 3
    assert json.loads(capsys.readouterr().out)["answer"] == "cannotTell"
