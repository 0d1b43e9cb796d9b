"""A slow viewer gets the newest of every source, and everything that happened."""

from __future__ import annotations

import asyncio

from fewshot_fer.web.viewing import Sent, Viewer


def test_only_the_newest_waits_but_nothing_that_happened_is_lost() -> None:
    async def watch() -> list[object]:
        viewer = Viewer(without="mine")
        for number in range(1000):
            viewer.show("theirs", Sent({"number": number}, b"picture"))
            viewer.show("mine", Sent({"number": -1}))
        viewer.note({"happened": 1})
        viewer.note({"happened": 2})
        viewer.close()
        return [sent.message async for sent in viewer]

    assert asyncio.run(watch()) == [{"happened": 1}, {"happened": 2}, {"number": 999}]


def test_it_wakes_for_what_comes_from_another_thread() -> None:
    async def watch() -> object:
        viewer = Viewer()
        asking = asyncio.ensure_future(anext(aiter(viewer)))
        await asyncio.to_thread(viewer.note, {"happened": 1})
        return (await asyncio.wait_for(asking, 10)).message

    assert asyncio.run(watch()) == {"happened": 1}
