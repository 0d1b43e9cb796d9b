"""What a student's device asks is done in threads: the event loop serves others meanwhile."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fewshot_fer.errors import CheckpointError
from fewshot_fer.web.messages import Coach
from fewshot_fer.web.portal.live import Connection
from fewshot_fer.web.threads import Threads
from tests.fakes.waiting import PATIENCE_S


@pytest.mark.parametrize("do", ["undo", "teach", "adjust"])
def test_the_loop_goes_on_while_a_device_waits_for_the_recogniser(do: str) -> None:
    opening, loaded = threading.Event(), threading.Event()

    def opened() -> object:
        opening.set()
        assert loaded.wait(PATIENCE_S)
        raise CheckpointError("There is none.")

    async def play() -> object:
        app = SimpleNamespace(opened=opened, threads=Threads(2, share=2))
        device = SimpleNamespace(student="anna")
        line = SimpleNamespace(cookies={}, headers={})
        connection = Connection(cast("Any", app), cast("Any", None), cast("Any", line), device)  # type: ignore[arg-type]
        asked = asyncio.create_task(connection._text(f'{{"do":"{do}"}}'))
        while not opening.is_set():
            await asyncio.sleep(0.01)
        # The loop is free: were it not, nobody could say that it is loaded.
        loaded.set()
        return await asked

    said = cast("Coach", asyncio.run(asyncio.wait_for(play(), PATIENCE_S)))
    (event,) = said["events"]
    assert event["type"] == "failed"
