"""The gate answers whatever it was handed."""

import asyncio
from pathlib import Path

import pytest

from edge.serving import Serving, serving, signed_by_root
from gatepost.aws.call import Arrival
from gatepost.aws.pipeline import Pipeline, Prepared
from gatepost.store.transaction import View
from hostile_requests import FORM, Hostile, form

CALL = Hostile("", lambda: form("GetSendQuota", "2010-12-01"), "ses", "/", FORM)


class Failing(Pipeline):
    """Fails once it is told to."""

    fails = False

    def prepare(self, arrival: Arrival, view: View) -> Prepared:
        if self.fails:
            raise RuntimeError("a fault of ours")
        return super().prepare(arrival, view)


def test_a_call_that_fails_in_the_gate_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> tuple[int, int]:
        async with serving(tmp_path, Failing) as serve:
            before = await status(serve)
            monkeypatch.setattr(Failing, "fails", True)
            return before, await status(serve)

    async def status(serve: Serving) -> int:
        return (await serve.send(signed_by_root(CALL, CALL.body()))).status

    assert asyncio.run(run()) == (200, 503)
