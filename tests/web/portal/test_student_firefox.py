"""A student's camera in Firefox, which reads no track in a worker as Chromium does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.images import at_most
from tests.fakes.waiting import PATIENCE_S
from tests.on_device.pages import png
from tests.web.firefox import FIREFOX, firefox
from tests.web.portal.device import listening

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FIREFOX is None, reason="there is no Firefox here"),
]

SITS_DOWN = """async src => {
  const image = Object.assign(new Image(), { src });
  await image.decode();
  const { width, height } = image;
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  setInterval(() => canvas.getContext('2d').drawImage(image, 0, 0), 40);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(25);
  const on = document.getElementById('on');
  while (on.disabled) await new Promise((done) => setTimeout(done, 100));
  on.click();
}"""
"""Somebody sits down before the page's camera, and switches it on."""


async def _sat(folder: Path) -> None:
    picture = at_most(reference_picture(invent_class(12, seed=1)[7], "happy"), 640)
    with listening(folder) as school:
        ida = school.enrolled("Ida")
        cookie = f"fewshot_fer_student={school.cookie(ida)}; path=/"
        async with firefox(folder / "profile") as page, asyncio.timeout(3 * PATIENCE_S):
            await page.open(school.address, cookie)
            await page.ask("browsingContext.reload", context=page.tab, wait="complete")
            await page.evaluate(SITS_DOWN, f"data:image/png;base64,{png(picture)}")
            while school.seen(ida) != [(False, "happy")]:
                await asyncio.sleep(0.1)


def test_who_has_firefox_is_read_by_the_server(tmp_path: Path) -> None:
    asyncio.run(_sat(tmp_path))
