"""Asking the API."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from fewshot_fer.records.store import Store
from fewshot_fer.records.values import ClassSecond, Mark, Second
from fewshot_fer.web.access.refusal import Problem
from tests.web.house import picture

V1 = "/api/v1"
Files = list[tuple[str, tuple[str, bytes]]]


def faces(**seeds: int) -> Files:
    return [(name, (f"{name}.png", picture(name, seed))) for name, seed in seeds.items()]


def enrol(client: TestClient, name: str = "Anna", **fields: str) -> dict[str, Any]:
    form = {"name": name, "consent": "Anna's father", **fields}
    answer = client.post(f"{V1}/students", data=form, files=faces(happy=1, sad=2))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def good_answer(answer: httpx.Response, status: int = 200) -> Any:
    """The answer, which FastAPI has seen to have the shape that the description promises."""
    assert answer.status_code == status, answer.text
    return answer.json()


def problem(answer: httpx.Response, status: int, code: str = "") -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert dict(TypeAdapter(Problem).validate_python(found)) == found, (
        "nothing that it does not name"
    )
    assert code in ("", found["code"])
    assert "Traceback" not in answer.text
    return found


def fill(store: Store) -> None:
    session = store.begin("7b")
    seconds = [
        Second(ClassSecond(at, 6, 6.0, 5.0, {"happy": 3.0 if at > 30 else 1.0, "neutral": 2.0}))
        for at in range(90)
    ]
    store.write(session, seconds, [Mark(30, "group work")])
    store.end(session)
