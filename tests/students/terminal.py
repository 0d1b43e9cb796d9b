"""The command line's words for students, as a stranger types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.cli import app
from fewshot_fer.students.store.library import Library
from tests.students.recogniser import shown


class Terminal:
    """Runs commands in a folder and reads what they print."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.library = Library(folder / "support_sets")
        self.said = ""

    def picture(self, name: str, image: Bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        return str(path)

    def run(self, *arguments: str) -> int:
        code = app.run([*arguments, "--support-sets", str(self.library.folder)])
        shown_ = self._capsys.readouterr()
        self.said = shown_.out + shown_.err
        return code

    def json(self, *arguments: str) -> dict[str, Any]:
        code = app.run([*arguments, "--json", "--support-sets", str(self.library.folder)])
        shown_ = self._capsys.readouterr()
        assert code == 0, shown_.err
        assert shown_.out.count("\n") == 1
        return dict(json.loads(shown_.out))

    def enroll(self, name: str, *expressions: str) -> str:
        given = [
            f"{e}={self.picture(f'{name}-{e}.png', shown(e, i))}" for i, e in enumerate(expressions)
        ]
        answer = self.json("enroll", "--name", name, "--consent", "Her father", *given)
        return str(answer["student"])
