"""Who gets in, and how they are kept out."""

from __future__ import annotations

import re

import pytest
from starlette.websockets import WebSocketDisconnect

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.web.access.refusal import STATUSES, status_of
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE
from tests.web.access.doors import HTML, sign_in, started_again
from tests.web.house import PASSWORD, House, enrolled, locked, visitor


def test_without_a_password_a_link_signs_the_teacher_in_once(house: House) -> None:
    shown: list[str] = []
    house.credentials.show_link = shown.append
    link = house.credentials.link
    assert link is not None
    with visitor(house) as client:
        client.cookies.clear()
        assert client.get(f"{link[:-1]}x").status_code == 200
        assert client.get("/").status_code == 401
        inside = client.get(f"{link}&next=/me")
        assert (inside.status_code, inside.headers["location"]) == (303, "/me")
        assert client.get("/").json()["role"] == "teacher"
    with visitor(house) as another:
        another.cookies.clear()
        assert "used already" in another.get(link).text
        assert another.get("/").status_code == 401
        assert shown == [house.credentials.link]
        assert another.get(shown[0]).status_code == 303
    locked(house)
    assert house.credentials.link is None
    assert not house.credentials.opens(shown[0].partition("once=")[2])


def test_a_proxy_that_says_nothing_of_itself_brings_nobody_in(house: House) -> None:
    with visitor(house) as client:
        client.cookies.clear()
        for method, path in (
            ("GET", "/api/v1/students"),
            ("POST", "/api/v1/classes"),
            ("GET", "/"),
        ):
            assert client.request(method, path).status_code == 401
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("ws://127.0.0.1:8501/live/a"),
        ):
            pass


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:8501"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "[::"},
        {"host": "127.0.0.1:8501", "x-forwarded-for": "10.0.0.7"},
        {"host": "localhost", "forwarded": "for=10.0.0.7"},
    ],
)
def test_without_a_password_other_names_and_proxies_are_refused(
    house: House, headers: dict[str, str]
) -> None:
    with visitor(house) as client:
        assert client.get("/", headers=headers).status_code == 403
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("ws://127.0.0.1:8501/live/a", headers=headers),
        ):
            pass


@pytest.mark.parametrize(
    ("peer", "status"),
    [("10.0.0.9", 403), ("fe80::1", 403), ("", 403), ("::1", 200), ("::ffff:127.0.0.1", 200)],
)
def test_without_a_password_only_this_machine_is_let_in(
    house: House, peer: str, status: int
) -> None:
    with visitor(house, peer=peer) as client:
        assert client.get("/").status_code == status


def test_a_teacher_signs_in_and_out(house: House) -> None:
    locked(house)
    with visitor(house, "http://school.example") as client:
        away = client.get("/", headers=HTML)
        assert away.status_code == 303
        assert away.headers["location"] == "/sign-in?next=/"
        assert client.get("/").status_code == 401
        assert sign_in(client, "wrong words") == 401
        assert sign_in(client) == 303
        cookie = client.cookies[TEACHER_COOKIE]
        assert client.get("/").json()["role"] == "teacher"
        assert client.get("/sign-in").status_code == 303, "who is in goes on"
        client.post("/sign-out", headers={"origin": "http://school.example"})
        assert TEACHER_COOKIE not in client.cookies
        client.cookies.set(TEACHER_COOKIE, cookie)
        assert client.get("/").status_code == 401, "a copy of the cookie is worthless too"


@pytest.mark.parametrize("fixed", [True, False])
def test_a_restart_signs_nobody_out_but_another_password_does(house: House, fixed: bool) -> None:
    def start(password: str) -> None:
        credentials = house.credentials = started_again(house, password if fixed else None)
        if not fixed and not credentials.fits(password):
            credentials.set_password(password)

    start(PASSWORD)
    with visitor(house) as client:
        assert sign_in(client) == 303
        cookie = client.cookies[TEACHER_COOKIE]
    for password, status in ((PASSWORD, 200), ("another password", 401)):
        start(password)
        with visitor(house) as client:
            client.cookies.set(TEACHER_COOKIE, cookie)
            assert client.get("/").status_code == status


def test_open_sockets_end_with_signing_out(house: House) -> None:
    credentials = locked(house)
    stream = "ws://127.0.0.1:8501/_stcore/stream"
    with visitor(house) as client, visitor(house) as other:
        assert sign_in(client) == 303
        assert sign_in(other) == 303
        with client.websocket_connect(stream) as mine, other.websocket_connect(stream) as theirs:
            mine.receive_json()
            theirs.receive_json()
            client.post("/sign-out")
            mine.send_text("still here?")
            with pytest.raises(WebSocketDisconnect):
                mine.receive_text()
            house.time += 13 * 3600
            theirs.send_text("a long lesson")
            assert theirs.receive_text() == "a long lesson", "a lesson is not cut short"
            credentials.set_password("another password")
            theirs.send_text("a longer lesson")
            with pytest.raises(WebSocketDisconnect):
                theirs.receive_text()


def test_a_socket_outlives_its_time_but_not_its_token(house: House) -> None:
    credentials = locked(house)
    text, token = credentials.tokens.make("a script", lifetime_s=60)
    with (
        visitor(house, authorization=f"Bearer {text}") as client,
        client.websocket_connect("ws://127.0.0.1:8501/live/a") as socket,
    ):
        socket.receive_json()
        house.time += 61
        socket.send_text("a")
        assert socket.receive_text() == "a"
        credentials.tokens.revoke(token.id)
        socket.send_text("b")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


def test_a_cookie_ends_with_the_night_and_with_the_password(house: House) -> None:
    credentials = locked(house)
    with visitor(house) as client:
        assert sign_in(client) == 303
        credentials.set_password("another password")
        assert client.get("/").status_code == 401
        assert sign_in(client, "another password") == 303
        house.time += 13 * 3600
        assert client.get("/").status_code == 401


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cookies_are_for_this_site_and_for_no_script(house: House, scheme: str) -> None:
    locked(house)
    with visitor(house, f"{scheme}://school.example") as client:
        page = client.get("/sign-in")
        token = re.search(r'name="token" value="([^"]+)"', page.text)
        assert token is not None
        form = {"token": token[1], "password": PASSWORD}
        cookie = client.post("/sign-in", data=form).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert ("Secure" in cookie) is (scheme == "https")


def test_the_form_is_of_this_browser(house: House) -> None:
    locked(house)
    with visitor(house) as client, visitor(house) as other:
        token = re.search(r'name="token" value="([^"]+)"', other.get("/sign-in").text)
        assert token is not None
        client.get("/sign-in")
        form = {"token": token[1], "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 400
        assert TEACHER_COOKIE not in client.cookies


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "/\n/x"]
)
def test_signing_in_never_leads_elsewhere(house: House, target: str) -> None:
    locked(house)
    with visitor(house) as client:
        page = client.get("/sign-in", params={"next": target})
        token = re.search(r'name="token" value="([^"]+)"', page.text)
        assert token is not None
        form = {"token": token[1], "password": PASSWORD, "next": target}
        assert client.post("/sign-in", data=form).headers["location"] == "/"


def test_guesses_are_counted_and_forgotten(house: House) -> None:
    locked(house)
    with visitor(house) as client:
        assert [sign_in(client, "a wrong guess") for _ in range(7)] == [401] * 5 + [429] * 2
        assert sign_in(client) == 429, "the right one too: nobody learns that it was right"
        house.time += 13
        assert sign_in(client) == 303


def test_a_password_in_the_page_stays_text(house: House) -> None:
    locked(house)
    with visitor(house) as client:
        page = client.get("/sign-in", params={"next": '/"><script>alert(1)</script>'})
        assert "<script>" not in page.text


def test_a_student_is_that_student_alone(house: House) -> None:
    credentials = locked(house)
    mine, other = enrolled(house), enrolled(house, "Ben")
    cookie = credentials.signer.sign("student", {"student": mine, "class": "c"}, lifetime_s=60)
    with visitor(house) as client:
        client.cookies.set(STUDENT_COOKIE, cookie)
        assert client.get("/me").json() == {"role": "student", "student": mine}
        assert client.get(f"/api/v1/students/{mine}").status_code == 200
        assert client.get(f"/api/v1/students/{other}").status_code == 403
        assert client.get("/").status_code == 403
        house.time += 61
        assert client.get("/me").status_code == 401


def test_a_teacher_who_tries_a_students_page_is_both(house: House) -> None:
    credentials = house.credentials
    mine = enrolled(house)
    cookie = credentials.signer.sign("student", {"student": mine}, lifetime_s=60)
    with visitor(house) as client:
        client.cookies.set(STUDENT_COOKIE, cookie)
        assert client.get("/me").json()["student"] == mine
        assert client.get("/join/x").json()["student"] == mine
        assert client.get("/").json()["role"] == "teacher"


def test_a_wrong_token_is_never_somebody(house: House) -> None:
    with visitor(house) as client:
        for words in ("Bearer nothing", "Basic dGVhY2hlcjp4", "Bearer"):
            assert client.get("/api/v1/me", headers={"authorization": words}).status_code == 401


def test_every_kind_of_error_has_a_status() -> None:
    kinds = [FewshotFerError]
    for kind in kinds:
        kinds += kind.__subclasses__()
        assert 400 <= status_of(kind("x")) < 600
    assert STATUSES[-1][0] is FewshotFerError
    assert len({one for one, _ in STATUSES}) == len(STATUSES)
