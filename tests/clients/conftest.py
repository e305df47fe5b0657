import subprocess
from collections.abc import Iterator

import pytest

from clients.people import PARTNER
from live import BIN, Live


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("live") / "data").start()
    yield live
    assert live.stop() == 0


@pytest.fixture
def live(server: Live) -> Live:
    server.reset()
    return server


@pytest.fixture
def partner(live: Live) -> tuple[str, str]:
    """The root key of a second account, made beside the running server."""
    command = [str(BIN / "gatepost"), "account", "create", PARTNER, "--data", str(live.data)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    key, secret = (line.partition("=")[2] for line in printed.splitlines())
    return key, secret
