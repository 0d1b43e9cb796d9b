"""What a browser does at the door."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from fewshot_fer.web.access.credentials import Credentials
from tests.web.house import PASSWORD, House

HTML = {"accept": "text/html"}


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
