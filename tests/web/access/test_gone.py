"""What ends, ends for good: cookies, links and tokens, across restarts and processes."""

from __future__ import annotations

import asyncio
import multiprocessing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from starlette.types import Message

from fewshot_fer.errors import AccessError
from fewshot_fer.records.recording import remove_student
from fewshot_fer.web.access import credentials as known
from fewshot_fer.web.access.apitokens import ApiTokens
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.streams import Line
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE, Signer
from fewshot_fer.web.access.who import NOBODY, Who
from fewshot_fer.web.portal.invitations import Invitations
from tests.web.access.doors import sign_in, started_again
from tests.web.house import House, enrolled, house_at, locked, visitor

NOW = 1_800_000_000.0


def test_a_cookie_that_was_signed_out_stays_so_after_a_restart(house: House) -> None:
    credentials = locked(house)
    student = credentials.student_cookie(enrolled(house), "7b")
    with visitor(house) as client:
        assert sign_in(client) == 303
        teacher = client.cookies[TEACHER_COOKIE]
        client.post("/sign-out")
    credentials.sign_out(student, "student")
    again = started_again(house)
    assert again.teacher(teacher, even_late=False) is None
    assert again.student(student, even_late=False) is None
    assert again.teacher(again.teacher_cookie(), even_late=False) is not None


def test_students_who_come_and_go_bring_no_signed_out_teacher_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "_MOST_ENDED", 3)
    credentials = locked(house)
    teacher = credentials.teacher_cookie()
    credentials.sign_out(teacher)
    for _ in range(4):
        credentials.sign_out(credentials.student_cookie(enrolled(house), "7b"), "student")
    assert started_again(house).teacher(teacher, even_late=False) is None


def _makes(folder: Path, number: int) -> None:
    links = Invitations(folder, Signer(b"x" * 32, lambda: NOW), lambda: NOW)
    tokens = ApiTokens(folder, lambda: NOW)
    for _ in range(10):
        links.make("7b", f"class {number}")
        tokens.make(f"token {number}")


def test_what_several_processes_make_at_once_is_all_kept(tmp_path: Path) -> None:
    spawning = multiprocessing.get_context("fork")
    makers = [spawning.Process(target=_makes, args=(tmp_path, n)) for n in range(10)]
    for one in makers:
        one.start()
    for one in makers:
        one.join()
    links = Invitations(tmp_path, Signer(b"x" * 32, lambda: NOW), lambda: NOW)
    assert len(links.listed()) == 100
    assert len(ApiTokens(tmp_path, lambda: NOW).listed()) == 100


def test_a_deleted_student_is_named_in_no_list(tmp_path: Path) -> None:
    house = house_at(tmp_path)
    anna, ben = enrolled(house), enrolled(house, "Ben")
    invitations = house.portal.invitations
    invitations.make("7b", "7b", student=anna)
    invitations.make("7b", "7b", may_pick=[anna, ben])
    house.credentials.tokens.make("Anna's", student=anna)
    house.credentials.tokens.make("everybody's")
    # Also where a command deletes them while the server runs.
    remove_student(house.library, house.settings.records, anna, beside=house.folder)
    assert [one.may_pick for one in invitations.listed()] == [(ben,)]
    assert [one.name for one in house.credentials.tokens.listed()] == ["everybody's"]
    left = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert anna.encode() not in left
    assert STUDENT_COOKIE.encode() not in left


def test_what_ends_while_an_open_socket_is_looked_at_ends_it_too() -> None:
    keys, looked = SimpleNamespace(turns=0), list[int]()

    async def admit() -> Who:
        looked.append(keys.turns)
        if len(looked) > 1:
            raise AccessError("Revoked.")
        keys.turns += 1  # Revoked after the files were read.
        return NOBODY

    async def send(_: Message) -> None:
        """Nothing."""

    async def receive() -> Message:
        raise AssertionError

    async def story() -> None:
        line = Line(cast("Credentials", keys), admit, receive, send)
        keys.turns += 1
        await line.send({"type": "websocket.send", "text": "1"})
        with pytest.raises(OSError, match="signed out"):
            await line.send({"type": "websocket.send", "text": "2"})

    asyncio.run(story())
    assert looked == [1, 2]
