"""What one process shares begins in the background and ends in order."""

from __future__ import annotations

import gc
from pathlib import Path
from threading import Event, Timer
from weakref import ref

from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.web.api import routes as api
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.school.school import School
from tests.students.people import AGREED, portrait, reference
from tests.web.house import house_at

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


def test_nothing_of_who_is_deleted_by_a_command_stays_in_memory(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    school, opened = School(house, api.routes), house.opened()
    who, other = (house.library.create(n, AGREED, [reference("happy", 1)]).id for n in "AB")
    face, kept = portrait(1), portrait(2)
    house.moments.keep({one: [Candidate("happy", f, {}, "in class")] for one, f in
                        ((who, face), (other, kept))})  # fmt: skip
    trays = house.unsaved.of("a tab")
    trays["more", who] = Candidate("happy", face, {}, "in class")
    opened.refresh()
    learnt = [ref(opened.roster.prototypes(one).points) for one in (who, other)]
    seen = [ref(face), ref(kept)]
    del face, kept
    house.library.remove(who)
    school.look_again()
    opened.forget_who_left()
    gc.collect()
    assert [one() is None for one in seen] == [True, False]
    assert [one() is None for one in learnt] == [True, False]
    house.time += 3 * 3600
    school.look_again()
    gc.collect()
    assert seen[1]() is None, "what is older than a lesson"
    house.close()
