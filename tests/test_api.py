"""The package from Python: what its page shows runs, and what it promises is shown there."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fewshot_fer
from fewshot_fer.drawn.files import reference_picture, to_jpeg
from fewshot_fer.drawn.roster import invent_class


def test_the_lines_of_the_api_page_run(repository: Path) -> None:
    page = str(repository / "docs/api.md")
    failed, tried = doctest.testfile(
        page, module_relative=False, encoding="utf-8", optionflags=doctest.ELLIPSIS
    )
    assert (failed, tried > 30) == (0, True)


def test_they_use_what_is_promised_and_nothing_else(repository: Path) -> None:
    text = (repository / "docs/api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bff\.(\w+)", text)) <= set(fewshot_fer.__all__)
    assert {name for name in fewshot_fer.__all__ if not re.search(rf"\b{name}\b", text)} == set()
    assert all(callable(getattr(fewshot_fer, name)) for name in fewshot_fer.__all__)
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        fewshot_fer.guess  # noqa: B018


def test_the_five_lines_of_the_readme_run(
    repository: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (drawn,) = invent_class(1, seed=0)
    looks = {"photo": "sad", "a": "happy", "b": "neutral", "c": "neutral", "d": "happy"}
    for session, (name, expression) in enumerate(looks.items()):
        picture = reference_picture(drawn, expression, session=session)
        (empty_folder / f"{name}.jpg").write_bytes(to_jpeg(picture))
    readme = (repository / "README.md").read_text(encoding="utf-8")
    lines = readme.partition("```python\n")[2].partition("```")[0]
    exec(lines, {})
    said = capsys.readouterr().out
    assert said.startswith("photo.jpg: 1 face\n")
    assert "d.jpg: 1 face\n  1  happy" in said


@pytest.mark.parametrize(
    ("lines", "heavy"),
    [
        ("import fewshot_fer", ("cv2", "numpy", "openvino", "torch")),
        ("import fewshot_fer; fewshot_fer.read", ("sqlalchemy", "torch", "rich", "PIL", "pandas")),
        ("import fewshot_fer; fewshot_fer.PrototypeClassifier", ("cv2", "openvino", "sklearn")),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(lines: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys\n{lines}\nprint([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
