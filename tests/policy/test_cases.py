"""Every decision case of `tests/cases`: decided, explained to the same end, and by the command; and what a case cannot say."""

import json
from collections import Counter
from pathlib import Path

import pytest

from gatepost.cli.simulate import simulate
from gatepost.policy.cases import Case, read_cases, run_case
from gatepost.policy.decide import Policies, Verdict, decide
from gatepost.policy.explain import explain
from gatepost.policy.model import Policy
from gatepost.policy.principal import Principal
from gatepost.policy.read import read_policy
from gatepost.policy.request import Request

FILES = sorted((Path(__file__).parent.parent / "cases").glob("*.json"))
READ = {file.stem: read_cases(file.read_text("utf-8")) for file in FILES}
LEAST = 400

IDENTITY = "arn:aws:ses:us-east-1:111122223333:identity/example.com"
USER = "arn:aws:iam::111122223333:user/frank"
ROLE = "arn:aws:iam::111122223333:role/Mailer"
ALLOW = read_policy('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ses:*", "Resource": "*"}}')
SILENT = read_policy('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}')


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{topic}: {case.name}") for topic, cases in READ.items() for case in cases]
)
def test_it_is_decided_as_aws_decides_it(case: Case) -> None:
    assert case.source, "a case says where its answer comes from"
    assert case.expected is not None
    assert run_case(case).decision is case.expected
    assert explain(case.request, case.policies).decision.verdict is case.expected


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_command_decides_a_file_as_expected(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate(cases=file) == 0
    assert capsys.readouterr().out.count('"ok": true') == len(READ[file.stem])


def test_no_two_cases_have_one_name() -> None:
    names = Counter(case.name for cases in READ.values() for case in cases)
    assert [name for name, count in names.items() if count > 1] == []


def test_the_rules_are_covered() -> None:
    assert sum(map(len, READ.values())) >= LEAST


def test_a_policy_without_statements_may_be_asked_and_says_nothing() -> None:
    asked = {"principal": USER, "action": "ses:SendEmail", "resource": IDENTITY}
    silent = [{"Version": "2012-10-17", "Statement": []}]
    (case,) = read_cases(json.dumps({"name": "silent", "request": asked, "identity_policies": silent, "scps": [silent]}))
    assert run_case(case).decision is Verdict.IMPLICIT_DENY


# --- what a case cannot say ---------------------------------------------------------------------------------------------
# A case names its principal by an ARN alone: neither the user behind a federated session nor AWS's unique IDs stand in one.


def granted_to(principal: str) -> Policies:
    document = (
        f'{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, '
        f'"Action": "ses:SendEmail", "Resource": "{IDENTITY}"}}}}'
    )
    return Policies(resource=[read_policy(document)])


def asked_by(principal: Principal) -> Request:
    return Request(principal, "ses:SendEmail", IDENTITY)


FEDERATED = Principal.of("arn:aws:sts::111122223333:federated-user/session", user_arn=USER)


@pytest.mark.parametrize(
    ("boundary", "session", "verdict"),
    [
        (None, [ALLOW], Verdict.ALLOWED),
        (None, None, Verdict.IMPLICIT_DENY),
        (SILENT, [ALLOW], Verdict.IMPLICIT_DENY),
        (ALLOW, [SILENT], Verdict.IMPLICIT_DENY),
    ],
    ids=["a session policy that allows", "no session policy", "a silent boundary", "a silent session policy"],
)
def test_a_grant_to_the_user_of_a_federated_session_is_limited(
    boundary: Policy | None, session: list[Policy] | None, verdict: Verdict
) -> None:
    """Source: IAM User Guide, "Policy evaluation logic", on federated user sessions; STS API Reference, GetFederationToken."""
    policies = Policies(resource=granted_to(USER).resource, boundary=boundary, session=session)
    assert decide(asked_by(FEDERATED), policies).verdict is verdict


def test_a_grant_that_is_stored_by_id_names_who_had_the_name_then() -> None:
    """Source: IAM User Guide, "AWS JSON policy elements: Principal", on users and roles that are deleted and made anew."""
    policies = granted_to("AIDAEXAMPLEOFTHEFIRST")
    first = Principal.of(USER, unique_id="AIDAEXAMPLEOFTHEFIRST")
    second = Principal.of(USER, unique_id="AIDAEXAMPLEOFTHESECOND")
    assert decide(asked_by(first), policies).verdict is Verdict.ALLOWED
    assert decide(asked_by(second), policies).verdict is Verdict.IMPLICIT_DENY


def test_a_grant_to_a_role_by_its_id_reaches_its_sessions() -> None:
    session = "arn:aws:sts::111122223333:assumed-role/Mailer/run1"
    policies = granted_to("AROAEXAMPLEOFTHEROLE")
    ours = Principal.of(session, unique_id="AROAEXAMPLEOFTHEROLE:run1", role_arn=ROLE)
    anew = Principal.of(session, unique_id="AROAEXAMPLEOFANOTHER:run1", role_arn=ROLE)
    assert decide(asked_by(ours), policies).verdict is Verdict.ALLOWED
    assert decide(asked_by(anew), policies).verdict is Verdict.IMPLICIT_DENY
