"""An archive of pictures and recorded lessons, read by several processes or by a Ray cluster.

Each file is read by itself, so that the answer is the same wherever it was read. What was read can
be kept in a folder, file by file: a run that is cut off goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.faces.identity import Identity
from fewshot_fer.files import write_atomically
from fewshot_fer.images import read_image
from fewshot_fer.lesson.clips import clip_session, watch_clip
from fewshot_fer.lesson.found import Found, document
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.lesson.sources import is_video
from fewshot_fer.lesson.who import likeness
from fewshot_fer.settings import Settings
from fewshot_fer.spreading import spread
from fewshot_fer.stills import Likeness, name_faces

Document = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """Reads one file after the other, in one process."""

    settings: Settings
    student: str | None
    of: str
    """Which class alone is known in videos; empty: everybody."""
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
        return self._class.opened(self.of)

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
    return Reader(settings, said["student"], said["of"], said["every"])


def read_all(
    cluster: str, reader: Reader, paths: Sequence[Path], kept: Path | None = None
) -> Iterator[tuple[int, Document]]:
    """What is in every file, with its place among the paths, as they come.

    `cluster` as in `spreading`. Files whose answer is `kept` already are not read again.
    """
    told = json.dumps(
        {
            "settings": reader.settings.model_dump(mode="json"),
            "student": reader.student,
            "of": reader.of,
            "every": reader.every,
        }
    )
    missing = []
    for k, path in enumerate(paths):
        if (before := _answer(_kept(kept, told, path))) is not None:
            yield k, before
        else:
            missing.append(k)
    for k, text in spread(cluster, read, {k: (told, str(paths[k])) for k in missing}):
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


def _answer(kept: Path | None) -> Document | None:
    """What was read before; a damaged answer is none, and its file is read again."""
    if kept is None or not kept.is_file():
        return None
    with suppress(ValueError):
        said = json.loads(kept.read_bytes())
        if isinstance(said, dict):
            return said
    return None
