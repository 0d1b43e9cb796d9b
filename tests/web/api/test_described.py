"""What the description allows, and what it does not, asked of the server by schemathesis."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fewshot_fer.web.api.routes import api_of
from tests.web.api.asking import fill
from tests.web.house import House, app_of, enrolled, locked

CHECKS: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
schemathesis.serializer.alias(["application/zip", "image/*"], "application/octet-stream")
KNOWN = {"expression": "happy", "session": "latest", "calibration": "latest"}


PACE = settings(
    max_examples=12, derandomize=True, deadline=None, database=None,
    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip


def asked(operation: Any, there: dict[str, str], token: str) -> set[int]:
    """How an operation answers what is allowed and what is not, of what is there and what not."""
    statuses: set[int] = set()
    good, bad = (operation.as_strategy(mode) for mode in GenerationMode)

    @PACE
    @given(case=st.one_of(good, good, bad), known=st.sampled_from([True, True, False]))
    def ask(case: Any, known: bool) -> None:
        if known:
            named = case.path_parameters or {}
            case.path_parameters = named | {k: v for k, v in there.items() if k in named}
        answer = case.call(headers={"authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=CHECKS)
        statuses.add(answer.status_code)

    ask()
    return statuses


def test_every_operation_answers_as_it_is_described(house: House) -> None:
    credentials = locked(house)
    credentials.requests.take = lambda *_: None  # type: ignore[method-assign]
    token = credentials.tokens.make("schemathesis")[0]
    described = schemathesis.openapi.from_dict(
        {**api_of(house).openapi(), "servers": [{"url": "/api"}]}
    )
    described.app = app_of(house)
    statuses = []
    found: Any
    for found in described.get_all_operations():
        # What an operation before this one deleted is there again.
        with house.store() as store:
            fill(store)
        there = {"student": enrolled(house), "class_id": house.lessons.open("7b").id, **KNOWN}
        statuses.append(asked(found.ok(), there, token))
    house.lessons.close()
    assert sum(min(one) < 300 for one in statuses) > len(statuses) / 3
