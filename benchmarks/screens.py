"""Pictures of every page, of a class that is drawn: desktop and phone, light and dark.

    python benchmarks/screens.py [--to FOLDER] [--students 8] [--seed 3] [--only session ...]
                                 [--size phone] [--theme dark]

A library of drawn students is enrolled and four invented lessons are recorded in a folder that is
thrown away; then `fewshot-fer serve` is opened in Chromium (playwright) and every page is
photographed, with people and without, with 12 faces and with 49, students' own pages too. Nobody
in the pictures exists.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen
from zipfile import ZipFile

import numpy as np

import fewshot_fer as ff
from fewshot_fer.drawn.files import (
    reference_picture,
    reference_pictures,
    to_jpeg,
    write_mjpeg,
)
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.expressions import BASIC
from fewshot_fer.lesson.drawing import VideoFile
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import ClassSecond, Mark, Second, StudentSecond
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.tokens import TEACHER_COOKIE

SIZES: Final = {"desktop": (1280, 800), "phone": (390, 844)}
THEMES: Final = ("light", "dark")
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)  # fmt: skip
BEGUN: Final = datetime(2026, 11, 17, 9, 5, tzinfo=UTC)
PATIENCE_S: Final = 120.0
WATCHED_S: Final = 30
TALLEST: Final = 3000
"""Pixels; a longer page is cut."""


@dataclass(frozen=True, slots=True)
class School:
    """A folder with everything that the pages show."""

    folder: Path
    student: str = ""
    group: Path = Path()
    clip: Path = Path()
    photos: Path = Path()
    """A zip with one photograph of each of another class."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A page in a state."""

    name: str
    link: str
    then: Callable[[Any, School], None] = lambda _page, _school: None
    full: bool = True


# ---------------------------------------------------------------------- the drawn school


def school_at(folder: Path, students: int, seed: int) -> School:
    """Enrolled students, recorded lessons, a picture and a clip to try."""
    people = invent_class(students, seed)
    ours = ff.Class(folder / "support_sets")
    ids = [_enrolled(ours, person, number) for number, person in enumerate(people)]
    _record(folder, ids, seed)
    gallery = Gallery(people[:6], invent_lesson(6, seed, LessonPlan(seconds=12)))
    (folder / "class.jpg").write_bytes(to_jpeg(gallery.frame(4.0).image, 92))
    with VideoFile(folder / "lesson.mp4", 10.0) as clip:
        for frame in gallery.frames(12, 10):
            clip.add(frame.image)
    return School(
        folder, ids[2], folder / "class.jpg", folder / "lesson.mp4", _photographs(folder, seed)
    )


def _photographs(folder: Path, seed: int) -> Path:
    path = folder / "8a.zip"
    with ZipFile(path, "w") as archive:
        for person in invent_class(12, seed + 1):
            name = f"8a/{person.name} {person.id[-1].upper()}.jpg"
            archive.writestr(name, to_jpeg(reference_picture(person, "neutral"), 92))
    return path


def _enrolled(ours: ff.Class, person: DrawnStudent, number: int) -> str:
    """Not everybody has pictures of everything: so it is in a real class."""
    names = ("neutral", "happy", "sad", "angry", "surprise", "fear", "disgust")
    taken = names[: (1, 7, 4, 7, 6, 7, 3, 7)[number % 8]]
    pictures = dict(reference_pictures(person, taken))
    parent = f"{person.name}'s mother"
    return ours.enroll(person.name, pictures, consent=parent, skip_refused=True).student.id


def _record(folder: Path, students: Sequence[str], seed: int) -> None:
    """Four lessons, as invented lessons have it; in the second one student changes."""
    lessons = ((2400, True, ""), (2700, True, students[2]), (1500, False, ""), (2400, True, ""))
    for number, (seconds, each, changed) in enumerate(lessons):
        begun = BEGUN + timedelta(days=number)
        with Store.open(f"sqlite:///{folder}/fewshot-fer.db", now=partial(_at, begun)) as store:
            session = store.begin("7b", per_student=each)
            for second in range(0, seconds, 600):
                end = min(seconds, second + 600)
                rows = _seconds(students, seed + number, seconds, range(second, end), changed)
                store.write(session, [row if each else Second(row.whole) for row in rows])
            marks = [Mark(int(0.3 * seconds), "Group work begins"), Mark(seconds // 2, "Quiz")]
            store.write(session, [], marks)
            store.end(session)


def _at(moment: datetime) -> datetime:
    return moment


def _seconds(
    students: Sequence[str], seed: int, length: int, which_ones: range, changed: str
) -> list[Second]:
    plan = LessonPlan(
        seconds=length, shortest_beat=4, longest_beat=25, neutral_share=0.75, late=0.2,
        leaving=0.1, camera_off=0.15,
    )  # fmt: skip
    lesson = invent_lesson(len(students), seed, plan)
    found = []
    for second in which_ones:
        rng = np.random.default_rng([seed, second])
        counts, rows = dict.fromkeys(BASIC, 0.0), []
        for number, student in enumerate(students):
            moment = lesson.moment(number, float(second))
            if not (moment.present and moment.camera_on):
                continue
            late = student == changed and second > 0.45 * length and rng.random() < 0.6
            shown = "sad" if late else moment.expression
            sure = bool(rng.random() < 0.86) and not moment.look.hand
            counts[shown] += sure
            scores = {name: 0.82 if name == shown else 0.03 for name in BASIC}
            rows.append(
                StudentSecond(
                    student, number + 1, 1.0, float(sure), 0.8, shown if sure else None, scores
                )
            )
        whole = ClassSecond(
            second, len(students), float(len(rows)), float(sum(counts.values())), counts
        )
        found.append(Second(whole, tuple(rows)))
    return found


# ---------------------------------------------------------------------- the pages


COMMAND: Final = """
(command) => new Promise((done) => {
  const line = new WebSocket(`${location.origin.replace('http', 'ws')}/live/now`);
  line.onopen = () => line.send(JSON.stringify(command));
  line.onmessage = ({ data }) => {
    const got = typeof data === 'string' ? JSON.parse(data) : {};
    if (got.type === 'invited' || command.do !== 'invite') done(got);
  };
})
"""
"""Tells the class that is watched something, past its page."""


def _watch_drawn(students: int, *keys: str) -> Callable[[Any, School], None]:
    def then(page: Any, _: School) -> None:
        page.evaluate(COMMAND, {"do": "drawn", "students": students})
        page.locator(".face").nth(int(0.9 * students)).wait_for(timeout=1000 * PATIENCE_S)
        page.get_by_text("Show each student", exact=True).click()
        page.wait_for_timeout(1000 * WATCHED_S)
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(2000)

    return then


def _join(page: Any, _: School) -> None:
    asked = {"do": "invite", "address": page.url, "names": False}
    page.goto(page.evaluate(COMMAND, asked)["url"])


def _agreed(page: Any, school: School) -> None:
    _join(page, school)
    page.locator("#name").fill("Zoe")
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    page.locator("form button.first").click()
    page.locator("#on").click()
    page.locator("#said:not(.unsure)").wait_for(timeout=1000 * PATIENCE_S)


def _leaving(page: Any, school: School) -> None:
    _agreed(page, school)
    page.goto(page.url.replace("/me", "/me/delete"))


def _guide(page: Any, school: School) -> None:
    _agree(page, school)
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_timeout(6000)


def _agree(page: Any, _: School) -> None:
    page.get_by_role("textbox", name="Who has read this and agrees?").fill("Ines's mother")
    page.keyboard.press("Enter")
    settled(page)
    for purpose in ("Read me live", "Keep my numbers", "Keep my pictures"):
        page.get_by_text(purpose).last.click()
    settled(page)


def _drop_class(page: Any, school: School) -> None:
    page.get_by_role("textbox", name="Who has agreed, for all of them?").fill("Forms of September")
    page.keyboard.press("Enter")
    settled(page)
    for purpose in ("Read me live", "Keep my numbers", "Keep my pictures"):
        page.get_by_text(purpose).last.click()
        settled(page)
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(str(school.photos))
    page.get_by_text("Who is who").wait_for(timeout=1000 * PATIENCE_S)


def _tab(name: str) -> Callable[[Any, School], None]:
    return lambda page, _: page.get_by_role("tab", name=name, exact=True).click()


def _each(page: Any, _: School) -> None:
    page.get_by_text("Show single students").click()


def _drop(page: Any, school: School) -> None:
    files = [str(school.group), str(school.clip)]
    page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(files)
    page.wait_for_timeout(3000)


def screens(school: School) -> list[Screen]:
    """Every page, with a class and sessions."""
    one = f"students?student={school.student}"
    return [
        Screen("class", "", _watch_drawn(12)),
        Screen("class-49", "", _watch_drawn(49)),
        Screen("class-49-tiles", "", _watch_drawn(49, "t")),
        Screen("projector", "", _watch_drawn(12, "h")),
        Screen("join", "", _join),
        Screen("own-device", "", _agreed),
        Screen("delete-me", "", _leaving),
        Screen("guide", "students?new=yes", _guide),
        Screen("sign-out", "sign-out"),
        Screen("api", "api/docs"),
        Screen("report", "api/v1/sessions/2/report"),
        Screen("students", "students"),
        Screen("student", one),
        Screen("student-pictures", one, _tab("Pictures")),
        Screen("student-light", one, _tab("Today's light")),
        Screen("student-data", one, _tab("Name and data")),
        Screen("enrol", "students?new=yes", _agree),
        Screen("enrol-class", "students?class=yes", _drop_class),
        Screen("expressions", "expressions"),
        Screen("sessions", "sessions"),
        Screen("session", "sessions?session=2"),
        Screen("session-students", "sessions?session=2", _each),
        Screen("compare", "sessions?compare=yes"),
        Screen("term", "sessions?term=7b"),
        Screen("pictures", "pictures", _drop),
        Screen("settings", "settings"),
        Screen("settings-model", "settings", _tab("Model")),
        Screen("settings-access", "settings", _tab("Access")),
        Screen("settings-machine", "settings", _tab("This machine")),
    ]


def empty_screens() -> list[Screen]:
    """Every page as it is on the first day."""
    names = ("students", "expressions", "sessions", "pictures", "settings")
    return [
        Screen("empty-class", "", full=False),
        *(Screen(f"empty-{name}", name, full=False) for name in names),
    ]


def settled(page: Any) -> None:
    """Wait until the page has run and drawn everything."""
    if not page.locator(".stApp").count():
        page.wait_for_timeout(1500)
        return
    for _ in range(2):
        page.wait_for_timeout(400)
        page.wait_for_selector("[data-test-script-state=notRunning]", timeout=1000 * PATIENCE_S)
    for _ in range(40):
        if page.query_selector("[data-testid=stSkeleton]") is None:
            break
        page.wait_for_timeout(250)
    page.wait_for_timeout(600)


def photograph(
    page: Any, address: str, screen: Screen, school: School, size: tuple[int, int]
) -> bytes:
    """A page in a state, whole where it is longer than the window."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{address}/{screen.link}")
    settled(page)
    screen.then(page, school)
    settled(page)
    if not page.locator(".stApp").count():
        return bytes(page.screenshot(full_page=True))
    if screen.full:
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": size[0], "height": max(size[1], min(height, TALLEST))})
        settled(page)
    return bytes(page.screenshot())


# ---------------------------------------------------------------------- server and browser


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`fewshot-fer serve` on this folder; its address."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FEWSHOT_FER_")}
    environment["PYTHONPATH"] = str(Path(__file__).parents[1])
    command = [sys.executable, "-m", "fewshot_fer", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + PATIENCE_S
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("The server does not start.")
            time.sleep(0.2)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE_S)


def signed_in(folder: Path, address: str) -> Any:
    """The cookie of a teacher who has opened the link that the server shows."""
    known = Credentials(folder / "fewshot-fer-web", now=time.time)
    return {"name": TEACHER_COOKIE, "value": known.teacher_cookie(), "url": address}


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health", timeout=2):
            return True
    except (URLError, OSError):
        return False


def take(
    chromium: Any, school: School, wanted: Sequence[Screen], to: Path, sizes: Sequence[str],
    themes: Sequence[str],
) -> None:  # fmt: skip
    """All of some pages, in every size and theme."""
    with serving(school.folder) as address:
        for theme, size in product(themes, sizes):
            context = chromium.new_context(color_scheme=theme, permissions=["camera"])
            context.set_default_timeout(1000 * PATIENCE_S)
            context.add_cookies([signed_in(school.folder, address)])
            page = context.new_page()
            page.goto(address)
            settled(page)
            read = page.get_by_role("button", name="I have read this")
            if read.count():
                read.click()
                settled(page)
            for screen in wanted:
                path = to / f"{screen.name}-{size}-{theme}.png"
                path.write_bytes(photograph(page, address, screen, school, SIZES[size]))
                print(path)
            page.context.close()


def main() -> None:
    """Draw, enrol, record, serve, photograph."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=Path("screens"))
    parser.add_argument("--students", type=int, default=8)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of screens, such as session empty-class")
    parser.add_argument("--size", choices=SIZES, nargs="*", default=list(SIZES))
    parser.add_argument("--theme", choices=THEMES, nargs="*", default=list(THEMES))
    given = parser.parse_args()
    program = which("chromium") or which("google-chrome")
    given.to.mkdir(parents=True, exist_ok=True)

    def chosen(all_: Sequence[Screen]) -> list[Screen]:
        return [one for one in all_ if not given.only or one.name in given.only]

    with (
        TemporaryDirectory(prefix="screens-") as full,
        TemporaryDirectory(prefix="screens-") as bare,
        sync_playwright() as playwright,
    ):
        camera = Path(bare) / "camera.mjpeg"
        shown = reference_picture(invent_class(12, 1)[7], "happy")
        write_mjpeg(camera, (shown for _ in range(90)))
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
        chromium = playwright.chromium.launch(executable_path=program, args=flags)
        if chosen(empty_screens()):
            school = School(Path(bare))
            take(chromium, school, chosen(empty_screens()), given.to, given.size, given.theme)
        if chosen(screens(School(Path(full)))):
            school = school_at(Path(full), given.students, given.seed)
            take(chromium, school, chosen(screens(school)), given.to, given.size, given.theme)
        chromium.close()


if __name__ == "__main__":
    main()
