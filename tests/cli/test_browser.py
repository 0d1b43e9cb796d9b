"""`live --browser`: the sources of the command line as the web app knows them."""

from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.cli.browser import shown
from fewshot_fer.errors import SourceError
from fewshot_fer.lesson.commands import Kind, Pull, Source
from fewshot_fer.lesson.sources import Captured, Pictures
from tests.fakes.lessons import held


def pictures(error: Exception | None = None) -> Pictures:
    yield Captured(np.full((50, 50, 3), 100, np.uint8), 0.0)
    if error is not None:
        raise error


@pytest.mark.parametrize(
    ("student", "kind", "key"),
    [(None, "gallery", "gallery:camera 0"), ("a", "device", "device:camera 0")],
)
def test_a_source_is_shown_until_its_end_which_is_said(
    student: str | None, kind: Kind, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with held() as here:
        here.lesson.ask(Pull(shown(Source("camera 0", kind, student, pictures()))))
        (state,) = here.until_over(1).sources
        assert (state.key, state.kind, state.student) == (key, kind, student)
        assert here.lesson.close().summary.frames == 1
    assert "camera 0: is at its end." in capsys.readouterr().err


def test_a_source_that_breaks_off_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    error = SourceError("Unplugged.", next_step="Plug it in.")
    with held() as here:
        here.lesson.ask(Pull(shown(Source("camera 0", pictures=pictures(error)))))
        assert here.until_over(1).sources[0].said == "Unplugged. Plug it in."
    assert "camera 0: Unplugged. Plug it in." in capsys.readouterr().err
