"""What one process shares begins in the background and ends in order."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Timer

from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.web.app_state import AppState

WAIT = 60.0


def test_closing_waits_for_what_is_being_opened(
    tmp_path: Path, shared_recognizer: Recognizer
) -> None:
    begun, go_on = Event(), Event()

    def opens(_: Settings, callers: int) -> Recognizer:
        assert callers == 3
        begun.set()
        assert go_on.wait(WAIT)
        return shared_recognizer

    settings = Settings(support_sets=tmp_path / "s", records=f"sqlite:///{tmp_path / 'r.db'}")
    service = AppState(settings, opens=opens, workers=3)
    service.start()
    assert begun.wait(WAIT)
    later = Timer(0.2, go_on.set)
    later.start()
    service.close()
    assert go_on.is_set()
    assert service.ready
    later.join()
