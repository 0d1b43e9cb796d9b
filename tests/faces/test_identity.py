"""Naming tracks: patience, strangers, and never one student twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import CheckpointError
from fewshot_fer.faces.align import TEMPLATE
from fewshot_fer.faces.identity import (
    FOLDER,
    MODEL,
    SIDE,
    FaceGallery,
    Identity,
    IdentityNamer,
    Rules,
    decide,
    unit,
)
from fewshot_fer.faces.values import Faces
from fewshot_fer.settings import Settings
from fewshot_fer.shipped import CARD

PEOPLE = unit(np.random.default_rng(0).normal(size=(4, 128)).astype(np.float32))
KNOWN = FaceGallery(("ada", "bob", "cai"), PEOPLE[:3])
RULES = Rules(at_once=10)
NOISE = np.stack(
    [
        cv2.resize(rough, (192, 192), interpolation=cv2.INTER_CUBIC)
        for rough in np.random.default_rng(0).integers(0, 256, (3, 12, 12, 3), dtype=np.uint8)
    ]
).astype(np.uint8)
"""Three portraits of nobody."""


class _Colours:
    """Takes the colour of a picture for the person: red is the first, green the second."""

    def __call__(self, batch: Floats) -> tuple[Floats, ...]:
        strongest = batch[0].mean(axis=(1, 2)).argmax()
        return (PEOPLE[strongest][None] * 7,)


def _scene(*colours: int) -> tuple[Bytes, Faces]:
    """Faces in a row, each a rough pattern of one colour."""
    image = np.zeros((200, 200 * len(colours), 3), np.uint8)
    pattern = np.random.default_rng(1).integers(60, 200, (200, 200), dtype=np.uint8)
    for i, colour in enumerate(colours):
        image[:, 200 * i : 200 * i + 200] = pattern[..., None] // 3
        image[:, 200 * i : 200 * i + 200, colour] = pattern
    shift = np.array([[200 * i, 0] for i in range(len(colours))], np.float32)
    boxes = np.concatenate([shift + 32, shift + 160], axis=1)
    points = (TEMPLATE[None] + shift[:, None]).astype(np.float32)
    return image, Faces(boxes, points, np.ones(len(colours), np.float32))


def _namer(known: FaceGallery = KNOWN, rules: Rules = RULES) -> IdentityNamer:
    return IdentityNamer(Identity(_Colours()), known, rules)


def test_named_after_several_looks() -> None:
    """Not at the first glance, and not before time has passed between looks."""
    namer = _namer()
    image, faces = _scene(0, 1)
    assert namer.name(image, faces, [7, 8], 0.0) == {}
    assert namer.name(image, faces, [7, 8], 0.1) == {}
    assert namer.name(image, faces, [7, 8], 0.3) == {}
    assert namer.name(image, faces, [7, 8], 0.6) == {7: "ada", 8: "bob"}


def test_one_student_is_never_two_tracks() -> None:
    """Of two who look the same, one is named."""
    namer = _namer()
    image, faces = _scene(0, 0)
    for time in (0.0, 0.3, 0.6):
        found = namer.name(image, faces, [1, 2], time)
    assert list(found.values()) == ["ada"]


def test_a_stranger_stays_one() -> None:
    """Blue is nobody who was enrolled."""
    namer = _namer(FaceGallery(("ada", "bob"), PEOPLE[:2]))
    image, faces = _scene(2)
    assert all(namer.name(image, faces, [1], time) == {} for time in np.arange(0, 5, 0.3))


def test_a_budget_of_looks() -> None:
    """Two looks a frame, shared evenly; nobody is looked at for ever."""
    calls = 0

    class Counting(_Colours):
        def __call__(self, batch: Floats) -> tuple[Floats, ...]:
            nonlocal calls
            calls += 1
            return super().__call__(batch)

    namer = IdentityNamer(Identity(Counting()), KNOWN, Rules(at_once=2, most_samples=4))
    image, faces = _scene(0, 1, 2)
    namer.name(image, faces, [1, 2, 3], 0.0)
    assert calls == 2
    for k in range(1, 40):
        found = namer.name(image, faces, [1, 2, 3], k * 0.3)
    assert found == {1: "ada", 2: "bob", 3: "cai"}
    assert calls == 12


def test_poor_faces_are_not_looked_at() -> None:
    """A face too dark to see says nothing about who it is."""
    namer = _namer()
    image, faces = _scene(0)
    assert all(namer.name(image // 20, faces, [1], time) == {} for time in np.arange(0, 3, 0.3))


def test_forgotten_tracks_start_again() -> None:
    """Evidence belongs to a track."""
    namer = _namer()
    image, faces = _scene(0)
    for time in (0.0, 0.3, 0.6):
        namer.name(image, faces, [1], time)
    namer.forget([1])
    assert namer.name(image, faces, [1], 0.9) == {}


def test_decisions() -> None:
    """Like one, between two, like nobody; and nobody enrolled."""
    between = unit((PEOPLE[0] + PEOPLE[1])[None])[0]
    vectors = np.stack([PEOPLE[0], between, PEOPLE[3]])
    found = decide(vectors, KNOWN, Rules(threshold=0.5, margin=0.1))
    assert found[0] is not None
    assert found[0][0] == "ada"
    assert found[1:] == [None, None]
    assert decide(vectors, FaceGallery.of({}), RULES) == [None] * 3


def test_one_enrolled_student_needs_no_margin() -> None:
    """There is nobody to mistake them for."""
    assert decide(PEOPLE[:1], FaceGallery.of({"ada": PEOPLE[:1]}), RULES)[0] is not None


def test_students_without_references_are_left_out() -> None:
    """They cannot be known by their faces."""
    known = FaceGallery.of({"ada": PEOPLE[:2], "bob": PEOPLE[:0]})
    assert known.students == ("ada",)
    assert np.linalg.norm(known.vectors, axis=1) == pytest.approx(1)


def test_another_network_may_be_set_if_it_tells_faces_apart(repository: Path) -> None:
    """The detector's does not; SFace's own file is one."""
    with pytest.raises(CheckpointError, match="does not tell faces apart"):
        Identity.open(repository / "checkpoints" / "mtcnn" / "onet.onnx")
    sface = Settings(identity=repository / "checkpoints" / FOLDER / MODEL)
    assert Identity.of(sface)(NOISE[:1]).shape == (1, 128)


def test_an_altered_network_is_not_opened(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(repository / "checkpoints" / FOLDER, tmp_path / FOLDER)
    (tmp_path / FOLDER / CARD).write_text("{}")
    monkeypatch.setattr("fewshot_fer.faces.identity.shipped_checkpoint", lambda: tmp_path)
    with pytest.raises(CheckpointError, match="hash does not match"):
        Identity.open()


def test_as_opencv_runs_it(repository: Path) -> None:
    """The vectors that cv2.FaceRecognizerSF gives, which takes blue first.

    `benchmarks/identity_network.py` compares them with those of SFace's published file.
    """
    exact, quick = Identity.open(precision="f32"), Identity.open()
    network = cv2.FaceRecognizerSF.create(str(repository / "checkpoints" / FOLDER / MODEL), "")
    crops = (cv2.warpAffine(one, exact.crop, (SIDE, SIDE)) for one in NOISE)
    theirs = unit(np.concatenate([network.feature(one[..., ::-1].copy()) for one in crops]))
    assert ((theirs * exact(NOISE)).sum(axis=1) > 0.9999).all()
    assert ((theirs * quick(NOISE)).sum(axis=1) > 0.999).all()


def test_of_no_faces_there_are_no_vectors() -> None:
    assert len(Identity(_Colours())(NOISE[:0])) == 0
