"""Streamlit's page under our name, and the class without it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fewshot_fer.web.access.headers import streamlit_policy
from fewshot_fer.web.access.tokens import TEACHER_COOKIE
from fewshot_fer.web.app import parts
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.front import front_page
from fewshot_fer.web.pages import PAGES


def test_every_address_shows_it(client: TestClient) -> None:
    for path in ("/", *(f"/{name}" for *_, name in PAGES)):
        answer = client.get(path)
        assert "<title>fewshot-fer</title>" in answer.text
        assert answer.headers["content-security-policy"] == streamlit_policy()
    script = re.search(r'<script src="(/assets/[^"]+)">', front_page())
    assert script is not None
    assert "BACKEND_BASE_URL" in client.get(script[1]).text
    assert '<p class="opening">fewshot-fer</p></div>' in front_page()
    assert front_page().index(script[0]) < front_page().index('type="module"')


def test_without_streamlit_there_is_the_class(
    service: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fewshot_fer.web.front.with_streamlit", lambda: False)
    app = Starlette(**parts(service))
    with TestClient(app, base_url="http://localhost:8501", client=("127.0.0.1", 50_000)) as client:
        client.cookies.set(TEACHER_COOKIE, service.credentials.teacher_cookie())
        page = client.get("/").text
        found = re.search(r'data-class="([^"]+)"', page)
        assert found is not None
        data = json.loads(unescape(found[1]))
        assert client.get(f"/api/v1/classes/{data['class']}").status_code == 200
        assert set(data["colours"]) == set(data["names"])
        (script,) = re.findall(r'src="(/assets/[^"]+)"', page)
        assert client.get(script).status_code == 200
        report = client.get("/sessions?session=7", follow_redirects=False)
        assert report.headers["location"] == "/api/v1/sessions/7/report"


def test_the_server_starts_without_streamlit() -> None:
    script = """
import importlib.util, sys
whole = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "streamlit" else whole(name, *more)
sys.modules["streamlit"] = None
from fewshot_fer.settings import Settings
from fewshot_fer.web import server
from fewshot_fer.web.access.headers import streamlit_policy
from fewshot_fer.web.app_state import AppState

server.set_up_streamlit()
server.build_app(AppState(Settings()))
assert "sha256" not in streamlit_policy()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
