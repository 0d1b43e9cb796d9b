"""The pictures of the README, made of people who exist only on paper.

    python benchmarks/lesson_picture.py class docs/pictures/class.png
    python benchmarks/lesson_picture.py report docs/pictures/report.png     (needs chromium)

`class` watches one moment of a drawn lesson twice: as strangers, and after everybody enrolled with
one picture of each expression. `report` makes the report of a drawn lesson with a joke in it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.changing import TEMPERS, Shift, changed, tempered
from fewshot_fer.arrays import Bytes, Ints
from fewshot_fer.drawn.cohort import LATER, Cohort, Watcher, at_rest
from fewshot_fer.drawn.gallery import Frame, Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.drawn.scoring import matched
from fewshot_fer.expressions import BASIC
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import ClassSecond, Mark, Second, StudentSecond
from fewshot_fer.records.views import View
from fewshot_fer.reports.page import page
from fewshot_fer.reports.summary import report_of

RIGHT, WRONG = (0, 114, 178), (213, 94, 0)
"""Blue and vermilion, which everybody can tell apart (Okabe and Ito)."""
WIDTH, HEIGHT, HEAD = 720, 405, 36
REST_S, LOOKS = 3.0, 5


def class_picture(target: Path, seed: int, students: int, until: float) -> None:
    with TemporaryDirectory() as folder:
        cohort = Cohort(students, seed, Recognizer.open(), Path(folder))
        lesson = invent_lesson(students, 1000 * seed + LATER, LessonPlan(until + 1))
        gallery = Gallery(cohort.students, lesson, session=LATER)
        frames = [gallery.frame(k / LOOKS) for k in range(round(until * LOOKS) + 1)]
        frames = frames[: last_calm(frames) + 1]
        before = last_view(cohort.watcher(cohort.strangers()), frames)
        cohort.enrol()
        resting = cohort.watcher(cohort.enrolled())
        calm = Gallery(cohort.students, at_rest(lesson), session=LATER)
        for frame in calm.frames(REST_S, LOOKS):
            resting.look(frame)
        cohort.recalibrate(resting.session)
        after = last_view(cohort.watcher(cohort.enrolled()), frames)
    panels = [
        panel(frames[-1], before, "As strangers"),
        panel(frames[-1], after, "With one picture of each expression"),
    ]
    gap = np.full((HEIGHT + HEAD, 8, 3), 255, np.uint8)
    whole = Image.fromarray(np.hstack([panels[0], gap, panels[1]]))
    # Few colours make a small file; the grain of the cameras hides the steps.
    whole.quantize(224, dither=Image.Dither.NONE).save(target, optimize=True)


def last_calm(frames: Sequence[Frame]) -> int:
    """The last frame before which nobody changed for a second."""
    shown = [[student.expression for student in frame.truth] for frame in frames]
    calm = [
        k
        for k in range(LOOKS, len(frames))
        if all(row == shown[k] for row in shown[k - LOOKS : k])
        and len(frames[k].visible) == len(shown[k])
    ]
    if not calm:
        raise SystemExit("Nobody holds still long enough; take another --seed.")
    return calm[-1]


def last_view(watcher: Watcher, frames: Sequence[Frame]) -> View:
    return [watcher.look(frame) for frame in frames][-1]


def panel(frame: Frame, view: View, title: str) -> Bytes:
    """The moment in small, every face with what is said of it."""
    small = cv2.resize(frame.image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    small = cv2.bilateralFilter(small, 3, 10, 2)
    canvas = np.full((HEIGHT + HEAD, WIDTH, 3), 255, np.uint8)
    canvas[HEAD:] = small
    picture = Image.fromarray(canvas)
    pen, scale = ImageDraw.Draw(picture), WIDTH / frame.image.shape[1]
    pairs = matched([face.box for face in view.seen], [s.box for s in frame.visible])
    right = 0
    for k, student in enumerate(frame.visible):
        face = view.seen[pairs[k]] if k in pairs else None
        said = face.reading.expression if face is not None and face.reading else "nothing"
        good = said == student.expression
        right += good
        if face is not None and face.expression is None:
            said += "?"
        if face is not None:
            x0, y0, x1, y1 = (scale * value for value in face.box)
            label(pen, (x0, y0 + HEAD, x1, y1 + HEAD), said, student.expression, good=good)
    pen.text((4, 7), f"{title}: {right} of {len(frame.visible)} right", "black", font(18))
    return np.asarray(picture)


def label(
    pen: ImageDraw.ImageDraw, box: tuple[float, ...], said: str, true: str, *, good: bool
) -> None:
    """A box with a word below, with ? where unsure; a wrong one is crossed out, with the truth."""
    x0, _, x1, y1 = box
    y1 = min(y1, HEAD + HEIGHT - 20)
    fill = RIGHT if good else WRONG
    pen.rectangle(box, outline=fill, width=2 if good else 3)
    words, letters = (said if good else f"{said}  is {true}"), font(14)
    width = pen.textlength(words, letters)
    left = min(max(2.0, (x0 + x1 - width) / 2), WIDTH - width - 6)
    pen.rectangle((left - 4, y1 + 1, left + width + 4, y1 + 18), fill=fill)
    pen.text((left, y1 + 1), words, "white", letters)
    if not good:
        struck = pen.textlength(said, letters)
        pen.line((left - 1, y1 + 10, left + struck + 1, y1 + 10), fill="white", width=2)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


# ---------------------------------------------------------------------- the report


def report_picture(target: Path, seed: int, students: int, minutes: int) -> None:
    seconds, people = 60 * minutes, invent_class(students, seed)
    lesson = tempered(students, seconds, seed, TEMPERS["lively"])
    lesson = changed(lesson, [students // 2], Shift(seconds / 2), seed)
    rng = np.random.default_rng(seed)
    shown = [
        [lesson.moment(k, t + 0.5).expression for k in range(students)] for t in range(seconds)
    ]
    labels = np.array([[BASIC.index(name) for name in row] for row in shown])
    labels[rng.random(labels.shape) < 0.1] = -1
    joke = seconds // 3
    laughing = rng.random((100, students)) < 0.5
    labels[joke + 2 : joke + 102][laughing] = BASIC.index("happy")
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with TemporaryDirectory() as folder:
        with Store.open(f"sqlite:///{folder}/records.db", now=lambda: moment) as store:
            session = store.begin("7b", per_student=True)
            store.write(
                session,
                [second(t, row, [one.id for one in people]) for t, row in enumerate(labels)],
                [Mark(joke, "A joke"), Mark(2 * joke, "Exercise in pairs")],
            )
            store.end(session)
            recorded = store.read(session, students=True)
        html = page(report_of(recorded), {one.id: one.name for one in people})
        file = Path(folder) / "report.html"
        file.write_text(html, encoding="utf-8")
        browser = shutil.which("chromium") or "chromium"
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--window-size=900,800", f"--screenshot={folder}/page.png", file.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip
        with Image.open(f"{folder}/page.png") as shot:
            shot.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(target, optimize=True)


def second(time: int, labels: Ints, ids: Sequence[str]) -> Second:
    rows = tuple(
        StudentSecond(who, k, 1.0, float(label >= 0), 0.8, BASIC[label] if label >= 0 else None, {})
        for k, (who, label) in enumerate(zip(ids, labels.tolist(), strict=True))
    )
    sure = labels[labels >= 0]
    counts = {BASIC[e]: float((sure == e).sum()) for e in np.unique(sure).tolist()}
    return Second(ClassSecond(time, len(ids), float(len(ids)), float(len(sure)), counts), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["class", "report"])
    parser.add_argument("target", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.what == "class":
        class_picture(given.target, given.seed, students=9, until=30.0)
    else:
        report_picture(given.target, given.seed, students=24, minutes=30)


if __name__ == "__main__":
    main()
