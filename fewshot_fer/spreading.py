"""Work that is many pieces, done by several processes of this machine or by a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from multiprocessing import get_context
from typing import Any, TypeVar

from fewshot_fer.errors import InstallError

_Key = TypeVar("_Key")
_Made = TypeVar("_Made")


def spread(
    cluster: str, work: Callable[..., _Made], pieces: Mapping[_Key, tuple[Any, ...]]
) -> Iterator[tuple[_Key, _Made]]:
    """What `work` makes of every piece's arguments, as it comes.

    `cluster` is a number of processes of this machine, or an address for Ray, whose machines find
    files under the same paths.
    """
    return (_processes if cluster.isdecimal() else _ray)(cluster, work, pieces)


def _processes(
    count: str, work: Callable[..., _Made], pieces: Mapping[_Key, tuple[Any, ...]]
) -> Iterator[tuple[_Key, _Made]]:
    with ProcessPoolExecutor(max(1, int(count)), mp_context=get_context("spawn")) as pool:
        asked = {pool.submit(work, *given): key for key, given in pieces.items()}
        for done in as_completed(asked):
            yield asked[done], done.result()


def _ray(
    address: str, work: Callable[..., _Made], pieces: Mapping[_Key, tuple[Any, ...]]
) -> Iterator[tuple[_Key, _Made]]:
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise InstallError(
            "Ray is not installed.",
            next_step="Install it: pip install 'fewshot-fer[cluster]', or say a number of "
            "processes of this machine.",
        ) from error
    ray.init(address=address, log_to_driver=False)
    try:
        task = ray.remote(num_cpus=1, max_retries=3)(work)
        asked = {task.remote(*given): key for key, given in pieces.items()}
        while asked:
            (done,), _ = ray.wait(list(asked), num_returns=1)
            yield asked.pop(done), ray.get(done)
    finally:
        ray.shutdown()
