"""A real browser reads on a student's device, before a real server with its policies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest

from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.images import at_most
from fewshot_fer.on_device.checkpoint import COMPRESSED, BrowserCheckpoint
from tests.fakes.waiting import until
from tests.on_device.exact import exact
from tests.on_device.pages import LOOK, OPEN, png
from tests.web.browsing import Sent, Watched, browser, film
from tests.web.portal.device import School, listening

pytestmark = pytest.mark.slow
FRAME = 8
"""Bytes that a frame of a WebSocket has beside its text."""

CAMERA = """async (wanted) => {
  const video = Object.assign(document.createElement('video'), { muted: true });
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  await video.play();
  for (let seen = 0; seen < 400; seen += 1) {
    const bitmap = await createImageBitmap(video);
    const read = await reader.read(bitmap, performance.now());
    if (bitmap.width) return 'the bitmap was left behind';
    if (read?.expression === wanted) return read;
  }
  return 'it was never named';
}"""
TEACH = """async ([png, expression]) => {
  const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
  const bitmap = async () => createImageBitmap(new Blob([bytes]), { colorSpaceConversion: 'none' });
  const { vector } = await reader.look(await bitmap());
  const person = await reader.makePerson([{ expression, vector }]);
  await reader.setPerson(person);
  const { scores } = await reader.look(await bitmap());
  const wrong = [];
  for (const bad of [() => reader.setPerson({ ...person, checkpoint: 'another' }),
                     () => reader.makePerson([{ expression, vector: new Float32Array(9) }]),
                     () => reader.makePerson([{ expression, vector: vector.map(() => NaN) }])]) {
    wrong.push(await bad().catch((error) => error.code));
  }
  return { scores, wrong };
}"""


@pytest.fixture(scope="module")
def folder(browser_checkpoint: BrowserCheckpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("class") / "device"
    shutil.copytree(browser_checkpoint.folder, copy)
    return copy


@pytest.fixture(scope="module")
def school(folder: Path) -> Iterator[School]:
    with listening(folder.parent, on_device_files=folder, base_rates="everyday") as made:
        yield made


@pytest.fixture
def ida(school: School) -> str:
    """A student of this test alone."""
    return school.enrolled("Ida")


@pytest.fixture
def watched(school: School, ida: str, tmp_path: Path) -> Iterator[Watched]:
    """The page of Ida, who is signed in; her camera shows a drawn person who is happy."""
    camera = film(tmp_path / "camera.mjpeg", invent_class(12, seed=1)[7], "happy")
    with browser(camera) as watched:
        watched.page.context.add_cookies(
            [{"name": "fewshot_fer_student", "value": school.cookie(ida),
              "url": school.address}]
        )  # fmt: skip
        watched.page.goto(f"{school.address}/me")
        yield watched


def test_it_reads_what_python_reads_and_sends_nothing(school: School, watched: Watched) -> None:
    page, asked = watched.page, []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    shares = page.evaluate(OPEN, school.service.on_device_files)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert {method for method, _ in asked} == {"GET"}
    asked.clear()

    recognizer = exact()
    for person in invent_class(12, seed=1)[3:7]:
        for name in ("happy", "neutral", "surprise"):
            picture = at_most(reference_picture(person, name), 480)
            found = page.evaluate(LOOK, png(picture))
            faces = recognizer.find(picture)
            read = recognizer.generic.read(
                recognizer.vectors(picture, faces)[:1], (), recognizer.rates
            )
            assert max(found["scores"], key=found["scores"].get) == read[0].expression
            assert np.abs(np.array(found["box"]) - faces.boxes[0]).max() < 2
            assert (found["width"], found["doubts"], found["left"]) == (270, [], 0)
    read = page.evaluate(CAMERA, "happy")
    assert read["unsure"] is None
    assert read["scores"]["happy"] > 0.5
    taught = page.evaluate(TEACH, [png(picture), "dreamy"])
    assert max(taught["scores"], key=taught["scores"].get) == "dreamy"
    assert taught["wrong"] == ["other-checkpoint"] * 3
    # Neither a picture nor a vector has left: nothing was asked of anybody.
    assert asked == []
    assert watched.errors == []
    assert watched.foreign == []


def test_on_a_students_page_labels_go_out_and_nothing_else(
    school: School, ida: str, watched: Watched
) -> None:
    page = watched.page
    sent = Sent.of(page)
    page.get_by_label("My pictures stay on this device").check()
    page.get_by_role("button", name="Switch on my camera").click()
    page.locator("#said").get_by_text("happy").wait_for()
    assert until(lambda: school.seen(ida) == [(True, "happy")])

    page.get_by_role("button", name="Teach it my face").click()
    for box in page.locator("#panel input[name=expression]").all():
        box.set_checked(box.get_attribute("value") == "happy")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Done").click()
    page.get_by_text("nowhere else: 1.").wait_for()
    began, before = monotonic(), len(sent.texts)
    page.wait_for_timeout(4000)
    taken, seconds = sent.texts[before:], monotonic() - began
    assert until(lambda: school.seen(ida) == [(True, "happy")])
    assert school.service.library.open(ida).references == ()

    assert sent.bodies == []
    assert {json.loads(text)["do"] for text in sent.texts} == {"report"}
    a_second = sum(len(text) + FRAME for text in taken) / seconds
    assert 0 < a_second < 500
    assert (watched.errors, watched.foreign) == ([], [])


def test_a_file_that_was_altered_or_is_missing_is_refused(
    school: School, watched: Watched, folder: Path
) -> None:
    base = school.service.on_device_files
    for spoil, said in ((_altered, "altered"), (Path.unlink, "missing")):
        file = folder / f"onet.onnx{COMPRESSED}"
        spoil(file)
        with _fresh(watched) as page:
            assert page.evaluate(OPEN, base) == [said, "onet.onnx"]
    with _fresh(watched) as page:
        assert page.evaluate(OPEN, "/on_device/0000/")[0] == "missing"


def test_a_browser_that_cannot_is_told_so(watched: Watched) -> None:
    for lack, said in (
        ("WebAssembly.validate = () => false", "no-simd"),
        ("delete globalThis.OffscreenCanvas", "no-simd"),
        ("Object.defineProperty(globalThis, 'isSecureContext', { value: false })", "insecure"),
    ):
        watched.page.reload()
        watched.page.evaluate(lack)
        assert watched.page.evaluate(OPEN, "/on_device/0000/")[0] == said


def _altered(file: Path) -> None:
    import brotli

    data = bytearray(brotli.decompress(file.read_bytes()))
    data[len(data) // 2] ^= 1
    file.write_bytes(brotli.compress(bytes(data), quality=1))


@contextmanager
def _fresh(watched: Watched) -> Iterator[Any]:
    """A page whose browser has kept no file."""
    before = watched.page.context
    context = before.browser.new_context()
    context.add_cookies(before.cookies())
    page = context.new_page()
    page.goto(watched.page.url)
    yield page
    context.close()
