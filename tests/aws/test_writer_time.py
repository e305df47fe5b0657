"""The writer only writes: whatever is put, and however many users a guardrail protects, no job holds it.

Measured is the processor time of the writer's thread, so a busy machine does not make it fail.
"""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest

import gatepost.services.registry  # noqa: F401  # declares the operations
from gatepost.access.credentials import Caller
from gatepost.aws.call import Arrival, Call, Origin
from gatepost.aws.errors import AwsError
from gatepost.aws.guarded import Proof, Unproved
from gatepost.aws.operation import REGISTRY
from gatepost.aws.pipeline import Outcome, Permitted, Prepared
from gatepost.aws.question import Unanswered
from gatepost.aws.record import Home, Known
from gatepost.aws.request import HttpRequest
from gatepost.claims.breach_words import told_breach
from gatepost.policy.principal import Principal
from gatepost.store import groups, identities, inline_policies, users
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.guardrails import Guardrail, put_guardrail
from gatepost.store.inline_policies import InlinePolicy
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once

ACCOUNT, REGION = "123456789012", "us-east-1"
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
MOST_SECONDS: Final = 0.05
USERS: Final = 500
IDENTITIES: Final = 30
DOMAIN: Final = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/d1.example"


def statement(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*", **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def from_address(*patterns: str) -> dict[str, Any]:
    return {"Condition": {"StringLike": {"ses:FromAddress": list(patterns)}}}


def globs(number: int, parts: int, seed: int = 7) -> list[str]:
    draw = random.Random(seed)  # noqa: S311 -- not for secrets
    return [
        "*" + "*".join(draw.choice("abcdefgh") + draw.choice("abcdefgh") for _ in range(parts)) + "*@e.co"
        for _ in range(number)
    ]


HOSTILE: Final = {
    "statements with patterns": policy(*(statement(**from_address(glob)) for glob in globs(45, 3))),
    "one statement of patterns": policy(statement(**from_address(*globs(240, 4)))),
    "many keys": policy(
        *(
            statement(Condition={"StringLike": {f"aws:PrincipalTag/k{i}": "*a*", f"aws:RequestTag/k{i % 7}": "*b*"}})
            for i in range(38)
        )
    ),
    "actions of wildcards": policy(statement(Action=["ses:*" + "?*" * (i % 9) + "a*" for i in range(250)])),
    "dates": policy(
        *(
            statement(Condition={"DateGreaterThan": {"aws:CurrentTime": f"2026-{1 + i % 12:02}-{1 + i % 28:02}T00:00:00Z"}})
            for i in range(40)
        )
    ),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An account with many users, all in one group, many identities with policies, and a guardrail."""
    folder = tmp_path_factory.mktemp("store")
    opened = Database.open(f"sqlite:///{folder / 'gatepost.db'}", keyring=Keyring.of(folder), memory=Memory())
    run_once(opened, populate)
    yield opened
    opened.close()


def populate(tx: Transaction) -> None:
    bootstrap(tx, Root(ACCOUNT), NOW)
    groups.create_group(tx, groups.Group("AGPAALL", ACCOUNT, "all", "/", NOW))
    group = groups.get_group(tx, ACCOUNT, "all")
    assert group is not None
    for number in range(USERS):
        name = f"u{number}"
        users.create_user(tx, users.User(f"AIDA{number:08}", ACCOUNT, name, "/", NOW, None, ()))
        groups.add_member(tx, group, f"AIDA{number:08}")
        document = policy(statement(**from_address(f"{name}*@example.com")))
        inline_policies.put_inline_policy(tx, ACCOUNT, f"AIDA{number:08}", InlinePolicy("p", document))
    for number in range(IDENTITIES):
        identities.put_identity(tx, identities.Identity(ACCOUNT, REGION, f"d{number}.example", "Success", "token", NOW))
    put_guardrail(tx, Guardrail(ACCOUNT, "no-ceo", "never", "ses:Send* from ceo@example.com", "", NOW))


def prepared(service: str, operation: str, **given: Any) -> Prepared:
    """A permitted call of root's."""
    declared = REGISTRY[service, operation]
    origin = Origin("127.0.0.1", "tests", secure=False)
    caller = Caller(ACCOUNT, Principal.of(ACCOUNT))
    call = Call(service, operation, given, caller, REGION, "request", NOW, NOW, origin)
    arrival = Arrival(HttpRequest("POST", b"/", b"", [], b""), origin, NOW, NOW)
    known = Known(
        arrival, "request", Home(ACCOUNT, REGION), operation=declared, account=ACCOUNT, caller=caller, input=given, call=call
    )
    return Prepared(known, Permitted(call, declared, None))


def group_policy(document: str, name: str = "q") -> Prepared:
    return prepared("iam", "PutGroupPolicy", GroupName="all", PolicyName=name, PolicyDocument=document)


def written(database: Database, call: Prepared, proof: Proof | None = None) -> Outcome | Exception:
    """The outcome of a job as the writer runs it; the job's processor time is held against the limit."""
    with database.writing_connection() as connection, database.writing(connection) as tx:
        begun = time.thread_time()
        try:
            result: Outcome | Exception = tx.attempt(lambda inner: call.perform_and_record(inner, proof))
        except (Unproved, Unanswered) as wanted:
            result = wanted
        took = time.thread_time() - begun
        touched = tx.touched
    database.memory.invalidate(touched)
    assert took < MOST_SECONDS
    return result


def proved(database: Database, call: Prepared) -> Proof:
    """The proof of a call whose change keeps every guardrail."""
    with database.rehearsal() as (before, copy):
        rehearsal = call.rehearse(before, copy)
    assert rehearsal is not None
    for each in rehearsal.guarded:
        told = told_breach(each.change)
        if told is not None:
            raise each.refusal(told)
    return rehearsal.proof


@pytest.fixture(scope="module", autouse=True)
def _warm(database: Database) -> None:
    """What is loaded once is loaded before anything is measured."""
    with database.writing_connection() as connection, database.writing(connection) as tx:
        tx.attempt(
            lambda inner: prepared("iam", "CreatePolicy", PolicyName="w", PolicyDocument=policy(statement())).rehearse(
                inner, inner
            )
        )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_policy_holds_the_writer_no_longer_than_another(database: Database, name: str) -> None:
    call = prepared("iam", "CreatePolicy", PolicyName=name.replace(" ", "-"), PolicyDocument=HOSTILE[name])
    assert isinstance(written(database, call), Unproved)
    outcome = written(database, call, proved(database, call))
    assert isinstance(outcome, Outcome)
    assert outcome.error is None


def test_a_change_of_everybody_under_a_guardrail_is_proved_away_from_the_writer(database: Database) -> None:
    call = group_policy(policy(*(statement(**from_address(glob + "x")) for glob in globs(20, 4))))
    assert isinstance(written(database, call), Unproved)
    outcome = written(database, call, proved(database, call))
    assert isinstance(outcome, Outcome)
    assert outcome.error is None


def test_what_breaks_a_guardrail_is_refused_and_nothing_of_it_stands(database: Database) -> None:
    call = group_policy(policy(statement()), "broken")
    assert isinstance(written(database, call), Unproved)
    with pytest.raises(AwsError, match="would break the guardrail no-ceo"):
        proved(database, call)
    with database.reader() as tx:
        assert inline_policies.get_inline_policy(tx, "AGPAALL", "broken") is None


def test_a_proof_that_others_have_overtaken_is_worth_nothing(database: Database) -> None:
    call, other = (group_policy(policy(statement(**from_address(f"{name}@example.com"))), name) for name in ("one", "two"))
    proof, its = proved(database, call), proved(database, other)
    assert isinstance(written(database, other, its), Outcome)
    assert isinstance(written(database, call, proof), Unproved)
    assert isinstance(written(database, call, proved(database, call)), Outcome)


def test_a_proof_is_worth_nothing_after_an_earlier_call_of_the_same_batch(database: Database) -> None:
    call, other = (group_policy(policy(statement(**from_address(f"{name}@example.com"))), name) for name in ("three", "four"))
    proof, its = proved(database, call), proved(database, other)
    with database.writing_connection() as connection, database.writing(connection) as tx:
        assert tx.attempt(lambda inner: other.perform_and_record(inner, its)).error is None
        with pytest.raises(Unproved):
            tx.attempt(lambda inner: call.perform_and_record(inner, proof))


def test_a_proof_is_worth_nothing_after_another_process_has_written(database: Database) -> None:
    call = group_policy(policy(statement(**from_address("five@example.com"))), "five")
    proof = proved(database, call)
    database.memory.clear()  # what the writer does when it sees another's commit
    assert isinstance(written(database, call, proof), Unproved)


def test_a_call_that_its_handler_refuses_needs_no_proof(database: Database) -> None:
    call = prepared("iam", "PutGroupPolicy", GroupName="nobody", PolicyName="q", PolicyDocument=policy(statement()))
    outcome = written(database, call)
    assert isinstance(outcome, Outcome)
    assert outcome.error is not None
    assert outcome.error.code == "NoSuchEntity"


def test_a_rehearsal_leaves_nothing_and_may_not_write_to_the_store(database: Database) -> None:
    call = group_policy(policy(statement(**from_address("six@example.com"))), "six")
    with database.rehearsal() as (before, copy):
        assert call.rehearse(before, copy) is not None
        with pytest.raises(Exception, match=r"not authorized|prohibited"):
            copy.connection.exec_driver_sql("DELETE FROM events")
        with pytest.raises(Exception, match=r"not authorized|prohibited"):
            copy.connection.exec_driver_sql("DELETE FROM main.users")
    with database.reader() as tx:
        assert inline_policies.get_inline_policy(tx, "AGPAALL", "six") is None
        assert len(users.list_users(tx, ACCOUNT)) == USERS
