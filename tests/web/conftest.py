"""A service with the shipped recogniser on an empty library, and drawn people as pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.files import reference_picture, to_jpeg
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.faces.identity import Identity
from fewshot_fer.images import decode_image
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.web import wire
from fewshot_fer.web.access.tokens import TEACHER_COOKIE
from fewshot_fer.web.app import parts
from fewshot_fer.web.app_state import AppState
from tests.web.static.described import described


@pytest.fixture(autouse=True)
def _only_described_messages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test has the server say, `web/messages.py` describes it."""
    others: list[object] = []
    encode = wire.encode

    def listen(message: Mapping[str, object]) -> str:
        others.extend([] if described(message) else [message])
        return encode(message)

    monkeypatch.setattr(wire, "encode", listen)
    yield
    assert others == []


@pytest.fixture(scope="session")
def shared_recognizer() -> Recognizer:
    """The shipped one, for many threads; opened once for all tests."""
    return Recognizer.of(Settings(min_face=60), callers=2)


@pytest.fixture(scope="session")
def identity() -> Identity:
    """The identity network, opened once for all tests."""
    return Identity.open()


@pytest.fixture
def make_service(
    tmp_path: Path, shared_recognizer: Recognizer, identity: Identity
) -> Iterator[Callable[..., AppState]]:
    """Makes services on one folder, and closes them."""
    made: list[AppState] = []

    def make(**more: object) -> AppState:
        settings = Settings(
            support_sets=tmp_path / "students",
            records=f"sqlite:///{tmp_path / 'record.db'}",
            reads="everybody",
        )
        service = AppState(
            settings, opens=lambda *_: shared_recognizer, workers=2,
            identifies=lambda _: identity, **more,  # type: ignore[arg-type]
        )  # fmt: skip
        made.append(service)
        return service

    yield make
    for service in made:
        service.close()


@pytest.fixture
def service(make_service: Callable[..., AppState]) -> AppState:
    """A service that is open."""
    service = make_service()
    service.opened()
    return service


@pytest.fixture
def client(service: AppState) -> Iterator[TestClient]:
    """All routes and middleware of the app, without Streamlit's own."""
    app = Starlette(**parts(service))
    with TestClient(app, base_url="http://localhost:8501", client=("127.0.0.1", 50_000)) as client:
        client.cookies.set(TEACHER_COOKIE, service.credentials.teacher_cookie())
        yield client


SHOWN = ("surprise", "happy", "neutral")


@pytest.fixture(scope="session")
def people(shared_recognizer: Recognizer) -> tuple[DrawnStudent, ...]:
    """Two people who exist only on paper and are clearly read without being enrolled.

    Also when their pictures are a little darker, brighter or coarser: what a camera's film or
    another processor's arithmetic changes decides nothing.
    """
    clear = (
        person
        for person in invent_class(300, seed=0)
        if all(_is_clear(shared_recognizer, person, name) for name in SHOWN)
    )
    return tuple(islice(clear, 2))


def _is_clear(recognizer: Recognizer, person: DrawnStudent, name: str) -> bool:
    image = reference_picture(person, name)
    darker = decode_image(to_jpeg(np.asarray(0.93 * image, np.uint8), 70))
    brighter = np.asarray(np.minimum(1.06 * image, 255), np.uint8)
    return all(_is_read(recognizer, seen, name) for seen in (image, darker, brighter))


def _is_read(recognizer: Recognizer, image: Bytes, name: str) -> bool:
    readings = recognizer.generic.read(recognizer.vectors(image, recognizer.find(image)))
    return [(one.expression, one.unsure) for one in readings] == [(name, None)]


@pytest.fixture(scope="session")
def jpegs(people: tuple[DrawnStudent, ...]) -> dict[str, bytes]:
    """The first of them, as a camera sees them show something."""
    return {name: to_jpeg(reference_picture(people[0], name), 92) for name in SHOWN}
