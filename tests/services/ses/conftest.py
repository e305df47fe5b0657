"""SES on a store of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ses.world import Ses, new_ses


@pytest.fixture
def ses(tmp_path: Path) -> Iterator[Ses]:
    with new_ses(tmp_path) as made:
        yield made
