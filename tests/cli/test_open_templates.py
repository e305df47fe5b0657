"""Templates that leave parts open: nothing is said of the form of what is not known, and claims are proved for whatever it may be."""

from pathlib import Path

import pytest

from gatepost.cli import main

HEAD = """Parameters: {Domain: {Type: String}, Open: {Type: String}}
Resources:
  Sender:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
"""
KNOWN = (
    HEAD
    + """        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: [ses:SendEmail, ses:SendRawEmail]
            Resource: !Sub arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/${Domain}
            Condition: {StringEquals: {ses:FromAddress: !Sub "news@${Domain}"}}
"""
)
OPEN = (
    HEAD
    + """        Statement:
          - {Effect: Allow, Action: !Ref Open, Resource: !Sub "arn:aws:ses:${AWS::Region}:${AWS::AccountId}:identity/${Domain}"}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {AWS: !Ref Open}, Action: sts:AssumeRole}]
"""
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "known.yaml").write_text(KNOWN)
    (tmp_path / "open.yaml").write_text(OPEN)
    monkeypatch.chdir(tmp_path)


def test_of_the_form_of_what_is_not_known_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("lint", "open.yaml", "-o", "concise", "--fail-on", "error")) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()] == ["MISSING_VERSION"]


@pytest.mark.parametrize(
    ("file", "claim", "code", "says"),
    [
        ("known.yaml", "ses:SendEmail from ceo@example.com", 0, "YES."),
        ("known.yaml", "ses:SendEmail from news@example.com", 1, "gatepost:unresolved/domain=example.com"),
        ("open.yaml", "ses:SendEmail", 3, "CANNOT TELL.  `${gatepost:unresolved/Open}`: the template leaves it open."),
    ],
)
def test_a_claim_is_proved_for_whatever_the_parts_may_be(
    capsys: pytest.CaptureFixture[str], file: str, claim: str, code: int, says: str
) -> None:
    assert main(("prove", file, "--never", claim)) == code
    assert says in capsys.readouterr().out


def test_a_trust_policy_beside_is_left_out_and_that_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    main(("prove", "open.yaml", "--never", "ses:SendEmail"))
    told = "open.yaml: Role.AssumeRolePolicyDocument: not read: a trust policy is asked about with --type alone"
    assert told in capsys.readouterr().err
