"""An archive of pictures and recorded lessons, read by several processes or by a Ray cluster.

Each file is read by itself, so that the answer is the same wherever it was read. What was read can
be kept in a folder, file by file: a run that is cut off goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from fewshot_fer.errors import FewshotFerError, InstallError
from fewshot_fer.faces.identity import Identity
from fewshot_fer.files import write_atomically
from fewshot_fer.images import read_image
from fewshot_fer.lesson.clips import clip_session, watch_clip
from fewshot_fer.lesson.found import Found, document
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.lesson.sources import is_video
from fewshot_fer.lesson.who import likeness
from fewshot_fer.settings import Settings
from fewshot_fer.stills import Likeness, name_faces

Document = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """Reads one file after the other, in one process."""

    settings: Settings
    student: str | None
    every: float

    def read(self, path: Path) -> Document:
        """What is in a file; or, under `error`, why it cannot be read."""
        found = Found()
        try:
            if is_video(path):
                session = clip_session(self._known, self.student)
                found.clips.append(watch_clip(path, session, every=self.every))
            else:
                image, roster = read_image(path), self._class.roster
                faces = name_faces(image, roster, self.student, self._likeness)
                found.pictures.append((path, faces))
        except FewshotFerError as error:
            return {"error": [error.what, error.where, error.next_step]}
        return document(found)

    @cached_property
    def _class(self) -> OpenClass:
        return OpenClass.open(self.settings)

    @cached_property
    def _known(self) -> OpenClass:
        """Whose faces are known: in videos alone, so pictures need not wait for it."""
        self._class.know_faces()
        return self._class

    @cached_property
    def _likeness(self) -> Likeness | None:
        if self.student is None:
            return None
        return likeness(self._class.library, Identity.of(self.settings), self.student)


def read(told: str, path: str) -> str:
    """In a worker: what is in a file, as JSON; the networks are opened once in a process."""
    return json.dumps(_reader(told).read(Path(path)), default=str)


@cache
def _reader(told: str) -> Reader:
    said = json.loads(told)
    settings = Settings.model_validate(said["settings"])
    return Reader(settings, said["student"], said["every"])


def read_all(
    cluster: str, reader: Reader, paths: Sequence[Path], kept: Path | None = None
) -> Iterator[tuple[int, Document]]:
    """What is in every file, with its place among the paths, as they come.

    `cluster` is a number of processes of this machine, or an address for Ray, which finds the files
    under the same paths. Files whose answer is `kept` already are not read again.
    """
    told = json.dumps(
        {
            "settings": reader.settings.model_dump(mode="json"),
            "student": reader.student,
            "every": reader.every,
        }
    )
    missing = []
    for k, path in enumerate(paths):
        answer = _kept(kept, told, path)
        if answer is not None and answer.exists():
            yield k, json.loads(answer.read_bytes())
        else:
            missing.append(k)
    spread = _processes if cluster.isdecimal() else _ray
    for k, text in spread(cluster, told, {k: str(paths[k]) for k in missing}):
        answer = _kept(kept, told, paths[k])
        if answer is not None:
            write_atomically(answer, text.encode())
        yield k, json.loads(text)


def _kept(folder: Path | None, told: str, path: Path) -> Path | None:
    """Where the answer to a file lies, as it is now and for these settings."""
    if folder is None:
        return None
    try:
        state = path.stat()
    except OSError:
        return None
    which = f"{told}\0{path.absolute()}\0{state.st_size}\0{state.st_mtime_ns}"
    return folder / f"{hashlib.sha256(which.encode()).hexdigest()[:32]}.json"


def _processes(count: str, told: str, paths: dict[int, str]) -> Iterator[tuple[int, str]]:
    with ProcessPoolExecutor(max(1, int(count)), mp_context=get_context("spawn")) as pool:
        asked = {pool.submit(read, told, path): k for k, path in paths.items()}
        for done in as_completed(asked):
            yield asked[done], done.result()


def _ray(address: str, told: str, paths: dict[int, str]) -> Iterator[tuple[int, str]]:
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
        task = ray.remote(num_cpus=1, max_retries=3)(read)
        asked = {task.remote(told, path): k for k, path in paths.items()}
        while asked:
            (done,), _ = ray.wait(list(asked), num_returns=1)
            yield asked.pop(done), ray.get(done)
    finally:
        ray.shutdown()
