"""SES in process: an operation's answer on a store of its own, without a socket and without policies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gatepost.services.registry  # noqa: F401  # declares the operations
from gatepost.access.credentials import Caller
from gatepost.aws.call import Call, Origin
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import REGISTRY
from gatepost.policy.principal import Principal
from gatepost.store.bootstrap import Root, bootstrap
from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory
from gatepost.store.messages import raw
from gatepost.store.transaction import Transaction
from gatepost.store.writer import run_once
from services.test_registry import ACCOUNT, NOW

ROOT = Caller(ACCOUNT, Principal.of(f"arn:aws:iam::{ACCOUNT}:user/alice", unique_id="AIDAALICE"), "alice")


@dataclass
class Ses:
    """Both versions of SES over one store."""

    database: Database

    def v1(self, operation: str, **given: Any) -> Any:
        """The output of an operation of version 1; `AwsError` where it refuses."""
        return self._call("ses", operation, given)

    def v2(self, operation: str, **given: Any) -> Any:
        """The output of an operation of version 2; `AwsError` where it refuses."""
        return self._call("sesv2", operation, given)

    def content(self, message_id: str) -> bytes:
        """A message as it goes out."""
        with self.database.reader() as reading:
            content = raw(reading, message_id)
        assert content is not None
        return content

    def _call(self, service: str, name: str, given: dict[str, Any]) -> Any:
        region = given.pop("region", "us-east-1")
        operation = REGISTRY[service, name]
        call = Call(service, name, given, ROOT, region, "id", NOW, NOW, Origin("203.0.113.1", "tests", secure=True))
        answers: list[Any] = []

        def run(tx: Transaction) -> None:
            try:
                if operation.parse is None:
                    answers.append(operation.handler(call, tx, **operation.arguments(call)))
                else:
                    parsed = operation.parse(call, tx, **operation.arguments(call))
                    answers.append(operation.handler(call, tx, parsed))
            except AwsError as refused:
                answers.append(refused)

        run_once(self.database, run)
        (answer,) = answers
        if isinstance(answer, AwsError):
            raise answer
        return answer


@contextmanager
def new_ses(data: Path) -> Iterator[Ses]:
    """SES on a new store."""
    database = Database.open(f"sqlite:///{data / 'x.db'}", keyring=Keyring.of(data), memory=Memory())
    run_once(database, lambda tx: bootstrap(tx, Root(ACCOUNT), NOW))
    yield Ses(database)
    database.close()


def refusal(error: AwsError) -> tuple[str, int, str]:
    """Code, status and text."""
    return error.code, error.status, error.message
