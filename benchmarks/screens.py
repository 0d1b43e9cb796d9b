"""Pictures of every page, of people who are drawn: desktop and phone, light and dark.

    python benchmarks/screens.py --to screens                  # all: about two hundred
    python benchmarks/screens.py --to screens --only session term --size phone --theme dark
    python benchmarks/screens.py --to screens --only students sessions --students 49 --language de

Students are enrolled and four lessons are invented in a folder that is thrown away. Then
`fewshot-fer serve` is opened in Chromium (playwright), and every row of the table is photographed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from shutil import copytree
from socket import create_server
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urljoin
from zipfile import ZipFile

import numpy as np
from playwright.sync_api import Error as BrowserError

import fewshot_fer as ff
from fewshot_fer.drawn.files import reference_picture, reference_pictures, to_jpeg
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.expressions import BASIC
from fewshot_fer.languages import LANGUAGES, Say
from fewshot_fer.lesson.drawing import VideoFile
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import ClassSecond, Mark, Second, StudentSecond
from fewshot_fer.students.classes import add_class, fill
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.portal.telling import PURPOSES
from tests.reports.lessons import drawn_class
from tests.web.browsing import browser, film, serving

SIZES: Final = {"desktop": (1280, 800), "phone": (390, 844)}
THEMES: Final = ("light", "dark")
BEGUN: Final = datetime(2026, 11, 17, 9, 5, tzinfo=UTC)
PATIENCE_MS: Final = 300_000
TALLEST: Final = 3000
"""Pixels; a longer page is cut."""
INVITED: Final = """
(address) => new Promise((done) => {
  const line = new WebSocket(`${location.origin.replace('http', 'ws')}/live/now`);
  line.onopen = () => line.send(JSON.stringify({ do: 'invite', address, names: false }));
  line.onmessage = ({ data }) => {
    const got = typeof data === 'string' ? JSON.parse(data) : {};
    if (got.type === 'invited') done(got.url);
  };
})
"""
"""The link that students get; the class's page makes none for this computer alone."""
DRAWN: Final = "() => !document.querySelector('[data-testid=stSkeleton]')"
"""Streamlit shows grey bars where something is still to come."""


# ---------------------------------------------------------------------- the drawn school


@dataclass(frozen=True, slots=True)
class School:
    """A folder with everything that the pages show."""

    folder: Path
    students: int
    seed: int

    def fill(self) -> None:
        """Enrolled students, recorded lessons, a picture and a clip to try, another class."""
        told = self.folder / "fewshot-fer-web" / "notice-was-read"
        told.parent.mkdir(mode=0o700)
        told.touch()
        people = invent_class(self.students, self.seed)
        ours, ids = ff.Class(self.folder / "support_sets"), []
        for number, person in enumerate(people):
            # Not everybody has pictures of everything: so it is in a real class.
            taken = BASIC[::-1][: (7, 1, 4, 7, 6, 7, 3, 7)[number % 8]]
            pictures, parent = dict(reference_pictures(person, taken)), f"{person.name}'s mother"
            come = ours.enroll(person.name, pictures, consent=parent, skip_refused=True)
            ids.append(come.student.id)
        add_class(ours.library, "7b")
        fill(ours.library, "7b", ids)
        # In the second lesson one student changes.
        for day, (length, each, changed) in enumerate(
            ((2400, True, ()), (2700, True, (2,)), (1500, False, ()), (2400, True, ()))
        ):
            self._record(ids, BEGUN + timedelta(days=day), length, each, changed)
        gallery = Gallery(people[:6], invent_lesson(6, self.seed, LessonPlan(seconds=12)))
        (self.folder / "class.jpg").write_bytes(to_jpeg(gallery.frame(4.0).image, 92))
        with VideoFile(self.folder / "lesson.mp4", 10.0) as clip:
            for frame in gallery.frames(12, 10):
                clip.add(frame.image)
        with ZipFile(self.folder / "8a.zip", "w") as archive:
            for person in invent_class(12, self.seed + 1):
                face = to_jpeg(reference_picture(person, "neutral"), 92)
                archive.writestr(f"8a/{person.name} {person.id[-1].upper()}.jpg", face)

    def _record(
        self, ids: Sequence[str], begun: datetime, length: int, each: bool, changed: Sequence[int]
    ) -> None:
        shown = drawn_class(begun.day, length, len(ids), sad=changed, sad_from=length // 2)
        labels = np.stack(list(shown.values()))
        with Store.open(f"sqlite:///{self.folder}/fewshot-fer.db", now=lambda: begun) as store:
            session = store.begin("7b", per_student=each)
            rows = [_second(t, ids, labels[:, t].tolist(), each=each) for t in range(length)]
            marks = [Mark(int(0.3 * length), "Group work begins"), Mark(length // 2, "Quiz")]
            store.write(session, rows, marks)
            store.end(session)


def _second(time: int, ids: Sequence[str], labels: Sequence[int], *, each: bool) -> Second:
    counts = {name: float(labels.count(k)) for k, name in enumerate(BASIC)}
    rows = [
        StudentSecond(
            student, number + 1, 1.0, float(k >= 0), 0.8, BASIC[k] if k >= 0 else None,
            {name: 0.82 if name == BASIC[k] else 0.03 for name in BASIC},
        )
        for number, (student, k) in enumerate(zip(ids, labels, strict=True))
    ]  # fmt: skip
    whole = ClassSecond(time, len(ids), float(len(ids)), sum(counts.values()), counts)
    return Second(whole, tuple(rows) if each else ())


# ---------------------------------------------------------------------- what is done on a page


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody on a page, who reads one language."""

    page: Any
    say: Say
    folder: Path

    def settle(self) -> None:
        """Wait until the page has run and drawn everything."""
        self.page.wait_for_timeout(1000)
        if self.page.locator(".stApp").count():
            self.page.wait_for_selector("[data-test-script-state=notRunning]")
            self.page.wait_for_function(DRAWN)
            self.page.wait_for_timeout(1000)


Step = Callable[[Visit], object]


def press(words: str, role: str = "button") -> Step:
    """Something with this name."""
    return lambda on: on.page.get_by_role(role, name=on.say(words), exact=True).first.click()


def fill_in(field: str, words: str) -> Step:
    """A field, and Enter."""

    def step(on: Visit) -> None:
        on.page.get_by_role("textbox", name=on.say(field)).fill(words)
        on.page.keyboard.press("Enter")

    return step


def type_in(css: str, words: str) -> Step:
    """A field that has no role, and Enter."""
    return lambda on: on.page.locator(css).press_sequentially(f"{words}\n")


def tick(words: str) -> Step:
    """A box or a switch of Streamlit's, by its words."""
    return lambda on: on.page.get_by_text(on.say(words)).last.click()


def agree(asks: str) -> tuple[Step, ...]:
    """Somebody has read the agreement, and agrees to all of it."""
    return (fill_in(asks, "Forms of September"), *(tick(title) for title, *_ in PURPOSES.values()))


def key(name: str) -> Step:
    """On the keyboard."""
    return lambda on: on.page.keyboard.press(name)


def see(css: str) -> Step:
    """Wait for it."""
    return lambda on: on.page.locator(css).first.wait_for(state="attached")


def click(css: str) -> Step:
    """A part that has no name of its own."""
    return lambda on: on.page.locator(css).first.click()


def wait(seconds: float) -> Step:
    """Let the lesson go on."""
    return lambda on: on.page.wait_for_timeout(1000 * seconds)


def bring(*names: str) -> Step:
    """Files into a page's tray."""
    return lambda on: on.page.locator(
        "[data-testid=stFileUploaderDropzoneInput]"
    ).first.set_input_files([str(on.folder / name) for name in names])


def student(tab: str) -> tuple[Step, ...]:
    """A student's own page."""

    def step(on: Visit) -> None:
        (some, *_) = Library(on.folder / "support_sets").students()
        on.page.goto(f"{on.page.url}?student={some.id}")

    return step, press(tab, "tab")


def follow(path: str) -> Step:
    """Another page of the same place."""
    return lambda on: on.page.goto(urljoin(on.page.url, path))


def join(on: Visit) -> None:
    """Open the link that students get; the class's page makes none for this computer alone."""
    on.page.goto(on.page.evaluate(INVITED, on.page.url))


def come_in(name: str) -> tuple[Step, ...]:
    """As a new student, who fills the form in."""

    def step(on: Visit) -> None:
        on.page.locator("#name").fill(name)
        for box in on.page.locator("input[type=checkbox]").all():
            box.check()
        on.page.locator("form button.first").click()

    return join, step


def camera_of(name: str) -> tuple[Step, ...]:
    """A new student's own device, which reads."""
    return *come_in(name), click("#on"), see("#said:not(.unsure)")


# ---------------------------------------------------------------------- the table

EMPTY, LOCKED, SCHOOL, TWELVE, MANY = "empty", "locked", "school", "12", "49"
"""Servers: on the first day, for who has not signed in, with students and lessons, with a drawn
class of so many."""
OPTIONS: Final = {
    LOCKED: ("--password", "of the first day"), TWELVE: ("--drawn", "12"), MANY: ("--drawn", "49"),
}  # fmt: skip
WATCHED: Final = (see(".face .tag:not([hidden])"), wait(12))
TABLE: Final[Sequence[tuple[str, str, str, Sequence[Step]]]] = (
    (EMPTY, "first", "", (see("#choose-camera"),)),
    (EMPTY, "empty-class", "", (press("I have read this"), see("#choose-camera"))),
    (EMPTY, "empty-students", "students", ()),
    (EMPTY, "empty-expressions", "expressions", ()),
    (EMPTY, "empty-sessions", "sessions", ()),
    (EMPTY, "empty-pictures", "pictures", ()),
    (EMPTY, "empty-settings", "settings", ()),
    (LOCKED, "sign-in", "", ()),
    (LOCKED, "not-signed-in", "", (type_in("#password", "of the second day"),)),
    (LOCKED, "no-invitation", "join/ended", ()),
    (SCHOOL, "class-choice", "", (see("#choose-camera"),)),
    (SCHOOL, "students", "students", ()),
    (SCHOOL, "classes", "students?classes=7b", ()),
    (SCHOOL, "student", "students", student("What was learnt")),
    (SCHOOL, "student-pictures", "students", student("Pictures")),
    (SCHOOL, "student-light", "students", student("Today's light")),
    (SCHOOL, "student-data", "students", student("Name and data")),
    (SCHOOL, "enrol", "students?new=yes", agree("Who has read this and agrees?")),
    (SCHOOL, "guide", "students?new=yes",
     (*agree("Who has read this and agrees?"), press("Start the camera"), wait(6))),
    (SCHOOL, "enrol-class", "students?class=yes",
     (*agree("Who has agreed, for all of them?"), bring("8a.zip"), see("[class*=newcomers]"))),
    (SCHOOL, "from-class", "students?live=yes", ()),
    (SCHOOL, "expressions", "expressions", ()),
    (SCHOOL, "sessions", "sessions", ()),
    (SCHOOL, "session", "sessions?session=2", ()),
    (SCHOOL, "session-students", "sessions?session=2",
     (click("[data-testid=stCheckbox] label"), wait(2))),
    (SCHOOL, "compare", "sessions?compare=yes", ()),
    (SCHOOL, "term", "sessions?term=7b", ()),
    (SCHOOL, "pictures", "pictures", (bring("class.jpg", "lesson.mp4"), see("video"), wait(2))),
    (SCHOOL, "settings", "settings", ()),
    (SCHOOL, "settings-model", "settings", (press("Model", "tab"),)),
    (SCHOOL, "settings-access", "settings", (press("Access", "tab"),)),
    (SCHOOL, "settings-machine", "settings", (press("This machine", "tab"),)),
    (SCHOOL, "no-session", "sessions?session=99", ()),
    (SCHOOL, "api", "api/docs", (see(".opblock"),)),
    (SCHOOL, "report", "api/v1/sessions/2/report", ()),
    (SCHOOL, "join", "", (join,)),
    (SCHOOL, "joined", "", come_in("Zoe")),
    (SCHOOL, "own-device", "", camera_of("Max")),
    (SCHOOL, "taught", "",
     (*camera_of("Ida"), press("Teach it my face"), press("Start"), wait(5))),
    (SCHOOL, "delete-me", "", (*come_in("Leo"), follow("/me/delete"))),
    # Who knocks is led back to the waiting page: nobody joins after it.
    (SCHOOL, "waiting", "", come_in("Ada")),
    (SCHOOL, "sign-out", "sign-out", ()),
    (TWELVE, "class", "", WATCHED),
    (TWELVE, "tiles", "", (*WATCHED, key("t"))),
    (TWELVE, "who", "", (*WATCHED, click(".face"), wait(2))),
    (TWELVE, "recalibrate", "", (*WATCHED, key("c"))),
    (TWELVE, "record", "", (*WATCHED, key("r"))),
    (TWELVE, "invite", "", (*WATCHED, key("i"), wait(2))),
    (TWELVE, "signals", "", (*WATCHED, key("n"))),
    (TWELVE, "keys", "", (*WATCHED, key("?"))),
    (TWELVE, "recording", "", (*WATCHED, key("r"), press("Record"), wait(12))),
    (TWELVE, "projector", "", (*WATCHED, key("h"))),
    (TWELVE, "ended", "", (*WATCHED, key("e"), click("#end-now"))),
    (TWELVE, "paused", "", (*WATCHED, key("p"))),
    (MANY, "class-49", "", WATCHED),
    (MANY, "tiles-49", "", (*WATCHED, key("t"))),
    (MANY, "projector-49", "", (*WATCHED, key("h"))),
)  # fmt: skip


def photograph(visit: Visit, address: str, steps: Sequence[Step], size: tuple[int, int]) -> bytes:
    """A page in a state, whole where it is longer than the window."""
    page, (width, height) = visit.page, size
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    visit.settle()
    for step in steps:
        step(visit)
        visit.settle()
    if not page.locator(".stApp").count():
        return bytes(page.screenshot(full_page=True))
    if not page.locator("dialog[open]").count():
        long = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(height, min(long, TALLEST))})
        visit.settle()
    return bytes(page.screenshot())


def take(made: School, kind: str, options: argparse.Namespace, theme: str, size: str) -> list[str]:
    """All pictures of one server in one size and theme; the names of those that failed."""
    rows = [row for row in TABLE if row[0] == kind and row[1] in (options.only or (row[1],))]
    if not rows:
        return []
    failed = []
    with TemporaryDirectory(prefix="screens-") as name:
        folder = Path(name)
        if kind == SCHOOL:
            copytree(made.folder, folder, dirs_exist_ok=True)
        camera = film(folder / "camera.mjpeg", invent_class(12, 1)[7], "happy")
        seen: dict[str, Any] = {"color_scheme": theme, "locale": options.language}
        with (
            serving(folder, _free_port(), *OPTIONS.get(kind, ())) as server,
            browser(camera, **seen) as watched,
        ):
            watched.page.set_default_timeout(PATIENCE_MS)
            visit = Visit(watched.page, Say(options.language), folder)
            if server.link:
                visit.page.goto(server.opening())
            for _, name, link, steps in rows:
                to = options.to / f"{name}-{size}-{theme}.png"
                try:
                    picture = photograph(visit, f"{server.address}/{link}", steps, SIZES[size])
                    to.write_bytes(picture)
                    print(to, flush=True)
                except BrowserError as error:
                    visit.page.screenshot(path=str(to.with_suffix(".failed.png")))
                    failed.append(to.stem)
                    print(f"{to}: {error.message.splitlines()[0]}", flush=True)
    return failed


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def main() -> None:
    """Draw, enrol, record, serve, photograph."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=Path("screens"))
    parser.add_argument("--students", type=int, default=8, help="of the school, not of the drawn")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=[row[1] for row in TABLE], metavar="NAME")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--size", choices=SIZES, nargs="*", default=list(SIZES))
    parser.add_argument("--theme", choices=THEMES, nargs="*", default=list(THEMES))
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="screens-") as folder:
        school = School(Path(folder), given.students, given.seed)
        if any(row[0] == SCHOOL and row[1] in (given.only or (row[1],)) for row in TABLE):
            school.fill()
        kinds = product((EMPTY, LOCKED, SCHOOL, TWELVE, MANY), given.theme, given.size)
        failed = [name for kind, *how in kinds for name in take(school, kind, given, *how)]
    if failed:
        raise SystemExit(f"These could not be taken: {', '.join(failed)}")


if __name__ == "__main__":
    main()
