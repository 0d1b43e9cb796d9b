"""Worker threads for live pictures: fair over the sources, and of each source the newest wins."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Callable[[], T]
    future: Future[T]


class NewestWins(Generic[T]):
    """Does one job of a key at a time; of the jobs that wait under one key only the newest."""

    def __init__(self, workers: int, replaced: Callable[[], T]) -> None:
        """`replaced` gives the answer to a job that a newer one has pushed out."""
        self._replaced = replaced
        self._changed = Condition()
        self._turns: deque[Hashable] = deque()
        """Keys with a job that waits and none that is being done; the next first."""
        self._waiting: dict[Hashable, _Job[T]] = {}
        self._busy: set[Hashable] = set()
        self._closed = False
        self._threads = [
            Thread(target=self._work, name=f"reader-{k}", daemon=True) for k in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, key: Hashable, work: Callable[[], T]) -> Future[T]:
        """Do this as soon as it is the key's turn."""
        job: _Job[T] = _Job(work, Future())
        with self._changed:
            before = self._waiting.get(key)
            self._waiting[key] = job
            if before is None and key not in self._busy:
                self._turns.append(key)
                self._changed.notify()
            closed = self._closed
        for pushed_out in (before, job if closed else None):
            if pushed_out is not None and pushed_out.future.set_running_or_notify_cancel():
                pushed_out.future.set_result(self._replaced())
        return job.future

    def drop(self, key: Hashable) -> None:
        """Forget what waits under a key."""
        with self._changed:
            job = self._waiting.pop(key, None)
            if key in self._turns:
                self._turns.remove(key)
        if job is not None and job.future.set_running_or_notify_cancel():
            job.future.set_result(self._replaced())

    def close(self) -> None:
        """Finish what is being done; what waits is dropped."""
        with self._changed:
            self._closed = True
            left = list(self._waiting)
            self._changed.notify_all()
        for key in left:
            self.drop(key)
        for thread in self._threads:
            thread.join(timeout=10.0)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._turns or self._closed)
                if self._closed:
                    return
                key = self._turns.popleft()
                job = self._waiting.pop(key)
                self._busy.add(key)
            self._do(job)
            with self._changed:
                self._busy.discard(key)
                if key in self._waiting:
                    self._turns.append(key)
                    self._changed.notify()

    def _do(self, job: _Job[T]) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            result = job.work()
        except BaseException as error:
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
