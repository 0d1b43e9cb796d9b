"""The one table of where bytes come in, what good bytes look like, and who reads them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from fewshot_fer.backup import restore
from fewshot_fer.embedding.checkpoint import MODEL, PRIOR, Checkpoint, seal
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.expressions import BASIC
from fewshot_fer.images import decode_image
from fewshot_fer.lesson.sources import video
from fewshot_fer.records.folders import opened, waiting_files
from fewshot_fer.settings import load_settings
from fewshot_fer.shipped import CARD, shipped_checkpoint
from fewshot_fer.students.enrolment.bundles import File
from fewshot_fer.students.enrolment.class_list import sort_out
from fewshot_fer.students.store import index
from fewshot_fer.students.store.calibration import decode_calibration
from fewshot_fer.students.store.contents import decode_portrait, decode_vector
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import import_student
from fewshot_fer.students.store.verify import verify
from fewshot_fer.training.people import read_takes
from tests.faults.operations import Place, furnished
from tests.students.people import portrait, tree

Reads = Callable[[bytes], object]


@dataclass(frozen=True)
class Input:
    """Good bytes, and what reads them: it may only raise errors of ours."""

    seeds: Sequence[bytes]
    reads: Reads
    unchanged: Callable[[], object] = lambda: None
    """What a refusal must leave as it is."""


Makes = Callable[[Path], Input]


def encoded(kind: str, *options: int, side: int = 48) -> bytes:
    picture = cv2.resize(portrait(1), (side, side))
    return bytes(cv2.imencode(kind, picture, list(options))[1])


def images(_: Path) -> Input:
    progressive = encoded(".jpg", cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    kinds = (".png", ".jpg", ".webp", ".bmp", ".tiff", ".ppm", ".gif")
    return Input([*map(encoded, kinds), progressive], decode_image)


def portraits(_: Path) -> Input:
    return Input([encoded(".png", side=192)], lambda data: decode_portrait(data, where="x"))


def videos(room: Path) -> Input:
    seeds = []
    for ending, code in (("avi", "MJPG"), ("mp4", "mp4v")):
        path = room / f"seed.{ending}"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), 8, (96, 96))
        for seed in range(6):
            writer.write(cv2.resize(portrait(seed), (96, 96)))
        writer.release()
        seeds.append(path.read_bytes())
    file = room / "video.mp4"

    def read(data: bytes) -> None:
        file.write_bytes(data)
        for count, _ in enumerate(video(file)):
            if count > 200:
                break

    return Input([one for one in seeds if one], read)


def _files(place: Place, pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(place.folder.glob(pattern))]


def exports(room: Path) -> Input:
    """A student's zip, and one whose hashes are right whatever is in it."""
    place = furnished(room / "home")
    library, file = Library(room / "library"), room / "student.zip"
    library.add_expression("kept")

    def read(data: bytes) -> None:
        file.write_bytes(data)
        student = import_student(library, file)
        assert verify(library) == []
        library.remove(student.id)

    return Input(_files(place, "*.zip"), read, lambda: tree(library.folder))


def backups(room: Path) -> Input:
    place = furnished(room / "home")
    other, file = Place(room / "other"), room / "backup.zip"

    def read(data: bytes) -> None:
        file.write_bytes(data)
        restore(other.settings, file)
        shutil.rmtree(other.folder)

    return Input(_files(place, "kept.zip"), read, lambda: _all(other.folder))


def _all(folder: Path) -> object:
    return sorted(str(path) for path in folder.rglob("*") if path.is_file())


def _library_file(pattern: str, reads: Callable[[Library], object]) -> Makes:
    """A file inside the library: whoever reads the library afterwards gets an error of ours."""

    def make(room: Path) -> Input:
        index._FEW = 0  # So that the list of students is written down for two as well.
        place = furnished(room / "home")
        place.library().students()
        (path, *_) = sorted((place.folder / "students").glob(pattern))

        def read(data: bytes) -> None:
            path.write_bytes(data)
            reads(Library(place.folder / "students"))

        return Input([path.read_bytes()], read)

    return make


def _everybody(library: Library) -> None:
    """All that a program asks; one student's damage is an error of ours, and costs that one."""
    assert "s002" in [one.id for one in library.students()]
    verify(library)
    with suppress(FewshotFerError):
        student = library.open("s001")
        for reference in student.references:
            library.notes(student, reference)
            library.portrait(student, reference)
        for sha in student.calibrations:
            library.calibration(student, sha)


def _whole_library(library: Library) -> None:
    verify(library)
    library.class_expressions()
    library.students()


def vectors(room: Path) -> Input:
    place = furnished(room / "home")
    seeds = _files(place, "students/*/calibrations/*")

    def read(data: bytes) -> None:
        with suppress(FewshotFerError):
            found = decode_calibration(data, where="x", space=None)
            assert np.isfinite(found.z).all()
        decode_vector(data, where="x", space=None)

    return Input(seeds, read)


def settings(room: Path) -> Input:
    file = room / "settings.yaml"
    seed = b"threads: 2\nthresholds: [0.6, 0.7, 0.7]\nrecords: sqlite:///x.db\nport: 8600\n"

    def read(data: bytes) -> None:
        file.write_bytes(data)
        load_settings(file, {}, {})

    return Input([seed], read)


def records(room: Path) -> Input:
    place = furnished(room / "home")
    file, seed = place.folder / "record.db", (place.folder / "record.db").read_bytes()
    for aside in place.folder.glob("record.db-*"):
        aside.unlink()

    def read(data: bytes) -> None:
        for old in place.folder.glob("record.db*"):
            old.unlink()
        file.write_bytes(data)
        with opened(place.url) as store:
            for session in store.sessions():
                store.read(session.id, students=True)
                store.student_seconds(session)
            store.write(store.begin("7b"), [])

    return Input([seed], read)


def waiting(room: Path) -> Input:
    place = furnished(room / "home")
    file = Path(f"{waiting_files(place.url)}2")

    def read(data: bytes) -> None:
        file.write_bytes(data)
        with opened(place.url) as store:
            store.sessions()

    return Input([file.read_bytes()], read)


def people(room: Path) -> Input:
    seed = b"path,subject,emotion,session\na.png,1,happy,1\nb.png,2,sad,1\n"

    def read(data: bytes) -> None:
        (room / "index.csv").write_bytes(data)
        read_takes(room)

    return Input([seed], read)


def class_lists(_: Path) -> Input:
    seed = b"name,photo,expression\nAnna,anna.jpg,happy\nBen,ben.jpg,\n"
    photo = File("class/anna.jpg", lambda: b"")

    def read(data: bytes) -> None:
        sort_out([File("class/list.csv", lambda: data), photo], BASIC)

    return Input([seed, seed.decode().encode("utf-16")], read)


def checkpoints(part: str) -> Makes:
    """A checkpoint with one part damaged; sealed again, but for the network, which is code."""

    def make(room: Path) -> Input:
        copy = room / "checkpoint"
        shutil.copytree(shipped_checkpoint() / "expression", copy)
        # The network is code and only hashed here: the beginning of it is as good as all.
        with (copy / MODEL).open("r+b") as network:
            network.truncate(10_000)
        seal(copy)
        path = copy / part

        def read(data: bytes) -> None:
            path.write_bytes(data)
            if part != MODEL:
                seal(copy)
            assert Checkpoint.read(copy).width > 0

        return Input([path.read_bytes()], read)

    return make


INPUTS: Final[dict[str, Makes]] = {
    "images": images,
    "portraits": portraits,
    "videos": videos,
    "a student's zip": exports,
    "a backup": backups,
    "a student's page": _library_file("s001/student.yaml", _everybody),
    "a sidecar": _library_file("s001/references/*/*.json", _everybody),
    "a reference": _library_file("s001/references/*/*.png", _everybody),
    "the index": _library_file(".index/students.json", _everybody),
    "the class's page": _library_file("_class/class.yaml", _whole_library),
    "the library's page": _library_file("library.yaml", _whole_library),
    "vectors": vectors,
    "settings": settings,
    "a record": records,
    "waiting lines": waiting,
    "an index of people": people,
    "a class's list": class_lists,
    "a card": checkpoints(CARD),
    "a prior": checkpoints(PRIOR),
    "a network": checkpoints(MODEL),
}
