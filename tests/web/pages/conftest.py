"""Pages without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from fewshot_fer.web.app_state import AppState
from tests.fakes.waiting import PATIENCE_S
from tests.web.pages.visiting import Opens, run


def script(page: str, app: object) -> None:
    from importlib import import_module

    import_module(f"fewshot_fer.web.pages.{page}").show(app)


@pytest.fixture
def opens(service: AppState) -> Opens:
    """Opens a page, at an address of its own if need be; nothing may go wrong unseen."""

    def open_page(page: str, **at: str) -> AppTest:
        test = AppTest.from_function(
            script, kwargs={"page": page, "app": service}, default_timeout=PATIENCE_S
        )
        for name, value in at.items():
            test.query_params[name] = value
        return run(test)

    return open_page
