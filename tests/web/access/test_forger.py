"""Somebody who guesses, makes up addresses, or names that look like others'."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Receive, Scope, Send

from fewshot_fer.errors import AccessError, ServerError, TooManyError
from fewshot_fer.web import server
from fewshot_fer.web.access import passwords
from fewshot_fer.web.access.limits import Limiter
from fewshot_fer.web.access.origin import Forwarded
from fewshot_fer.web.portal.lookalikes import look_alike
from tests.web.access.doors import sign_in
from tests.web.house import House, enrolled, locked, visitor


def seen_as(peer: str, said: str, trusted: str, proto: str = "") -> tuple[str, str]:
    found: list[tuple[str, str]] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        found.append((scope["client"][0], scope["scheme"]))

    lines = {b"x-forwarded-for": said, b"x-forwarded-proto": proto}
    headers = [(k, line.encode()) for k, v in lines.items() for line in v.split("\n")]
    scope: Scope = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": headers}
    nothing: object = None
    asyncio.run(Forwarded(app, trusted)(scope, nothing, nothing))  # type: ignore[arg-type]
    return found[0]


@pytest.mark.parametrize(
    ("peer", "said", "trusted", "seen"),
    [
        ("10.0.0.2", "6.6.6.6, 9.9.9.9", "*", "9.9.9.9"),
        ("10.0.0.2", "6.6.6.6, 9.9.9.9", "10.0.0.2", "9.9.9.9"),
        ("10.0.0.2", "6.6.6.6, 9.9.9.9, 10.0.0.3", "10.0.0.0/8", "9.9.9.9"),
        ("9.9.9.9", "6.6.6.6", "10.0.0.2", "9.9.9.9"),
        ("127.0.0.1", "", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "made up", "*", "made up"),
        ("10.0.0.2", "6.6.6.6\n9.9.9.9", "*", "9.9.9.9"),
        ("10.0.0.2", "6.6.6.6\n9.9.9.9", "10.0.0.2", "9.9.9.9"),
    ],
)
def test_only_what_our_proxy_wrote_is_believed(
    peer: str, said: str, trusted: str, seen: str
) -> None:
    assert seen_as(peer, said, trusted)[0] == seen


def test_https_is_believed_of_our_proxy_alone() -> None:
    assert seen_as("10.0.0.2", "9.9.9.9", "10.0.0.2", "https")[1] == "https"
    assert seen_as("10.0.0.4", "9.9.9.9", "10.0.0.2", "https")[1] == "http"
    assert seen_as("10.0.0.2", "9.9.9.9", "10.0.0.2", "https\nhttp")[1] == "http"
    with pytest.raises(ServerError, match="no list of addresses"):
        server.behind_proxies(None, {"FORWARDED_ALLOW_IPS": "proxy"})  # type: ignore[arg-type]


def test_a_forger_of_many_addresses_does_not_lock_the_teacher_out(house: House) -> None:
    locked(house)
    with visitor(house) as teacher:
        assert sign_in(teacher) == 303
        for number in range(60):
            with visitor(house, peer=f"10.0.{number}.1") as forger:
                sign_in(forger, "a wrong password")
        with visitor(house, peer="10.9.9.9") as stranger:
            assert sign_in(stranger) == 429
        teacher.post("/sign-out")
        assert sign_in(teacher) == 303
        teacher.post("/sign-out")
        assert [sign_in(teacher, "a wrong password") for _ in range(9)][-1] == 429


def test_a_student_who_changes_their_mind_all_day_does_not_fill_the_audit(house: House) -> None:
    locked(house)
    student = enrolled(house)
    token, _ = house.credentials.tokens.make("a script", student=student)
    answers = []
    with visitor(house, authorization=f"Bearer {token}") as client:
        for number in range(80):
            house.time += 0.1
            agrees = {"purposes": ["read", "numbers"][: 1 + number % 2], "consent": "Anna"}
            path = f"/api/v1/students/{student}/agreement"
            answers.append(client.put(path, json=agrees).status_code)
    assert answers[:60] == [200] * 60
    assert set(answers[60:]) == {200, 429}, "one a second from then on"
    assert answers.count(200) <= 68


def test_a_clock_that_is_set_back_refuses_nobody_for_long() -> None:
    now = [1_000_000.0]
    limiter = Limiter(1.0, 2, lambda: now[0])
    for _ in range(2):
        limiter.take("a")
    now[0] -= 86_400
    with pytest.raises(TooManyError):
        limiter.take("a")
    now[0] += 1.0
    limiter.take("a")


@pytest.mark.parametrize(
    "name",
    [
        "anna müller", "Аnna Müller", "Аnnа Мüllеr", "Anna Muller", "Anna\u200bMüller",
        "Anna\u00a0Müller", "Аｎｎａ Müller", "\U0001d400\U0001d427\U0001d427\U0001d41a Müller",
        "Ánna Müller", "Anna Mü1ler", "Anna MüIler", "Anna Mu\u0308ller", "Anna-Müller",
        "Anna Müller.", "ᎪnnᎪ Müller", "Anna Müll℮r", "\u3164Anna Müller", "Anna\u2060 Müller",
        "Anna Müllerʼ", "Anna Mǔller",
    ],
)  # fmt: skip
def test_a_name_that_looks_like_another_is_that_name(name: str) -> None:
    assert look_alike("Anna Müller", name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna", "Hanna"), ("Ilse", "Else"), ("राम", "रमा"), ("王伟", "王芳"), ("Tim", "Tom"),
     ("Ali", "All"), ("Jan", "Jana"), ("민준", "민주"), ("محمد", "محمود")],
)  # fmt: skip
def test_names_that_differ_stay_different(one: str, other: str) -> None:
    assert not look_alike(one, other)


@pytest.mark.parametrize("password", ["password", "Passwort1", "12345678", "aaaaaaaa", "abababab"])
def test_what_is_guessed_first_is_no_password(password: str) -> None:
    with pytest.raises(AccessError, match="first that are guessed"):
        passwords.hashed(password)
