"""Streamlit's page under our name."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from fewshot_fer.web.access.headers import streamlit_policy
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
    assert front_page().index(script[0]) < front_page().index('type="module"')
