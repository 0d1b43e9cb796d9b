"""Asking the API, and seeing that an answer is what its operation promises."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
from pydantic import ConfigDict, TypeAdapter
from starlette.testclient import TestClient

from fewshot_fer.web.api.routes import OPERATIONS
from fewshot_fer.web.api.shapes.base import Problem
from tests.web.house import (
    picture,
)

V1 = "/api/v1"
Files = list[tuple[str, tuple[str, bytes]]]


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
