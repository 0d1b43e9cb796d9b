"""A student's own device that reads by itself: what it says is taken, marked, or refused."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection

from fewshot_fer.errors import RequestError
from fewshot_fer.expressions import BASIC
from fewshot_fer.lesson.commands import Pause, ReadOnDevice, Record
from fewshot_fer.lesson.events import OnDevice
from fewshot_fer.records.store import Store
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.commands import Later, obey
from fewshot_fer.web.live.telling import event_message
from tests.fakes.waiting import PATIENCE_S
from tests.web.portal.device import School, answer, drawn, school_at, until


@pytest.fixture(autouse=True)
def _as_it_comes(school: School) -> None:
    """Each test begins with a class that goes on, and in which each does as they like."""
    school.running.ask(ReadOnDevice("allowed")).result()
    school.running.ask(Pause(on=False)).result()


def report(school: School, **other: Any) -> dict[str, Any]:
    face: dict[str, Any] = {
        "pixels": 250, "best": "happy", "unsure": None, "quality": 0.9,
        "scores": {"happy": 0.9, "neutral": 0.1},
    }  # fmt: skip
    said = {
        "do": "report", "checkpoint": school.service.recognizer.checkpoint_hash,
        "face": face,
    }  # fmt: skip
    face |= {key: value for key, value in other.items() if key in face}
    return said | {key: value for key, value in other.items() if key not in face}


async def say(line: ClientConnection, said: Any) -> dict[str, Any]:
    """Send it; what was answered."""
    await line.send(said if isinstance(said, str) else json.dumps(said))
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message: dict[str, Any] = json.loads(await line.recv())
            if message["type"] in ("heard", "error", "coach"):
                return message


def test_one_on_the_device_and_one_by_the_server_make_one_class_and_one_record(
    school: School,
) -> None:
    own, other = school.enrolled("Own"), school.enrolled("Other")

    async def play() -> tuple[dict[str, Any], int]:
        session = await asyncio.wrap_future(school.running.ask(Record("per_student")))
        async with school.device(own) as here, school.device(other) as there:
            people: dict[str, dict[str, Any]] = {}
            for _ in range(4):
                assert (await answer(there, drawn("happy")))["type"] == "view"
                heard = await say(here, report(school))
                await asyncio.sleep(0.5)
                state: Any = event_message(school.running.state)
                people |= {one["name"]: one for one in state["people"]}
        # Both were of one class, and only one of them was read by itself.
        marked = {name: one["on_device"] for name, one in people.items()}
        assert marked == {"Own": True, "Other": False}
        assert people["Own"]["expression"] == "happy"
        await asyncio.wrap_future(school.running.ask(Record("off")))
        return heard, session or 0

    heard, session = asyncio.run(play())
    assert heard == {"type": "heard", "paused": False, "recording": "You are recorded"}
    with Store.open(school.service.settings.records) as store:
        recorded = store.read(session, students=True)
        tracks = store.student_seconds(recorded.session)
    assert tracks[own].on_device.all()
    assert not tracks[other].on_device.any()
    assert recorded.whole.on_device.max() == 1.0


REFUSED: dict[str, tuple[Any, str]] = {
    "NaN": ({"quality": float("nan")}, "no reading"),
    "a NaN among the scores": ({"scores": {"happy": float("nan")}}, "no reading"),
    "a face of an infinite size": ({"pixels": float("inf")}, "no reading"),
    "a place in a picture": ({"box": [0, 0, 9, 9]}, "no reading"),
    "an unknown expression": ({"scores": {"happy": 0.5, "smug": 0.5}}, "no expression 'smug'"),
    "an unknown label": ({"best": "smug"}, "no expression 'smug'"),
    "scores that do not sum": ({"scores": {"happy": 0.7, "sad": 0.1}}, "do not sum to 1"),
    "a score above one": ({"scores": {"happy": 1.5}}, "no reading"),
    "a label that its scores do not give": ({"best": "sad"}, "not the likeliest"),
    "a reason that is none": ({"unsure": "tired"}, "no reading"),
    "a reason of something else": ({"unsure": "no-student"}, "no reason"),
    "two faces": ({"face": [{}, {}]}, "no reading"),
    "a vector": ({"vector": [0.1] * 64}, "no reading"),
    "a picture": ({"picture": "data:image/jpeg;base64,/9j/"}, "no reading"),
    "somebody else": ({"student": "s999"}, "its own student only"),
    "another checkpoint": ({"checkpoint": "0" * 64}, "another checkpoint"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_no_device_of_ours_says_is_refused_with_a_reason(school: School, what: str) -> None:
    wrong, says = REFUSED[what]

    async def play() -> list[dict[str, Any]]:
        async with school.device(school.enrolled(what)) as line:
            refused = await say(line, report(school, **wrong))
            return [refused, await say(line, report(school))]

    refused, after = asyncio.run(play())
    assert (refused["type"], refused["code"]) == ("error", "report")
    assert says in refused["what"]
    assert refused["next_step"]
    assert after["type"] == "heard"


def test_ten_thousand_faces_are_not_even_read(school: School) -> None:
    async def play() -> list[dict[str, Any]]:
        async with school.device(school.enrolled("Many")) as line:
            said = report(school)
            refused = await say(line, said | {"face": [said["face"]] * 10_000})
            return [refused, await say(line, said)]

    refused, after = asyncio.run(play())
    assert refused["events"][0]["what"] == "This is not a command."
    assert after["type"] == "heard"


def test_who_says_too_much_is_told_to_wait_and_others_are_heard(school: School) -> None:
    async def play() -> tuple[list[str], dict[str, Any]]:
        async with (
            school.device(school.enrolled("Loud")) as loud,
            school.device(school.enrolled("Quiet")) as quiet,
        ):
            answers = [await say(loud, report(school)) for _ in range(30)]
            return [one["type"] for one in answers], await say(quiet, report(school))

    answers, quiet = asyncio.run(play())
    assert answers[0] == "heard"
    assert "error" in answers
    assert quiet["type"] == "heard"


def test_where_it_is_required_pictures_are_refused_and_where_it_is_off_readings_are(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = school.enrolled("Both")
    monkeypatch.setattr(AppState, "on_device_files", "/somewhere/")

    async def play(policy: OnDevice) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        await asyncio.wrap_future(school.running.ask(ReadOnDevice(policy)))
        async with school.device(student) as line:
            told = await until(line, "device")
            return told, await answer(line, drawn()), await say(line, report(school))

    found = {policy: asyncio.run(play(policy)) for policy in get_args(OnDevice)}
    assert [told["policy"] for told, _, _ in found.values()] == list(found)
    pictures = {policy: picture["type"] for policy, (_, picture, _) in found.items()}
    assert pictures == {"off": "view", "allowed": "view", "preferred": "view", "required": "error"}
    readings = {policy: reading["type"] for policy, (_, _, reading) in found.items()}
    assert readings == {
        "off": "error", "allowed": "heard", "preferred": "heard", "required": "heard",
    }  # fmt: skip
    assert "own devices only" in found["required"][1]["what"]


def test_a_pause_holds_for_readings_too(school: School) -> None:
    async def play() -> dict[str, Any]:
        await asyncio.wrap_future(school.running.ask(Pause()))
        async with school.device(school.enrolled("Paused")) as line:
            return await say(line, report(school))

    assert asyncio.run(play())["paused"] is True


def test_a_device_is_told_how_its_student_looks_and_again_when_that_changes(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppState, "on_device_files", "/somewhere/")
    anna, ben = school.enrolled("Anna 2"), school.enrolled("Ben 2")

    async def play() -> tuple[list[dict[str, Any]], int]:
        async with school.device(anna) as line, school.device(ben) as others:
            first, other = await until(line, "device"), await until(others, "device")
            school.service.library.rename(anna, "Anna again")
            for _ in range(3):
                await asyncio.sleep(0.6)
                await line.send(json.dumps(report(school)))
            return [first, await until(line, "device"), other], 0

    (first, again, other), _ = asyncio.run(play())
    assert first["base"] == "/somewhere/"
    assert first["key"] == again["key"] != other["key"]
    assert len(b64decode(first["key"])) == 32
    person, generic = first["person"], school.service.roster.prototypes(None)
    assert tuple(person["names"]) == generic.names == BASIC
    points = np.frombuffer(b64decode(person["points"]), "<f4").reshape(generic.points.shape)
    assert np.array_equal(points, generic.points.astype(np.float32))
    assert len(json.dumps(person)) < 32_000


def test_the_teacher_says_so_on_the_class_page(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, lesson = school.service, school.running
    asked = {"do": "on_device", "policy": "preferred"}
    with pytest.raises(RequestError, match="not installed"):
        obey(app, lesson, asked, "page")
    monkeypatch.setattr(AppState, "on_device_files", "/somewhere/")
    begun = obey(app, lesson, asked, "page")
    assert isinstance(begun, Later)
    begun.future.result()
    state: Any = event_message(lesson.state)
    assert state["on_device"] == "preferred"
    for wrong in ("always", None, ["off"]):
        with pytest.raises(RequestError):
            obey(app, lesson, asked | {"policy": wrong}, "page")


@pytest.mark.parametrize("wished", get_args(OnDevice))
@pytest.mark.parametrize("files", [None, "/somewhere/"])
def test_a_class_begins_as_it_is_set_and_can_only_insist_where_nothing_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wished: OnDevice, files: str | None
) -> None:
    monkeypatch.setattr(AppState, "on_device_files", files)
    school = school_at(tmp_path, on_device=wished)
    begins = wished if files or wished == "required" else "off"
    # What is asked later is answered later.
    school.running.ask(Pause(on=False)).result()
    assert school.running.state.on_device == begins
    school.running.close()
