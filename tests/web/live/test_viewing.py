"""A slow viewer gets the newest of every source, and everything that happened."""

from __future__ import annotations

import asyncio

from fewshot_fer.lesson.events import Event, LessonState, Looked, Paused
from fewshot_fer.web.live.viewing import Viewer
from tests.records.views import view


def looked(source: str, number: int) -> Looked:
    return Looked(source, view(float(number), []), (9, 9), 0.1)


def test_only_the_newest_waits_but_nothing_that_happened_is_lost() -> None:
    async def watch() -> list[Event]:
        viewer = Viewer(without="mine")
        for number in range(1000):
            viewer(looked("theirs", number))
            viewer(looked("mine", number))
            viewer(LessonState("", "", 0.0, float(number)))
        viewer(Paused(on=True))
        viewer(Paused(on=False))
        await asyncio.sleep(0)
        viewer.close()
        return [event async for event in viewer]

    first, second, *newest = asyncio.run(watch())
    assert (first, second) == (Paused(on=True), Paused(on=False))
    assert [one.view.time for one in newest if isinstance(one, Looked)] == [999.0]
    assert [one.seconds for one in newest if isinstance(one, LessonState)] == [999.0]
    assert len(newest) == 2


def test_it_wakes_for_what_comes_from_another_thread() -> None:
    async def watch() -> Event:
        viewer = Viewer()
        asking = asyncio.ensure_future(anext(aiter(viewer)))
        await asyncio.to_thread(viewer, Paused(on=True))
        return await asyncio.wait_for(asking, 10)

    assert asyncio.run(watch()) == Paused(on=True)
