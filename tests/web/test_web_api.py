"""The API does what the command line does, and nothing that comes in makes it stumble."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter
from starlette.testclient import TestClient

from fewshot_fer.records.store import Store
from fewshot_fer.records.values import ClassSecond, Mark, Second
from fewshot_fer.web.api.endpoint import as_json
from fewshot_fer.web.api.openapi import description
from fewshot_fer.web.api.routes import OPERATIONS
from fewshot_fer.web.api.shapes.base import Problem
from tests.students.recogniser import shown
from tests.web.house import (
    House,
    blank,
    enrolled,
    good_pictures,
    house_at,
    jpeg,
    locked,
    picture,
    visitor,
)

V1 = "/api/v1"
Files = list[tuple[str, tuple[str, bytes]]]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    good_pictures(monkeypatch)
    return house_at(tmp_path)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with visitor(house) as found:
        yield found


def faces(**seeds: int) -> Files:
    return [(name, (f"{name}.png", picture(name, seed))) for name, seed in seeds.items()]


def enrol(client: TestClient, name: str = "Anna", **fields: str) -> dict[str, Any]:
    form = {"name": name, "consent": "Anna's father", **fields}
    answer = client.post(f"{V1}/students", data=form, files=faces(happy=1, sad=2))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def fits(shape: Any, content: bytes) -> None:
    """Raise unless this is such an answer, with nothing that it does not name."""
    strict = TypeAdapter(list[shape], config=ConfigDict(extra="forbid"))
    strict.validate_json(b"[" + content + b"]")


def shape_of(method: str, path: str) -> Any:
    """What an operation says that it answers."""
    for one in OPERATIONS:
        if (one.method, one.path) == (method, path) and not isinstance(one.answer, str):
            return one.answer
    raise LookupError(path)


def good_answer(answer: httpx.Response, method: str, path: str, status: int = 200) -> Any:
    """The answer, which has the shape that the description promises."""
    assert answer.status_code == status, answer.text
    fits(shape_of(method, path), answer.content)
    return answer.json()


def problem(answer: httpx.Response, status: int, code: str = "") -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    fits(Problem, answer.content)
    found = dict(answer.json())
    assert code in ("", found["code"])
    assert "Traceback" not in answer.text
    return found


# ---------------------------------------------------------------------- what it does


def test_a_picture_is_read_as_bytes_or_in_a_form(client: TestClient, house: House) -> None:
    two = jpeg(np_side_by_side("happy", "sad"))
    answer = client.post(f"{V1}/analyze", content=two, headers={"content-type": "image/png"})
    [image] = good_answer(answer, "POST", "/analyze")["images"]
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
    listed = good_answer(client.get(f"{V1}/students"), "GET", "/students")["students"]
    assert [line["name"] for line in listed] == ["Anna"]
    good_answer(client.get(f"{one}/card"), "GET", "/students/{student}/card")
    added = client.post(f"{one}/references", files=faces(neutral=3))
    assert good_answer(added, "POST", "/students/{student}/references", 201)["added"] == 1
    held = good_answer(client.get(f"{one}/references"), "GET", "/students/{student}/references")
    gone = next(r for r in held["references"] if r["expression"] == "sad")
    left = client.delete(f"{one}/references/{gone['reference']}")
    assert left.json()["references"] == {"happy": 1, "neutral": 1}
    renamed = client.patch(one, json={"name": "Anna B."})
    assert good_answer(renamed, "PATCH", "/students/{student}")["name"] == "Anna B."
    removed = good_answer(client.delete(one), "DELETE", "/students/{student}")
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
    [twin] = good_answer(new, "POST", "/students/import", 201)["students"]
    assert twin["references"] == {"happy": 1, "sad": 1}
    assert twin["student"] != student


def test_the_gate_says_why_and_stores_nothing(client: TestClient, house: House) -> None:
    unread = ("fear", ("x.jpg", b"no picture"))
    looked = client.post(f"{V1}/gate", files=[*faces(happy=1), unread]).json()
    assert [one["source"] for one in looked["refused"]] == ["x.jpg"]
    assert client.post(f"{V1}/gate", files=[unread]).json()["usable"] == []
    files = [*faces(happy=1), ("sad", ("empty.png", blank()))]
    found = good_answer(client.post(f"{V1}/gate", files=files), "POST", "/gate")
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
    good_answer(taught, "POST", "/expressions/{expression}", 201)
    own = client.post(f"{V1}/students/{anna}/expressions/bored", files=faces(disgust=9))
    good_answer(own, "POST", "/students/{student}/expressions/{expression}", 201)
    listed = good_answer(client.get(f"{V1}/expressions"), "GET", "/expressions")
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
    first = good_answer(came, "POST", "/students/{student}/recalibrations", 201)["calibration"]
    frames = [("frame", (f"{i}.png", picture("happy", 20 + i))) for i in range(8)]
    assert client.post(many, files=frames).status_code == 201
    history = good_answer(client.get(many), "GET", "/students/{student}/recalibrations")
    assert len(history["calibrations"]) == 2
    compared = client.get(f"{many}/compare?second={first}")
    good_answer(compared, "GET", "/students/{student}/recalibrations/compare")
    undone = client.delete(f"{many}/latest")
    good_answer(undone, "DELETE", "/students/{student}/recalibrations/{calibration}")
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
    listed = good_answer(client.get(f"{V1}/sessions"), "GET", "/sessions")["sessions"]
    assert [one["id"] for one in listed] == [2, 1]
    good_answer(client.get(f"{V1}/sessions/latest"), "GET", "/sessions/{session}")
    report = client.get(f"{V1}/sessions/1/report")
    assert report.text.startswith("<!doctype html>")
    assert "sandbox" in report.headers["content-security-policy"]
    compared = client.get(f"{V1}/sessions/compare?before=1&after=2")
    good_answer(compared, "GET", "/sessions/compare")
    table = client.get(f"{V1}/sessions/1/export")
    assert table.text.startswith("second,expected")
    assert "second" in client.get(f"{V1}/sessions/1/export?format=json").json()
    problem(client.get(f"{V1}/sessions/1/export?each=true&format=xml"), 400)
    assert client.delete(f"{V1}/sessions/1").json() == {"deleted": [1]}
    for wrong in ("1", "0", "-1", "99999999999999999999", "x", "²"):
        problem(client.get(f"{V1}/sessions/{wrong}"), 404)


def fill(store: Store) -> None:
    session = store.begin("7b")
    seconds = [
        Second(ClassSecond(at, 6, 6.0, 5.0, {"happy": 3.0 if at > 30 else 1.0, "neutral": 2.0}))
        for at in range(90)
    ]
    store.write(session, seconds, [Mark(30, "group work")])
    store.end(session)


def test_the_machine_is_for_the_teacher(client: TestClient, house: House) -> None:
    token, _ = house.credentials.tokens.make("theirs", student=enrolled(house))
    checks = good_answer(client.get(f"{V1}/doctor"), "GET", "/doctor")["checks"]
    assert checks
    mine = {"authorization": f"Bearer {token}"}
    problem(client.get(f"{V1}/doctor", headers=mine), 403)
    assert good_answer(client.get(f"{V1}/me", headers=mine), "GET", "/me")["role"] == "student"
    assert "recognised in class" in client.get(f"{V1}/consent", headers=mine).json()["text"]


def test_a_student_reads_pictures_as_themselves_only(house: House) -> None:
    credentials = locked(house)
    mine, other = enrolled(house), enrolled(house, "Ben")
    token, _ = credentials.tokens.make("mine", student=mine)
    with visitor(house, authorization=f"Bearer {token}") as client:
        read = client.post(f"{V1}/analyze", content=picture("happy"))
        assert read.json()["images"][0]["faces"][0]["student"] == mine
        problem(client.post(f"{V1}/analyze?student={other}", content=picture("sad")), 403)
        problem(client.post(f"{V1}/analyze?student=nobody", content=picture("sad")), 403)


def test_numbers_that_are_none_become_null() -> None:
    import numpy as np

    value = {"a": float("nan"), "b": np.array([1.5, np.inf]), "c": np.float32(2), "d": (Path("x"),)}
    assert json.loads(as_json(value)) == {"a": None, "b": [1.5, None], "c": 2.0, "d": ["x"]}


# ---------------------------------------------------------------------- what comes in


def png_bomb(side: int) -> bytes:
    """A few bytes that say they are a picture of side x side."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000))

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    parts = (chunk(b"IHDR", header), chunk(b"IDAT", body), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg_bomb(side: int) -> bytes:
    """A JPEG header that announces side x side pixels."""
    size = struct.pack(">BHHB", 8, side, side, 3) + bytes([1, 17, 0, 2, 17, 0, 3, 17, 0])
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(size) + 2) + size + b"\xff\xd9"


BAD_PICTURES = {
    "nothing": b"",
    "text": b"this is no picture at all",
    "json": b'{"image": "yes"}',
    "half a picture": picture("happy", 3)[:400],
    "a PNG of 900 megapixels": png_bomb(30_000),
    "a PNG of 64 megapixels": png_bomb(8_000),
    "a JPEG of 4 gigapixels": jpeg_bomb(65_535),
    "a JPEG of ten thousand passes": b"\xff\xd8" + b"\xff\xda\x00\x04ab" * 10_000,
    "one pixel": png_bomb(1),
    "zeros": bytes(100_000),
    "a zip": b"PK\x03\x04" + bytes(100),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
}


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_no_picture_makes_it_stumble(name: str, client: TestClient, house: House) -> None:
    student, data = enrolled(house), BAD_PICTURES[name]
    alone = client.post(f"{V1}/analyze", content=data)
    assert alone.status_code in (400, 422)
    problem(alone, alone.status_code)
    files = [("happy", ("a.jpg", data))]
    for path in ("references", "gate", "recalibrations", "expressions/bored"):
        answer = client.post(f"{V1}/students/{student}/{path}", files=files)
        if path == "gate":
            assert len(answer.json()["refused"]) == 1
            continue
        problem(answer, answer.status_code)
        assert 400 <= answer.status_code < 500
    assert house.library.open(student).references == ()


def test_too_much_is_refused_before_it_is_read(client: TestClient, house: House) -> None:
    answer = client.post(f"{V1}/analyze", headers={"content-length": str(10**9)}, content=b"x")
    problem(answer, 413, "too-large")

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield bytes(1_000_000)

    problem(client.post(f"{V1}/analyze", content=endless()), 413, "too-large")
    problem(client.patch(f"{V1}/students/s001", content=bytes(100_000)), 413, "too-large")
    large = [("image", ("a.jpg", bytes(20_000_001)))]
    problem(client.post(f"{V1}/analyze", files=large), 413, "too-large")
    many = [("image", (f"{i}.png", b"x")) for i in range(60)]
    problem(client.post(f"{V1}/analyze", files=many), 400)
    fields = {f"f{i}": "x" for i in range(60)}
    problem(client.post(f"{V1}/gate", data=fields, files=faces(happy=1)), 400)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n\xff\xfe--b--"),
        ("multipart/form-data; boundary=b; charset=klingon", b"--b\r\n"),
        ("text/plain", b"hello"),
        ("application/json", b"{}"),
        ("text/html", b"<script>"),
        ("\u00ff", b"x"),
    ],
)
def test_no_form_makes_it_stumble(client: TestClient, house: House, kind: str, data: bytes) -> None:
    student = enrolled(house)
    for path in ("/analyze", "/gate", "/students", f"/students/{student}/references"):
        headers = {b"content-type": kind.encode("latin-1")}
        answer = client.post(f"{V1}{path}", content=data, headers=headers)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        problem(answer, answer.status_code)


def zip_of(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return packed.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no zip", zip_of(), zip_of(contents=b"{}"),
        zip_of(**{"contents.json": bytes(50_000_000)}),
        zip_of(**{"..__..__etc__passwd": b"x", "contents.json": b"{}"}),
        zip_of(**{"contents.json": b"[" * 100_000}),
        zip_of(**{f"student.yaml{i}": b"" for i in range(100)}),
    ],
    ids=["empty", "text", "no files", "unknown", "bomb", "path", "deep", "many"],
)  # fmt: skip
def test_no_zip_makes_it_stumble(client: TestClient, house: House, data: bytes) -> None:
    answer = client.post(f"{V1}/students/import", content=data)
    found = problem(answer, answer.status_code)
    assert 400 <= answer.status_code < 500, found
    assert "/tmp" not in answer.text, "where it lay for a moment is nobody's business"
    assert house.library.students() == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=ANYTHING, name=st.text(max_size=120))
def test_no_json_makes_it_stumble(client: TestClient, house: House, value: Any, name: str) -> None:
    house.credentials.requests.take = lambda *_: None  # type: ignore[method-assign]
    if not house.library.students():
        enrolled(house)
    body = json.dumps(value).encode()
    for given_ in (body, json.dumps({"name": value}).encode(), json.dumps({"name": name}).encode()):
        for path in ("/students/s001", "/students/nobody"):
            answer = client.patch(f"{V1}{path}", content=given_)
            assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    assert len(house.library.students()) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"name":' + b"[" * 9999]
)
def test_bad_json_is_a_problem(client: TestClient, house: House, body: bytes) -> None:
    enrolled(house)
    problem(client.patch(f"{V1}/students/s001", content=body), 400, "request")


@pytest.mark.parametrize(
    "name",
    ["..", "%2e%2e", "_class", "a" * 500, "S001", "s001%00", "s%2f001", "con", "\u00e4", "*"],
)
def test_a_wrong_id_is_nobody(client: TestClient, house: House, name: str) -> None:
    enrolled(house)
    for path, method in (("", "GET"), ("", "DELETE"), ("/card", "GET"), ("/export", "GET")):
        answer = client.request(method, f"{V1}/students/{name}{path}")
        assert answer.status_code in (401, 403, 404), answer.text
        problem(answer, answer.status_code)
    assert len(house.library.students()) == 1


def test_a_mistake_of_ours_tells_the_asker_nothing(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(house.library, "students", broken)
    answer = client.get(f"{V1}/students")
    problem(answer, 500)
    assert "secret" not in answer.text


def test_requests_are_counted_by_who_asks(client: TestClient, house: House) -> None:
    token, _ = house.credentials.tokens.make("theirs", student=enrolled(house))
    mine = {"authorization": f"Bearer {token}"}
    answers = [client.get(f"{V1}/me") for _ in range(61)]
    assert [one.status_code for one in answers] == [200] * 60 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert client.get(f"{V1}/me", headers=mine).status_code == 200, "others are not kept waiting"
    house.time += 1
    assert client.get(f"{V1}/me").status_code == 200


# ---------------------------------------------------------------------- its description


def test_the_description_holds_together(client: TestClient) -> None:
    found = client.get("/api/openapi.json").json()
    assert found == description(OPERATIONS)
    text = json.dumps(found)
    shapes = found["components"]["schemas"]
    for name in {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in shapes
    ids = [verb["operationId"] for path in found["paths"].values() for verb in path.values()]
    assert len(ids) == len(set(ids)) == len(OPERATIONS)


def test_the_page_names_every_operation_and_error(client: TestClient) -> None:
    page = client.get("/api/docs").text
    for one in OPERATIONS:
        assert f'id="{one.id}"' in page
    code = problem(client.get(f"{V1}/students/nobody"), 404)
    assert f'id="{code["type"].partition("#")[2]}"' in page
