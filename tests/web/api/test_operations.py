"""The API does what the command line does, and says what it does."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from starlette.testclient import TestClient

from tests.students.recogniser import shown
from tests.web.api.asking import V1, enrol, faces, fill, good_answer, problem
from tests.web.house import (
    House,
    blank,
    enrolled,
    jpeg,
    locked,
    picture,
    visitor,
)


def test_a_picture_is_read_as_bytes_or_in_a_form(client: TestClient, house: House) -> None:
    two = jpeg(np_side_by_side("happy", "sad"))
    answer = client.post(f"{V1}/analyze", content=two, headers={"content-type": "image/png"})
    [image] = good_answer(answer)["images"]
    assert [face["expression"] for face in image["faces"]] == ["happy", "sad"]
    several = client.post(f"{V1}/analyze", files=[("image", ("../a.png", two)), ("b", ("c", two))])
    assert [one["path"] for one in several.json()["images"]] == ["a.png", "c"]
    student = enrol(client)["student"]
    one = picture("happy")
    [image] = client.post(f"{V1}/analyze?student={student}", content=one).json()["images"]
    assert [face["student"] for face in image["faces"]] == [student]


def np_side_by_side(*expressions: str) -> Any:
    import numpy as np

    return np.hstack([shown(name, 5) for name in expressions])


def test_a_student_from_enrolment_to_removal(client: TestClient, house: House) -> None:
    came = enrol(client)
    one = f"{V1}/students/{came['student']}"
    assert came["references"] == {"happy": 1, "sad": 1}
    listed = good_answer(client.get(f"{V1}/students"))["students"]
    assert [line["name"] for line in listed] == ["Anna"]
    good_answer(client.get(f"{one}/card"))
    added = client.post(f"{one}/references", files=faces(neutral=3))
    assert good_answer(added, 201)["added"] == 1
    held = good_answer(client.get(f"{one}/references"))
    gone = next(r for r in held["references"] if r["expression"] == "sad")
    left = client.delete(f"{one}/references/{gone['reference']}")
    assert left.json()["references"] == {"happy": 1, "neutral": 1}
    renamed = client.patch(one, json={"name": "Anna B."})
    assert good_answer(renamed)["name"] == "Anna B."
    removed = good_answer(client.delete(one))
    assert removed == {"removed": [came["student"]], "sessions": []}
    problem(client.get(one), 404, "missing")
    assert house.library.students() == []


def test_a_removed_students_tokens_and_records_go_too(client: TestClient, house: House) -> None:
    student = enrol(client)["student"]
    token, _ = house.credentials.tokens.make("theirs", student=student)
    mine = {"authorization": f"Bearer {token}"}
    assert client.delete(f"{V1}/students/{student}", headers=mine).status_code == 200
    problem(client.get(f"{V1}/me", headers=mine), 401, "sign-in")


def test_a_student_moves_as_one_zip(client: TestClient, house: House) -> None:
    student = enrol(client)["student"]
    packed = client.get(f"{V1}/students/{student}/export")
    assert packed.headers["content-type"] == "application/zip"
    assert zipfile.is_zipfile(io.BytesIO(packed.content))
    again = client.post(f"{V1}/students/import", content=packed.content)
    problem(again, 409, "student")
    new = client.post(f"{V1}/students/import?as_new=true", content=packed.content)
    [twin] = good_answer(new, 201)["students"]
    assert twin["references"] == {"happy": 1, "sad": 1}
    assert twin["student"] != student


def test_the_gate_says_why_and_stores_nothing(client: TestClient, house: House) -> None:
    unread = ("fear", ("x.jpg", b"no picture"))
    looked = client.post(f"{V1}/gate", files=[*faces(happy=1), unread]).json()
    assert [one["source"] for one in looked["refused"]] == ["x.jpg"]
    assert client.post(f"{V1}/gate", files=[unread]).json()["usable"] == []
    files = [*faces(happy=1), ("sad", ("empty.png", blank()))]
    found = good_answer(client.post(f"{V1}/gate", files=files))
    assert [one["source"] for one in found["usable"]] == ["happy.png"]
    [refusal] = found["refused"]
    assert (refusal["source"], refusal["expression"]) == ("empty.png", "sad")
    assert refusal["what"] == "No face was found."
    assert house.library.students() == []
    form = {"name": "Anna", "consent": "Anna"}
    refused = problem(client.post(f"{V1}/students", data=form, files=files), 422)
    assert refused["code"] == "reference-image"
    assert refused["next_step"]
    assert house.library.students() == []
    problem(client.post(f"{V1}/students", data=form, files=[*faces(happy=1), unread]), 422)
    wish = {**form, "skip_refused": "true"}
    kept = client.post(f"{V1}/students", data=wish, files=[*files, unread]).json()
    assert kept["references"] == {"happy": 1}
    assert [one["source"] for one in kept["refused"]] == ["x.jpg", "empty.png"]


def test_nobody_is_enrolled_without_consent(client: TestClient, house: House) -> None:
    problem(client.post(f"{V1}/students", data={"name": "A"}, files=faces(happy=1)), 400, "request")
    blank_consent = {"name": "A", "consent": "  "}
    answer = client.post(f"{V1}/students", data=blank_consent, files=faces(happy=1))
    problem(answer, 403, "consent")
    assert house.library.students() == []


def test_expressions_are_taught_and_forgotten(client: TestClient, house: House) -> None:
    anna, ben = enrol(client)["student"], enrol(client, "Ben")["student"]
    files = [(who, ("c.png", picture("fear", 40 + i))) for i, who in enumerate((anna, ben))]
    taught = client.post(f"{V1}/expressions/confused", files=files)
    good_answer(taught, 201)
    own = client.post(f"{V1}/students/{anna}/expressions/bored", files=faces(disgust=9))
    good_answer(own, 201)
    listed = good_answer(client.get(f"{V1}/expressions"))
    assert {"name": "confused", "of": "the class"} in listed["expressions"]
    assert listed["students_with_own"] == [anna]
    mine = client.get(f"{V1}/students/{anna}/expressions").json()["expressions"]
    assert {"name": "bored", "of": "the student"} in mine
    assert client.delete(f"{V1}/students/{anna}/expressions/bored").json() == {"removed": "bored"}
    assert client.delete(f"{V1}/expressions/confused").status_code == 200
    problem(client.delete(f"{V1}/expressions/confused"), 404)
    problem(client.delete(f"{V1}/expressions/happy"), 404)


def test_a_student_is_recalibrated_compared_and_taken_back(client: TestClient) -> None:
    student = enrol(client)["student"]
    many = f"{V1}/students/{student}/recalibrations"
    came = client.post(many, files=[("neutral", ("n.png", picture("neutral", 7, offset=1.5)))])
    first = good_answer(came, 201)["calibration"]
    frames = [("frame", (f"{i}.png", picture("happy", 20 + i))) for i in range(8)]
    assert client.post(many, files=frames).status_code == 201
    history = good_answer(client.get(many))
    assert len(history["calibrations"]) == 2
    compared = client.get(f"{many}/compare?second={first}")
    good_answer(compared)
    undone = client.delete(f"{many}/latest")
    good_answer(undone)
    assert client.delete(f"{many}/{first[:10]}").status_code == 200
    problem(client.delete(f"{many}/latest"), 404)
    mixed = [*frames[:1], *faces(happy=1)]
    problem(client.post(many, files=mixed), 400)


def test_sessions_are_listed_reported_compared_exported_deleted(
    client: TestClient, house: House
) -> None:
    problem(client.get(f"{V1}/sessions/latest"), 404)
    with house.store() as store:
        for _ in range(2):
            fill(store)
    listed = good_answer(client.get(f"{V1}/sessions"))["sessions"]
    assert [one["id"] for one in listed] == [2, 1]
    good_answer(client.get(f"{V1}/sessions/latest"))
    report = client.get(f"{V1}/sessions/1/report")
    assert report.text.startswith("<!doctype html>")
    assert "sandbox" in report.headers["content-security-policy"]
    compared = client.get(f"{V1}/sessions/compare?before=1&after=2")
    good_answer(compared)
    table = client.get(f"{V1}/sessions/1/export")
    assert table.text.startswith("second,expected")
    assert "second" in client.get(f"{V1}/sessions/1/export?format=json").json()
    problem(client.get(f"{V1}/sessions/1/export?each=true&format=xml"), 400)
    assert client.delete(f"{V1}/sessions/1").json() == {"deleted": [1]}
    for wrong in ("1", "0", "-1", "99999999999999999999", "x", "²"):
        problem(client.get(f"{V1}/sessions/{wrong}"), 404)


def test_the_machine_is_for_the_teacher(client: TestClient, house: House) -> None:
    token, _ = house.credentials.tokens.make("theirs", student=enrolled(house))
    checks = good_answer(client.get(f"{V1}/doctor"))["checks"]
    assert checks
    mine = {"authorization": f"Bearer {token}"}
    problem(client.get(f"{V1}/doctor", headers=mine), 403)
    assert good_answer(client.get(f"{V1}/me", headers=mine))["role"] == "student"
    assert "read in class" in client.get(f"{V1}/consent", headers=mine).json()["text"]


def test_a_student_reads_pictures_as_themselves_only(house: House) -> None:
    credentials = locked(house)
    mine, other = enrolled(house), enrolled(house, "Ben")
    token, _ = credentials.tokens.make("mine", student=mine)
    with visitor(house, authorization=f"Bearer {token}") as client:
        read = client.post(f"{V1}/analyze", content=picture("happy"))
        assert read.json()["images"][0]["faces"][0]["student"] == mine
        problem(client.post(f"{V1}/analyze?student={other}", content=picture("sad")), 403)
        problem(client.post(f"{V1}/analyze?student=nobody", content=picture("sad")), 403)


def test_the_description_holds_together(client: TestClient) -> None:
    assert client.get("/openapi.json").headers["location"] == "/api/openapi.json"
    found = client.get("/api/openapi.json").json()
    assert found["servers"] == [{"url": "/api"}]
    text = json.dumps(found)
    shapes = found["components"]["schemas"]
    for name in {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in shapes
    verbs = [verb for path in found["paths"].values() for verb in path.values()]
    assert len({verb["operationId"] for verb in verbs}) == len(verbs)
    assert all(verb["description"].startswith("For ") and verb["summary"] for verb in verbs)


def test_every_error_has_its_place_on_the_page(client: TestClient) -> None:
    page = client.get("/api/docs").text
    code = problem(client.get(f"{V1}/students/nobody"), 404)
    assert f'id="{code["type"].partition("#")[2]}"' in page


def test_code_is_shown_as_code_on_the_page(client: TestClient) -> None:
    page = client.get("/api/docs").text
    assert "`" not in page
    assert "<code>seconds</code>" in page
    # Of an operation its page reads Markdown in all but the summary.
    found = client.get("/api/openapi.json").json()
    verbs = [verb for path in found["paths"].values() for verb in path.values()]
    assert not [verb["summary"] for verb in verbs if "`" in verb["summary"]]


def test_classes_are_filled_renamed_and_removed(client: TestClient, house: House) -> None:
    anna, ben = enrolled(house, "Anna"), enrolled(house, "Ben")
    lists = f"{V1}/class-lists"
    good_answer(client.put(lists, json={"name": "7b", "students": [anna]}))
    [made] = good_answer(client.put(lists, json={"name": "7b", "students": [anna, ben]}))["classes"]
    assert made == {"name": "7b", "students": [anna, ben], "names": ["Anna", "Ben"]}
    lesson = good_answer(client.post(f"{V1}/classes", json={"name": "7b"}), 201)
    with house.store() as store:
        store.begin("7b")
    [renamed] = good_answer(client.patch(lists, json={"name": "7b", "new": "8b"}))["classes"]
    assert renamed["students"] == [anna, ben]
    with house.store() as store:
        assert store.find().class_name == "8b"
    assert house.lessons.get(lesson["id"]).name == "7b"
    assert good_answer(client.get(f"{V1}/students/{anna}"))["classes"] == ["8b"]
    assert good_answer(client.delete(f"{lists}?name=8b"))["classes"] == []
    assert problem(client.delete(f"{lists}?name=8b"), 409)["title"] == "There is no class '8b'."
    unknown = client.put(lists, json={"name": "9c", "students": ["zz"]})
    assert "zz" in problem(unknown, 409)["title"]
    assert good_answer(client.get(lists))["classes"] == []
    good_answer(client.put(lists, json={"name": "9c"}))
    problem(client.patch(lists, json={"name": "9c", "new": "a\nb"}), 409)
    [tidied] = good_answer(client.patch(lists, json={"name": "9c", "new": " 9d "}))["classes"]
    assert tidied["name"] == "9d"


def test_a_part_of_an_agreement_is_taken_back(client: TestClient, house: House) -> None:
    student = enrol(client)["student"]
    one = f"{V1}/students/{student}/agreement"
    left = good_answer(client.put(one, json={"purposes": ["read", "numbers"]}))
    assert left["consent"]["purposes"] == ["numbers", "read"]
    assert (left["references"], left["consent"]["by"]) == ({}, "Anna's father")
    again = client.put(one, json={"purposes": ["read", "pictures"]})
    problem(again, 403, "consent")
    good_answer(client.put(one, json={"purposes": ["read", "pictures"], "consent": "Her mother"}))
    consent = house.library.open(student).consent
    assert (consent.by, sorted(consent.purposes)) == ("Her mother", ["pictures", "read"])
    assert good_answer(client.put(one, json={"purposes": []}))["consent"]["purposes"] == []
