"""What a student teaches by camera is stored, and what is deleted is gone from everywhere."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from fewshot_fer.errors import RecordError, ReferenceImageError
from fewshot_fer.images import decode_image
from fewshot_fer.lesson.commands import Record
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture
from fewshot_fer.web.portal.learning import Learner
from tests.fakes.waiting import PATIENCE_S
from tests.web.portal.device import School, answer, app_of, drawn, until


def test_teaching_by_camera_stores_what_was_kept(school: School) -> None:
    anna = school.enrolled("Learns")

    async def play() -> tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]]:
        events: list[dict[str, Any]] = []
        async with school.device(anna) as line:
            asked = {"do": "teach", "expressions": ["neutral", "happy"]}
            await line.send(json.dumps(asked))
            while not any(one["type"] == "review" for one in events):
                shown = "happy" if any(one["type"] == "took" for one in events) else "neutral"
                said = await answer(line, drawn(shown))
                events += said["events"]
            await line.send(json.dumps({"do": "save", "keep": ["1"]}))
            return events, await until(line, "facts"), (await until(line, "coach"))["events"][0]

    events, facts, saved = asyncio.run(play())
    assert [one["expression"] for one in events if one["type"] == "took"] == ["neutral", "happy"]
    assert all(
        one["picture"].startswith("data:image/jpeg;base64,")
        for one in events
        if one["type"] == "took"
    )
    assert saved["type"] == "saved"
    assert saved["words"] == "1 picture is stored"
    assert school.service.library.open(anna).counts == {"happy": 1}
    assert ["Face pictures", "1"] in facts["facts"]


def test_adjusting_to_the_light_and_back(school: School) -> None:
    anna = school.enrolled("Light")

    async def play() -> tuple[dict[str, Any], int, dict[str, Any]]:
        async with school.device(anna) as line:
            await line.send(json.dumps({"do": "adjust", "expression": "happy"}))
            adjusted = None
            while adjusted is None:
                said = await answer(line, drawn())
                adjusted = next(
                    (one for one in said.get("events", []) if one["type"] == "adjusted"), None
                )
            stored = len(school.service.library.open(anna).calibrations)
            await line.send(json.dumps({"do": "undo", "calibration": adjusted["calibration"]}))
            return adjusted, stored, await until(line, "facts")

    adjusted, stored, facts = asyncio.run(play())
    assert stored == 1
    assert adjusted["words"]
    assert facts["calibration"] is None
    assert school.service.library.open(anna).calibrations == ()


def test_nothing_is_stored_of_what_was_stopped(school: School) -> None:
    anna = school.enrolled("Stops")

    async def play() -> dict[str, Any]:
        async with school.device(anna) as line:
            await line.send(json.dumps({"do": "teach", "expressions": ["happy"]}))
            for _ in range(4):
                await answer(line, drawn())
            await line.send(json.dumps({"do": "stop"}))
            await until(line, "coach")
            await line.send(json.dumps({"do": "save", "keep": ["0"]}))
            event: dict[str, Any] = (await until(line, "coach"))["events"][0]
            return event

    assert asyncio.run(play())["type"] == "failed"
    assert school.service.library.open(anna).references == ()


def test_who_is_deleted_gets_no_label_any_more(school: School) -> None:
    anna = school.enrolled("Gone")

    async def play() -> dict[str, Any]:
        async with school.device(anna) as line:
            await answer(line, drawn())
            await asyncio.to_thread(school.service.portal.forget, anna)
            return await until(line, "bye")

    assert asyncio.run(play())["why"] == "removed"
    assert all(source.student != anna for source in school.running.state.sources)


def test_deleting_takes_the_recorded_numbers_too(school: School) -> None:
    anna, ben = school.enrolled("Recorded"), school.enrolled("Stays")
    school.service.opened().refresh()
    session = school.running.ask(Record("per_student")).result(30) or 0

    def are_recorded() -> bool:
        with school.service.store() as store:
            return {anna, ben} <= set(store.students_of(session))

    async def play() -> str | None:
        async with school.device(anna) as one, school.device(ben) as two:
            async with asyncio.timeout(PATIENCE_S):
                while not await asyncio.to_thread(are_recorded):
                    await answer(one, drawn("happy", 1))
                    seen = await answer(two, drawn())
                    await asyncio.sleep(0.1)
            recording: str | None = seen["recording"]
            return recording

    assert asyncio.run(play()) == "You are recorded"
    school.running.ask(Record("off")).result(PATIENCE_S)
    school.service.portal.forget(anna)
    with school.service.store() as store:
        assert ben in store.students_of(session)
        assert anna not in store.students_of(session)


def test_a_record_that_cannot_be_changed_keeps_the_student(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[int]:
        raise RecordError("The database is away.")

    anna = school.enrolled("Still here")
    monkeypatch.setattr("fewshot_fer.records.recording.forget", broken)
    with pytest.raises(RecordError):
        school.service.portal.forget(anna)
    assert school.service.library.open(anna).name == "Still here"


def test_where_several_pictures_are_doubtful_the_others_are_not_believed(school: School) -> None:
    opened, anna = school.service.opened(), school.enrolled("Turned round")
    learner, gate = Learner(opened, anna), Gate(opened.recognizer.find)
    shown = {"angry": "happy", "happy": "surprise", "surprise": "angry", "neutral": "neutral"}
    taken = {}
    for called, shows in shown.items():
        face = gate.look(Picture(called, decode_image(drawn(shows))))
        assert isinstance(face, Candidate)
        taken[called] = face
    asked = learner.keep(taken, {})
    assert asked["type"] == "questions"
    about = [one["id"] for one in asked["questions"]]
    assert len(about) > 1
    for answers in ({about[0]: ""}, dict.fromkeys(about, "")):
        with pytest.raises(ReferenceImageError, match="Several pictures"):
            learner.keep(taken, answers)
    assert not school.service.library.open(anna).references
    assert learner.keep(taken, {one: shown[one] for one in about})["type"] == "saved"


def test_a_doubtful_picture_is_a_question_and_each_can_be_changed(school: School) -> None:
    opened, anna = school.service.opened(), school.enrolled("Doubtful")
    learner = Learner(opened, anna)
    taken = Gate(opened.recognizer.find).look(Picture("angry", decode_image(drawn("happy"))))
    assert isinstance(taken, Candidate)
    asked = learner.keep({"0": taken}, {})
    assert asked["type"] == "questions"
    assert [(one["id"], one["looks_like"]) for one in asked["questions"]] == [("0", "happy")]
    assert "--" not in asked["questions"][0]["words"]
    assert not school.service.library.open(anna).references
    with pytest.raises(ReferenceImageError):
        learner.keep({"0": taken}, {"0": ""})
    assert learner.keep({"0": taken}, {"0": "happy"})["type"] == "saved"
    (picture,) = school.service.library.open(anna).references
    assert picture.expression == "happy"

    page = TestClient(
        app_of(school), base_url=school.address, follow_redirects=False, client=("127.0.0.1", 9)
    )
    page.cookies.set("fewshot_fer_student", school.cookie(anna))
    shown = page.get(f"/me/pictures/{picture.sha}")
    assert shown.headers["content-type"] == "image/png"
    form = {"reference": picture.sha, "expression": "surprise"}
    assert page.post("/me/pictures", data=form).status_code == 303
    assert school.service.library.open(anna).counts == {"surprise": 1}
    page.post("/me/pictures", data={**form, "withdraw": "yes"})
    assert page.get(f"/me/pictures/{picture.sha}").status_code >= 400
    assert not school.service.library.open(anna).references
