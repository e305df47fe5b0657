from collections.abc import Iterator
from pathlib import Path

import pytest

from gatepost.store.database import Database
from gatepost.store.keyring import Keyring
from gatepost.store.memory import Memory


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path / 'gatepost.db'}", keyring=Keyring.of(tmp_path), memory=Memory())
    yield opened
    opened.close()
