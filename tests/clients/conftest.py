from collections.abc import Iterator

import pytest

from live import Live


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("live") / "data").start()
    yield live
    assert live.stop() == 0


@pytest.fixture
def live(server: Live) -> Live:
    server.reset()
    return server
