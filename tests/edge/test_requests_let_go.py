"""Nothing holds on to a refused request once it is answered, without the help of the cycle collector."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.serving import serving
from hostile_requests import EVERY

NAMES = (
    "a mailbox of an @ and 60,000 colons",
    "10,000 recipients",
    "10,000 names",
    "a name of 500,000 dots",
    "nobody: 60 KB of dots",
)

NEXT = next(each for each in EVERY if each.name == "60,000 characters in IDNA")


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("name", NAMES)
def test_a_refused_request_is_let_go_with_its_answer(name: str, tmp_path: Path) -> None:
    hostile = next(each for each in EVERY if each.name == name)

    async def run() -> None:
        async with serving(tmp_path) as serve:
            request = serve.signed(hostile, hostile.body())
            kept = weakref.ref(request)
            answer = await serve.send(request)
            assert answer.status in range(400, 500)
            del request
            await serve.send(serve.signed(NEXT, NEXT.body()))  # until then the writer has the last call's event at hand
            for _ in range(50):  # the task that answered ends in its own time
                if kept() is None:
                    return
                await asyncio.sleep(0.01)
            raise AssertionError("the request is still held")

    asyncio.run(run())
