"""A class with a server, one for every file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.portal.device import School, listening


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with listening(tmp_path_factory.mktemp("school")) as made:
        yield made
