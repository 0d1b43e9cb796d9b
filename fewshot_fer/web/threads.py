"""Work that waits for a disk, a lock or the recogniser: in threads, never on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from functools import partial
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from anyio import CapacityLimiter, to_thread

T = TypeVar("T")
P = ParamSpec("P")


class Threads:
    """So many threads, of which nobody gets more than a share: who asks much waits alone."""

    def __init__(self, most: int, share: int) -> None:
        self._all = CapacityLimiter(most)
        self._share = share
        self._shares: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()
        """By who asks, as long as something of theirs is done or waits."""

    async def run(
        self, asker: Hashable, work: Callable[P, T], *args: P.args, **named: P.kwargs
    ) -> T:
        """Do this in a thread; a share is taken until it is done, even when nobody waits for it."""
        share = self._shares.get(asker)
        if share is None:
            share = self._shares[asker] = asyncio.Semaphore(self._share)
        await share.acquire()
        # In a task of its own: who is sent away meanwhile lets go of neither thread nor share.
        doing = asyncio.ensure_future(self._do(partial(work, *args, **named), share))
        doing.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(doing)

    async def _do(self, work: Callable[[], T], share: asyncio.Semaphore) -> T:
        try:
            return await to_thread.run_sync(work, limiter=self._all)
        finally:
            share.release()
