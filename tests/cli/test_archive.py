"""An archive that several processes read: the same document, to the byte, also in two goes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from fewshot_fer.drawn.files import reference_pictures, to_jpeg
from fewshot_fer.drawn.roster import invent_class
from tests.fakes.waiting import PATIENCE_S

REPOSITORY = Path(__file__).parents[2]


def analyzed(folder: Path, *options: str) -> bytes:
    command = [sys.executable, "-m", "fewshot_fer", "analyze", "in", "--json", *options]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, timeout=4 * PATIENCE_S, check=False
    )
    assert done.returncode == 1, done.stderr
    assert b"not a picture" in done.stderr
    return done.stdout


def test_two_processes_say_the_same_as_one_and_go_on_where_they_were(tmp_path: Path) -> None:
    pictures = tmp_path / "in"
    pictures.mkdir()
    for number, one in enumerate(invent_class(3, seed=0)):
        jpeg = to_jpeg(next(reference_pictures(one, ("happy",)))[1])
        (pictures / f"{number}.jpg").write_bytes(jpeg)
    (pictures / "9.jpg").write_bytes(b"no picture")
    alone = analyzed(tmp_path)
    assert analyzed(tmp_path, "--cluster", "2", "--resume", "kept") == alone
    kept = sorted((tmp_path / "kept").iterdir())
    assert len(kept) == 4
    # What is kept is not read again: it is what comes out.
    told = json.loads(kept[0].read_text())
    for part in told.get("images", []):
        part["path"] = "from the folder"
    kept[0].write_text(json.dumps(told))
    # What is damaged is.
    for damaged in kept[1:]:
        damaged.write_bytes(damaged.read_bytes()[:-9])
    again = analyzed(tmp_path, "--cluster", "1", "--resume", "kept")
    assert (b"from the folder" in again) == ("images" in told)
    assert len(json.loads(again)["images"]) == 3
