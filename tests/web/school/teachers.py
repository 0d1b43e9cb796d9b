"""A server with two teachers, each with a class that runs, a student, a session and a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.web.access.tokens import STUDENT_COOKIE
from fewshot_fer.web.app import parts
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.school.accounts import Teacher, Teachers
from fewshot_fer.web.school.school import School
from tests.web.api.asking import fill
from tests.web.house import House

BASE = "http://school.example"
ADA, BOB = "Ada", "Bob"


def password_of(name: str) -> str:
    return f"three small words of {name}"


@dataclass(frozen=True)
class Class:
    """What one teacher has."""

    account: Teacher
    app: AppState
    student: str
    lesson: LessonEngine
    link: str
    token: str
    students_token: str

    @property
    def marks(self) -> tuple[str, ...]:
        """What nobody else may ever be told."""
        name = self.account.name
        return self.student, self.lesson.id, self.lesson.name, f"Student of {name}"

    def student_cookie(self) -> dict[str, str]:
        who = {"student": self.student, "class": self.lesson.id}
        return {STUDENT_COOKIE: self.app.credentials.signer.sign("student", who, lifetime_s=600)}


@dataclass(frozen=True)
class TwoTeachers:
    """A server, and what each of its teachers has."""

    house: House
    school: School
    served: Starlette
    classes: dict[str, Class]

    @contextmanager
    def visitor(self, name: str = "", **headers: str) -> Iterator[TestClient]:
        """Somebody's browser; with a name, a teacher's who is signed in."""
        client = TestClient(
            self.served, base_url=BASE, headers=headers, follow_redirects=False,
            client=("10.0.0.9", 50_000), raise_server_exceptions=False,
        )  # fmt: skip
        if name:
            assert sign_in(client, name) == 303
        yield client
        client.close()


def sign_in(client: TestClient, name: str, password: str | None = None) -> int:
    page = client.get("/sign-in", headers={"accept": "text/html"})
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token is not None
    form = {"token": token[1], "name": name, "password": password or password_of(name)}
    return client.post("/sign-in", data=form).status_code


def two_teachers(house: House) -> TwoTeachers:
    house.credentials.requests.take = lambda *_: None  # type: ignore[method-assign]
    house.credentials.guesses.take = lambda *_: None  # type: ignore[method-assign]
    accounts = Teachers(house.folder, house.now)
    made = [accounts.add(name, password_of(name)) for name in (ADA, BOB)]
    made_of = parts(house)
    school: School = made_of["middleware"][0].kwargs["credentials"]
    classes = {one.name: class_of(school, one) for one in made}
    return TwoTeachers(house, school, Starlette(**made_of), classes)


def class_of(school: School, account: Teacher) -> Class:
    room = school.room(account.id)
    assert room is not None
    app = room.app
    student = app.library.create(
        f"Student of {account.name}", agreed("A parent", app.library.now())
    ).id
    with app.store() as store:
        fill(store)
    lesson = app.lessons.open(f"Class of {account.name}")
    link = app.portal.invitations.token(app.portal.invitations.make(lesson.id, lesson.name))
    tokens = app.credentials.tokens
    return Class(
        account, app, student, lesson, f"/join/{link}",
        tokens.make("a program")[0], tokens.make("theirs", student=student)[0],
    )  # fmt: skip


def everything(folder: Path) -> dict[str, bytes]:
    """All files below a folder, but for a database's own business and locks."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock"))
    }
