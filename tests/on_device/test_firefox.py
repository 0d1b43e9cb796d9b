"""Firefox reads on a student's device too."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.images import at_most
from fewshot_fer.on_device.checkpoint import BrowserCheckpoint
from tests.fakes.waiting import PATIENCE_S
from tests.on_device.exact import exact
from tests.on_device.pages import LOOK, OPEN, png
from tests.web.firefox import FIREFOX, firefox
from tests.web.portal.device import listening

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FIREFOX is None, reason="there is no Firefox here"),
]


async def _tried(made: BrowserCheckpoint, folder: Path) -> None:
    with listening(folder, on_device_files=made.folder) as school:
        cookie = f"fewshot_fer_student={school.cookie(school.enrolled('Ida'))}; path=/"
        async with firefox(folder / "profile") as page, asyncio.timeout(3 * PATIENCE_S):
            await page.open(school.address, cookie)
            shares = await page.evaluate(OPEN, school.service.on_device_files or "")
            assert shares[-1] == 1, shares
            recognizer = exact()
            person = invent_class(12, seed=1)[4]
            for name in ("happy", "surprise"):
                picture = at_most(reference_picture(person, name), 480)
                scores = (await page.evaluate(LOOK, png(picture)))["scores"]
                vectors = recognizer.vectors(picture, recognizer.find(picture)[:1])
                read = recognizer.generic.read(vectors, (), recognizer.rates)[0]
                assert max(scores, key=scores.get) == read.expression


def test_firefox_reads_what_python_reads(
    browser_checkpoint: BrowserCheckpoint, tmp_path: Path
) -> None:
    asyncio.run(_tried(browser_checkpoint, tmp_path))
