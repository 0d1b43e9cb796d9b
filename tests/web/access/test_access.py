"""Who gets in, and how they are kept out."""

from __future__ import annotations

import asyncio
import re
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from fewshot_fer.errors import AccessError, FewshotFerError, SignInError, TooManyError
from fewshot_fer.web.access import passwords
from fewshot_fer.web.access.apitokens import ApiTokens
from fewshot_fer.web.access.credentials import Credentials, is_loopback
from fewshot_fer.web.access.guard import Guard
from fewshot_fer.web.access.limits import Limiter
from fewshot_fer.web.access.refusal import STATUSES, status_of
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE, Signer
from fewshot_fer.web.access.who import who
from tests.web.house import PASSWORD, House, enrolled, house_at, locked, visitor

HTML = {"accept": "text/html"}


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The strength of the hash is looked at in one test; the others need not wait for it."""
    monkeypatch.setattr(passwords, "_COST", 2**4)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return house_at(tmp_path)


def started_again(house: House, password: str | None = None) -> Credentials:
    """What the app knows after a restart."""
    host = house.settings.host
    return Credentials(house.folder, now=house.now, host=host, password=password)


def sign_in(client: TestClient, password: str = PASSWORD, target: str = "/") -> int:
    page = client.get("/sign-in", headers=HTML)
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token is not None
    form = {"token": token[1], "password": password, "next": target}
    return client.post("/sign-in", data=form).status_code


# ---------------------------------------------------------------------- passwords and keys


def test_a_password_is_stored_as_a_slow_hash_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_COST", 2**15)
    stored = passwords.hashed("three small words")
    assert "three" not in stored
    assert stored != passwords.hashed("three small words"), "each has its own salt"
    assert int(stored.split("$")[1]) * 8 * 128 >= 32 * 1024 * 1024
    assert passwords.fits("three small words", stored)
    assert not passwords.fits("three small word", stored)


@pytest.mark.parametrize("damaged", ["", "x", "scrypt$16$!$!", "scrypt$3$YQ==$YQ==", "a$b$c$d"])
def test_a_damaged_hash_lets_nobody_in(damaged: str) -> None:
    assert not passwords.fits("", damaged)


def test_the_key_is_made_once_for_our_eyes(house: House) -> None:
    first = locked(house).signer.sign("student", {"student": "s001"}, lifetime_s=60)
    key = house.folder / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(house.folder.stat().st_mode) == 0o700
    again = started_again(house)
    assert again.signer.read("student", first) == {"student": "s001"}


def test_a_host_that_others_reach_gets_a_password_once(tmp_path: Path) -> None:
    house = house_at(tmp_path, host="0.0.0.0")
    made = house.credentials.made_up
    assert made is not None
    assert house.credentials.fits(made)
    assert made not in (house.folder / "password").read_text()
    assert started_again(house).made_up is None, "it is there already"


def test_a_password_file_that_cannot_be_read_locks_the_door(house: House) -> None:
    (house.folder / "password").mkdir()
    with pytest.raises(AccessError):
        started_again(house)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True),
        ("localhost", True), ("LocalHost", True), ("0.0.0.0", False), ("::", False),
        ("192.168.1.2", False), ("localhost.example.org", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_this_machine(host: str, own: bool) -> None:
    assert is_loopback(host) is own


# ---------------------------------------------------------------------- what is signed


def test_a_signed_value_is_good_for_its_kind_and_time() -> None:
    clock = [0.0]
    signer = Signer(b"k" * 32, lambda: clock[0])
    token = signer.sign("join", {"class": "a"}, lifetime_s=10)
    assert signer.read("join", token) == {"class": "a"}
    for kind, altered in (("student", token), ("join", token[:-1] + "?"), ("join", "x" * 9_999)):
        with pytest.raises(SignInError):
            signer.read(kind, altered)
    with pytest.raises(SignInError):
        Signer(b"j" * 32, lambda: 0.0).read("join", token)
    clock[0] = 10.0
    with pytest.raises(SignInError, match="time"):
        signer.read("join", token)


@given(st.text(max_size=300))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    with pytest.raises(SignInError):
        Signer(b"k" * 32, lambda: 0.0).read("student", text)


def test_tokens_are_stored_as_hashes_and_end(tmp_path: Path) -> None:
    clock = [0.0]
    tokens = ApiTokens(tmp_path, lambda: clock[0])
    text, made = tokens.make("a script", student="s001", lifetime_s=60)
    assert text not in (tmp_path / "tokens.json").read_text()
    assert tokens.read(text).student == "s001"
    assert ApiTokens(tmp_path, lambda: 0.0).read(text).role == "student", (
        "a restart changes nothing"
    )
    tokens.revoke(made.id)
    with pytest.raises(SignInError):
        tokens.read(text)
    late, _ = tokens.make("another", lifetime_s=60)
    clock[0] = 61.0
    with pytest.raises(SignInError):
        tokens.read(late)
    assert tokens.listed() == ()


def test_a_limiter_fills_again_with_time() -> None:
    clock = [0.0]
    limiter = Limiter(0.5, 2, lambda: clock[0])
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(TooManyError) as caught:
        limiter.take("a")
    assert caught.value.seconds == pytest.approx(2.0)
    limiter.take("b")
    clock[0] = 2.0
    limiter.take("a")
    with pytest.raises(TooManyError):
        limiter.take("a")


# ---------------------------------------------------------------------- the door


def test_without_a_password_this_machine_is_the_teacher(house: House) -> None:
    with visitor(house) as client:
        assert client.get("/").json()["role"] == "teacher"


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


# ---------------------------------------------------------------------- other sites


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("http://127.0.0.1:8501", True),
        ("http://127.0.0.1:8502", False),
        ("http://evil.example", False),
        ("https://127.0.0.1", False),
        ("null", False),
        ("", False),
        ("http://", False),
        ("http://127.0.0.1:99999", False),
        ("file://", False),
        ("http://[", False),
        ("ftp://127.0.0.1:8501", False),
    ],
)
def test_what_changes_something_comes_from_our_pages(house: House, origin: str, ours: bool) -> None:
    enrolled(house)
    headers = {"origin": origin}
    with visitor(house) as client:
        changed = client.patch("/api/v1/students/s001", json={"name": "Eve"}, headers=headers)
        assert changed.status_code == (200 if ours else 403)
        for path in ("/live/a", "/_stcore/stream"):
            socket = f"ws://127.0.0.1:8501{path}"
            if ours:
                with client.websocket_connect(socket, headers=headers) as connected:
                    assert connected.receive_json()["role"] == "teacher"
            else:
                with (
                    pytest.raises(WebSocketDisconnect),
                    client.websocket_connect(socket, headers=headers),
                ):
                    pass


def test_behind_a_proxy_that_speaks_tls(house: House) -> None:
    locked(house)
    with visitor(house, "http://school.example") as client:
        assert sign_in(client) == 303
        outside = {"origin": "https://school.example"}
        assert client.post("/sign-out", headers=outside).status_code == 303
    with visitor(house, "https://school.example") as client:
        downgraded = {"origin": "http://school.example"}
        assert client.post("/sign-out", headers=downgraded).status_code == 403


def test_two_addresses_that_are_none_are_not_the_same(house: House) -> None:
    locked(house)
    with visitor(house) as client:
        headers = {"host": "school.example:99999", "origin": "http://evil.example:99999"}
        assert client.post("/sign-out", headers=headers).status_code == 403


ODD = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
HEADERS = ("host", "origin", "cookie", "authorization", "content-length", "accept", "forwarded")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    headers=st.dictionaries(st.sampled_from(HEADERS), ODD, max_size=4),
    path=st.text(max_size=40).map("/".__add__) | st.sampled_from(["/", "/me", "/api/v1/me"]),
    method=st.sampled_from(["GET", "POST", "PUT", "BREW", ""]),
    socket=st.booleans(),
)
def test_no_request_makes_the_guard_stumble(
    house: House, headers: dict[str, str], path: str, method: str, socket: bool
) -> None:
    locked(house)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect" if socket else "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def inside(scope: Scope, _: Receive, send: Send) -> None:
        sent.append({"type": "in", "role": who(scope).role})

    scope: Scope = {
        "type": "websocket" if socket else "http",
        "scheme": "ws" if socket else "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(key.encode(), value.encode("latin-1")) for key, value in headers.items()],
        "client": None,
    }
    asyncio.run(Guard(inside, house.credentials, house.threads)(scope, receive, send))
    assert sent
    assert sent[0].get("role") in (None, "nobody")
    assert sent[0].get("status", 403) < 500


def test_a_browser_that_hides_the_origin_is_no_program(house: House) -> None:
    with visitor(house) as client:
        crossing = {"sec-fetch-site": "cross-site"}
        assert client.post("/sign-out", headers=crossing).status_code == 403
        assert client.post("/sign-out", headers={"sec-fetch-site": "same-origin"}).is_redirect


def test_every_answer_has_its_headers(house: House) -> None:
    locked(house)
    with visitor(house, "https://school.example") as client:
        for path in ("/sign-in", "/health", "/nowhere", "/api/v1/students"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "'unsafe-inline'" not in policy
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert "camera=(self)" in headers["permissions-policy"]
            assert "max-age" in headers["strict-transport-security"]


def test_our_pages_have_nothing_inline(house: House) -> None:
    locked(house)
    with visitor(house) as client:
        pages = [client.get("/sign-in").text, client.get("/nowhere", headers=HTML).text]
    with visitor(house_at(house.folder / "open")) as client:
        pages.append(client.get("/api/docs").text)
    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), "no other host"


# ---------------------------------------------------------------------- students


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
