"""Where a processor has no half precision, the network is asked in eight bits."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.embedding import Checkpoint, Embedder
from fewshot_fer.embedding.checkpoint import EXPRESSION, MODEL, RANGES
from fewshot_fer.embedding.embedder import squares_of
from fewshot_fer.engine import CompiledNetwork
from fewshot_fer.expressions import BASIC
from fewshot_fer.faces.align import portraits
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.shipped import shipped_checkpoint


@pytest.fixture(autouse=True)
def _no_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fewshot_fer.engine.native_precisions", lambda: ("int8", "f32"))


@pytest.fixture(scope="module")
def squares(recognizer: Recognizer) -> Bytes:
    """Six drawn people, each with every expression."""
    pictures = [reference_picture(one, e) for one in invent_class(6, seed=2) for e in BASIC]
    faces = [portraits(image, recognizer.find(image).landmarks[:1]) for image in pictures]
    return squares_of(np.concatenate(faces))


def test_nearly_the_same_vectors_and_the_same_names(recognizer: Recognizer, squares: Bytes) -> None:
    checkpoint = Checkpoint.read(shipped_checkpoint() / EXPRESSION)
    quick, exact = (
        Embedder.of(checkpoint, precision=how).embed_squares(squares) for how in ("bf16", "f32")
    )
    assert not np.array_equal(quick, exact)
    one, other = recognizer.prior.project(quick), recognizer.prior.project(exact)
    alike = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    assert alike.min() > 0.99
    first, second = (recognizer.generic.scores(z) for z in (one, other))
    assert np.abs(first - second).max() < 0.1
    clear = np.ptp(np.sort(second, axis=1)[:, -2:], axis=1) > 0.1
    assert clear.sum() > len(squares) / 2
    assert (first.argmax(1) == second.argmax(1))[clear].all()


def test_alone_or_together_a_face_is_the_same(squares: Bytes) -> None:
    embedder = Embedder.open(shipped_checkpoint() / EXPRESSION)
    alone = np.concatenate([embedder.embed_squares(squares[i : i + 1]) for i in range(3)])
    np.testing.assert_array_equal(embedder.embed_squares(squares[:3]), alone)


@pytest.mark.parametrize("written", [None, "", '{"network": "another", "ranges": {}}'])
def test_a_network_that_was_not_calibrated_is_asked_as_it_is(
    tmp_path: Path, squares: Bytes, written: str | None
) -> None:
    folder = Path(shutil.copytree(shipped_checkpoint() / EXPRESSION, tmp_path / EXPRESSION))
    (folder / RANGES).unlink()
    if written is not None:
        (folder / RANGES).write_text(written)
    some = squares[:2]
    plain = CompiledNetwork(folder / MODEL)(some[:, None].astype(np.float32))[0]
    np.testing.assert_array_equal(Embedder.open(folder).embed_squares(some), plain)
