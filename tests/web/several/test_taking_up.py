"""A lesson moves between two processes of one machine: whole, and under the same id."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from fewshot_fer.errors import SourceError
from fewshot_fer.lesson.commands import End, Mark, Pause, Record, Rename, Source
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import Kept
from fewshot_fer.records.folders import web_folder
from fewshot_fer.records.store import Store
from fewshot_fer.settings import Settings
from fewshot_fer.shared import Beats
from fewshot_fer.web.access.files import Place
from fewshot_fer.web.access.guard import Guard
from fewshot_fer.web.access.who import ROUTED
from fewshot_fer.web.app_state import FORSAKEN_S
from fewshot_fer.web.holding import Holdings
from fewshot_fer.web.portal import routes as portal
from fewshot_fer.web.school.accounts import Teachers
from fewshot_fer.web.workers import Forsaken, end_all
from tests.fakes.waiting import PATIENCE_S
from tests.lesson.colours import picture
from tests.web.house import House
from tests.web.several.conftest import Silent


def until(true: Callable[[], object], *keep: House) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        for one in keep:
            one.look_again()
        time.sleep(0.02)


def shown(lesson: LessonEngine) -> None:
    """Send a picture, and wait until it was read and counted."""
    lesson.offer(Source("gallery:a"), picture(["happy"])).result(PATIENCE_S)
    time.sleep(0.3)


def test_a_lesson_whose_process_dies_goes_on_with_its_record(
    two: tuple[House, House, Silent],
) -> None:
    here, there, peers = two
    lesson = here.lessons.open("7b")
    session = lesson.ask(Record("class")).result(PATIENCE_S)
    shown(lesson)
    lesson.ask(Rename("Fractions")).result(PATIENCE_S)
    lesson.ask(Mark("before")).result(PATIENCE_S)
    until(lambda: there.running()[0].marks and there.running()[0].recording.session == session)
    peers.dead.add("one")  # It hangs: what it does from now on counts no more.
    again = there.lessons.get(lesson.id)
    assert (again.id, again.name, again.state.started) == (lesson.id, "7b", lesson.state.started)
    until(lambda: again.state.recording.session == session)
    assert [mark.text for mark in again.state.marks] == ["before"]
    assert again.state.title == there.running()[0].title == "Fractions"
    shown(again)
    # It comes to, and finds that it holds nothing; what both saw is there once.
    shown(lesson)
    until(lambda: lesson.over.done(), here)
    assert lesson.state.moved
    again.close()
    with Store.open(here.settings.records) as store:
        assert [one.id for one in store.sessions()] == [session]
        seconds = list(store.read(session).whole.seconds)
        assert len(seconds) == len(set(seconds))
        assert store.find(session).ended is not None
    assert there.running() == ()


def test_who_is_asked_for_a_lesson_gets_it_from_who_holds_it(
    two: tuple[House, House, Silent],
) -> None:
    here, there, _ = two
    lesson = here.lessons.open("7b")
    link = here.portal.invitations.make(lesson.id, "7b")
    lesson.ask(Pause()).result(PATIENCE_S)
    until(lambda: there.running()[0].paused)
    stop: list[int] = []
    keeper = Thread(target=lambda: until(lambda: stop, here), daemon=True)
    keeper.start()
    again = there.lessons.get(lesson.id)
    stop.append(1)
    keeper.join()
    until(lambda: again.state.paused)
    assert lesson.state.moved
    assert here.lessons.all() == ()
    assert [one.id for one in there.portal.invitations.listed()] == [link.id]
    again.close()
    assert there.portal.invitations.listed() == (), "the links end with the class, wherever it was"
    with pytest.raises(SourceError, match="has ended"):
        here.lessons.get(lesson.id)


def test_a_server_that_is_stopped_ends_the_lessons_of_all_its_teachers(tmp_path: Path) -> None:
    settings = Settings(records=f"sqlite:///{tmp_path}/record.db")
    teachers = Teachers(web_folder(settings.records), time.time)
    teacher = teachers.add("Ms Bell", "correct horse battery")
    theirs = teachers.settings_of(teacher, settings)
    with Store.open(theirs.records) as store:
        session = store.begin("7b", per_student=True)
    lessons = Holdings(Place(teachers.folder_of(teacher)), "1-a", Beats(tmp_path))
    lessons.add("3fa0", "7b", time.time())
    lessons.note("3fa0", Kept(mode="per_student", session=session))
    lessons.leave("3fa0", moved=True)
    end_all(settings)
    assert lessons.all() == (), "whoever has its link cannot go on with it, and be recorded"
    with Store.open(theirs.records) as store:
        assert store.find(session).ended is not None


def test_what_nobody_took_up_for_half_an_hour_ends(tmp_path: Path) -> None:
    settings = Settings(records=f"sqlite:///{tmp_path}/record.db")
    place = Place(web_folder(settings.records))
    peers, forsaken = Beats(place.folder), Forsaken(settings)
    alive = f"{os.getpid()}-a"
    peers.beat(alive)
    os.utime(place.folder / ".beats" / alive, (time.time() + 3600,) * 2)  # However slow this is.
    sessions = {}
    for id_, holder in (("left", f"{2**22 + 1}-b"), ("held", alive)):
        with Store.open(settings.records) as store:
            sessions[id_] = store.begin("7b")
        lessons = Holdings(place, holder, peers)
        lessons.add(id_, "7b", time.time())
        lessons.note(id_, Kept(mode="class", session=sessions[id_]))
    for now in (0.0, FORSAKEN_S):
        forsaken.look(now)
        assert len(lessons.all()) == 2, "whose page comes back goes on with it"
    forsaken.look(FORSAKEN_S + 90.0)
    assert [one.id for one in lessons.all()] == ["held"]
    with Store.open(settings.records) as store:
        ended = {id_: store.find(one).ended is not None for id_, one in sessions.items()}
    assert ended == {"left": True, "held": False}
    end_all(settings)
    assert [one.id for one in lessons.all()] == ["held"], "what another server holds goes on"


def test_a_student_whom_the_balancer_read_otherwise_takes_no_lesson(
    two: tuple[House, House, Silent],
) -> None:
    here, there, _ = two
    assert here.holdings is not None
    lesson, other = here.lessons.open("7b"), here.lessons.open("7c")
    link = here.portal.invitations.token(here.portal.invitations.make(lesson.id, "7b"))
    app = Starlette(
        routes=portal.routes(there),
        middleware=[Middleware(Guard, credentials=there.credentials, threads=there.threads)],
    )
    there.credentials.set_password("correct horse battery")
    with TestClient(app) as student:
        for sent_for in ("", other.id):
            student.get(f"/join/{link}", headers={ROUTED: sent_for})
            assert here.holdings is not None
            assert [(one.holder, one.wanted) for one in here.holdings.all()] == [("one", "")] * 2
        lesson.ask(End(moves=True)).result(PATIENCE_S)
        assert "7b" in student.get(f"/join/{link}", headers={ROUTED: lesson.id}).text
    assert [one.id for one in there.lessons.all()] == [lesson.id]


def test_two_who_want_a_lesson_at_once_do_not_both_hold_it(
    two: tuple[House, House, Silent], tmp_path: Path
) -> None:
    here, there, peers = two
    lesson = here.lessons.open("7b")
    peers.dead.add("one")
    third = Holdings(here.place, "three", peers)
    assert there.lessons.get(lesson.id).id == lesson.id
    with pytest.raises(SourceError, match="moving"):
        third.take(lesson.id)
