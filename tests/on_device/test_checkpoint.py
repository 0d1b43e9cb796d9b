"""The browser checkpoint: made of a checkpoint, sealed, refused where it was altered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.cli.app import run
from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.embedding.checkpoint import EXPRESSION, RANGES
from fewshot_fer.embedding.embedder import squares_of
from fewshot_fer.engine import CompiledNetwork
from fewshot_fer.errors import CheckpointError
from fewshot_fer.faces.align import portraits
from fewshot_fer.files import sha256
from fewshot_fer.on_device.checkpoint import COMPRESSED, EMBEDDING, MANIFEST, BrowserCheckpoint
from fewshot_fer.on_device.making import calibrate, make
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.shipped import shipped_checkpoint


def test_its_network_says_in_eight_bits_what_the_whole_one_says(
    browser_checkpoint: BrowserCheckpoint,
) -> None:
    recognizer = Recognizer.open(precision="f32", min_face=60)
    images = [
        reference_picture(person, name)
        for person in invent_class(4, seed=2)
        for name in ("happy", "neutral", "surprise")
    ]
    aligned = np.concatenate([
        portraits(one, recognizer.find(one).landmarks[:1]) for one in images
    ])  # fmt: skip
    whole = recognizer.vectors_of(aligned)
    network = CompiledNetwork(browser_checkpoint.folder / EMBEDDING, precision="f32")
    small = recognizer.prior.project(network(squares_of(aligned)[:, None].astype(np.float32))[0])
    lengths = np.linalg.norm(whole, axis=1) * np.linalg.norm(small, axis=1)
    assert ((whole * small).sum(1) / lengths).mean() > 0.98
    named = [[one.expression for one in recognizer.generic.read(z)] for z in (small, whole)]
    assert named[0] == named[1]
    size = (browser_checkpoint.folder / EMBEDDING).stat().st_size
    assert size < 0.35 * (shipped_checkpoint() / EXPRESSION / "model.onnx").stat().st_size


def test_the_same_files_are_made_again(
    engine: Path, browser_checkpoint: BrowserCheckpoint, tmp_path: Path
) -> None:
    assert make(tmp_path, shipped_checkpoint(), engine, effort=0).seal == browser_checkpoint.seal


@pytest.mark.parametrize("name", [EMBEDDING, MANIFEST, "ort.wasm"])
def test_what_was_cut_off_altered_or_lost_is_refused(
    browser_checkpoint: BrowserCheckpoint, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "device"
    shutil.copytree(browser_checkpoint.folder, folder)
    file = folder / name
    data = file.read_bytes()
    altered = [data[:90] + b"x" + data[91:]] if name != MANIFEST else []
    for wrong in (data[:-9], *altered, None):
        file.unlink() if wrong is None else file.write_bytes(wrong)
        with pytest.raises(CheckpointError):
            BrowserCheckpoint.read(folder)


def test_no_file_is_taken_from_elsewhere(
    browser_checkpoint: BrowserCheckpoint, tmp_path: Path
) -> None:
    folder = tmp_path / "device"
    shutil.copytree(browser_checkpoint.folder, folder)
    (tmp_path / "secret").write_text("x")
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"] = {"../secret": {"sha256": sha256(tmp_path / "secret"), "bytes": 1}}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CheckpointError):
        BrowserCheckpoint.read(folder)


def test_another_package_is_not_taken_for_the_engine(tmp_path: Path) -> None:
    package = tmp_path / "engine.tgz"
    package.write_bytes(b"not it")
    with pytest.raises(CheckpointError, match="is not onnxruntime-web"):
        make(tmp_path / "device", shipped_checkpoint(), package)
    assert not (tmp_path / "device" / MANIFEST).exists()


def test_a_network_that_was_changed_is_calibrated_anew(engine: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint"
    shutil.copytree(shipped_checkpoint(), checkpoint)
    ranges = checkpoint / EXPRESSION / RANGES
    ranges.write_text(ranges.read_text().replace('"network": "', '"network": "0'))
    with pytest.raises(CheckpointError, match="before it was changed"):
        make(tmp_path / "device", checkpoint, engine)
    faces = np.random.default_rng(0).integers(0, 255, (256, 48, 48)).astype(np.uint8)
    calibrate(checkpoint, faces, seed=0)
    assert make(tmp_path / "device", checkpoint, engine, effort=0).checkpoint


def test_the_command_makes_it(
    engine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("brotli.compress", lambda data, **_: data)  # Its best takes a minute.
    folder = str(tmp_path / "device")
    assert run(["export", "--browser", folder, "--engine", str(engine), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert BrowserCheckpoint.read(tmp_path / "device").seal == said["seal"]
    assert (tmp_path / "device" / f"ort.wasm{COMPRESSED}").exists()
