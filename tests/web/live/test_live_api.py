"""A class opened, watched, marked, recorded and ended through the API alone."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import numpy as np
from starlette.testclient import TestClient

from fewshot_fer.drawn.files import reference_picture, to_jpeg
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.web.api.live import MOST
from fewshot_fer.web.app_state import AppState
from tests.fakes.waiting import until

V1 = "/api/v1/classes"


def state_of(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def test_a_class_from_its_opening_to_its_record(
    client: TestClient, service: AppState, people: tuple[DrawnStudent, ...]
) -> None:
    opened = state_of(client.post(V1, json={"name": "7b", "title": "Powers"}), 201)
    assert opened["title"] == "Powers"
    one = f"{V1}/{opened['id']}"
    picture = to_jpeg(reference_picture(people[0], "happy"))
    seen = client.post(f"{one}/frames?source=a-script", content=picture).json()
    assert [face["expression"] for face in seen["seen"]] == ["happy"]
    assert state_of(client.get(one))["sources"][0]["key"] == "gallery:a-script"
    assert state_of(client.post(f"{one}/recording", json={"each": False}))["recording"]
    marked = state_of(client.post(f"{one}/marks", json={"text": "group work"}), 201)
    assert [mark["text"] for mark in marked["marks"]] == ["group work"]
    assert state_of(client.post(f"{one}/pause"))["paused"]
    skipped = client.post(f"{one}/frames", content=picture).json()
    assert skipped == {"type": "skipped", "reason": "paused"}
    assert not state_of(client.post(f"{one}/resume"))["paused"]
    assert state_of(client.patch(one, json={"title": "Fractions"}))["title"] == "Fractions"
    assert client.delete(f"{one}/recording").json() == {"session": 1}
    assert client.delete(one).status_code == 200
    assert client.get(one).status_code == 404
    session = client.get("/api/v1/sessions/1").json()["session"]
    assert (session["class_name"], session["title"]) == ("7b", "Fractions")


def test_a_bad_picture_or_nobody_to_recalibrate_is_said(client: TestClient) -> None:
    opened = state_of(client.post(V1, json={}), 201)
    one = f"{V1}/{opened['id']}"
    for data in (b"no picture", b"\xff\xd8\xff", to_jpeg(np.zeros((8, 8, 3), np.uint8))):
        assert client.post(f"{one}/frames", content=data).status_code == 422
    nobody = client.post(f"{one}/recalibrations", json={"resting": True})
    assert nobody.status_code == 422
    assert nobody.json()["code"] == "face"
    assert client.post(f"{one}/marks", json={"text": ""}).status_code == 400
    assert client.post(f"{one}/recording", json={"each": "perhaps"}).status_code == 400
    assert client.post(f"{V1}/nothing/pause").status_code == 404


def test_a_drawn_class_sits_in_it_when_wished_for(client: TestClient, service: AppState) -> None:
    opened = state_of(client.post(V1, json={"drawn": 2}), 201)
    lesson = service.lessons.get(opened["id"])
    assert until(lambda: [one.kind for one in lesson.state.sources] == ["drawn"])
    assert client.post(V1, json={"drawn": 500}).status_code == 400
    client.delete(f"{V1}/{opened['id']}")


def test_there_is_an_end_to_opening_classes(client: TestClient) -> None:
    answers = [client.post(V1, json={}).status_code for _ in range(MOST + 1)]
    assert answers == [201] * MOST + [400]
    assert len(client.get(V1).json()["classes"]) == MOST
