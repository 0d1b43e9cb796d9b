"""`fewshot-fer analyze`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options, people
from fewshot_fer.cli.show import output
from fewshot_fer.cli.show.found import FORMATS, page, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from fewshot_fer.arrays import Bytes
    from fewshot_fer.lesson.clips import Clip, ClipFrame
    from fewshot_fer.lesson.opening import OpenClass
    from fewshot_fer.lesson.session import ClassSession
    from fewshot_fer.settings import Settings
    from fewshot_fer.stills import Likeness, NamedFace
    from fewshot_fer.students.roster import Roster


def analyze(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Pictures, videos, and folders of both.")],
    student: Annotated[
        str | None,
        typer.Option(help="Whom they show: an id, its beginning, or a name. Others: strangers."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="A .json, .csv or .parquet file.")
    ] = None,
    draw: Annotated[
        Path | None,
        typer.Option("--draw", metavar="FOLDER", help="Copies with boxes and expressions."),
    ] = None,
    every: Annotated[
        float, typer.Option(min=0.0, help="Of videos, one frame in so many seconds; else all.")
    ] = 0.0,
    support_sets: options.SupportSets = None,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    threads: options.Threads = None,
    min_face: options.MinFace = None,
    as_json: options.Json = False,
) -> None:
    """Name the expression of every face in pictures and videos.

    A file that cannot be read is reported and left out, and the exit code is 1.
    """
    from fewshot_fer.errors import ImageError, SourceError
    from fewshot_fer.lesson.clips import find_material, is_video
    from fewshot_fer.lesson.found import Found, document

    if to is not None and to.suffix.casefold() not in FORMATS:
        raise typer.BadParameter("the name must end in .json, .csv or .parquet", param_hint="--to")
    settings = options.settings(
        context,
        support_sets=support_sets,
        checkpoint=checkpoint,
        precision=precision,
        threads=threads,
        min_face=min_face,
    )
    roster = people.roster(settings)
    whom = roster.library.find(student).id if student is not None else None
    work = _Work(settings, roster, whom, every, draw)
    found, failed = Found(), 0
    for path in find_material(paths):
        try:
            if is_video(path):
                found.clips.append(work.video(path))
            else:
                found.pictures.append((path, work.picture(path)))
        except (ImageError, SourceError) as error:
            output.show_error(error)
            failed += 1
    if to is not None:
        write(found, to)
    output.show(document(found), as_json=as_json, picture=lambda: page(found, to, draw))
    if failed:
        raise typer.Exit(1)


class _Work:
    """Reads one file after the other."""

    def __init__(
        self,
        settings: Settings,
        roster: Roster,
        student: str | None,
        every: float,
        draw: Path | None,
    ) -> None:
        self._settings = settings
        self._roster = roster
        self._student = student
        self._every = every
        self._draw = draw
        self._likeness = self._asks() if student is not None else None
        self._class: OpenClass | None = None
        self._names = {student: roster.library.open(student).name} if student is not None else {}
        self._taken: set[Path] = set()

    def picture(self, path: Path) -> list[NamedFace]:
        """The faces of a picture."""
        from fewshot_fer.images import read_image
        from fewshot_fer.stills import name_faces

        image = read_image(path)
        faces = name_faces(image, self._roster, self._student, self._likeness)
        if self._student is not None and len(faces) > 1:
            self._say_which(path, faces)
        if self._draw is not None:
            self._draw_picture(path, image, faces)
        return faces

    def video(self, path: Path) -> Clip:
        """All that is seen in a video, with a bar that says how long it takes still."""
        from fewshot_fer.lesson.clips import watch_clip
        from fewshot_fer.lesson.drawing import VideoFile, drawn

        with ExitStack() as until_the_end:
            advance = until_the_end.enter_context(_bar(path))
            copy = None
            if self._draw is not None:
                copy = until_the_end.enter_context(VideoFile(self._place(path), self._rate(path)))

            def show(image: Bytes, frame: ClipFrame) -> None:
                advance(frame.time)
                if copy is not None:
                    copy.add(drawn(image, frame.faces, self._names))

            clip = watch_clip(path, self._session(), every=self._every, on_frame=show)
        if clip.broken is not None:
            output.console(stderr=True).print(f"{path.name}: {clip.broken}", markup=False)
        return clip

    def _asks(self) -> Likeness | None:
        """How a student is told from others; None without the identity network or pictures."""
        from fewshot_fer.faces.identity import Identity, weights
        from fewshot_fer.lesson.who import likeness

        if weights() is None or self._student is None:
            return None
        return likeness(self._roster.library, Identity.open(), self._student)

    def _say_which(self, path: Path, faces: Sequence[NamedFace]) -> None:
        theirs = next((n for n, face in enumerate(faces, 1) if face.student is not None), None)
        name = self._names.get(self._student or "", "")
        how = "the most like them" if self._likeness is not None else "the largest"
        words = (
            f"face {theirs} of {len(faces)}, {how}, is taken for {name}'s; the others are strangers"
            if theirs is not None
            else f"none of {len(faces)} faces is {name}'s"
        )
        output.console(stderr=True).print(f"{path.name}: {words}.", markup=False, style="yellow")

    def _session(self) -> ClassSession:
        """A new one for every video."""
        from fewshot_fer.faces.follower import FaceFollower
        from fewshot_fer.lesson.clips import RHYTHM
        from fewshot_fer.lesson.opening import OpenClass
        from fewshot_fer.lesson.session import ClassSession
        from fewshot_fer.lesson.who import OnlyOne
        from fewshot_fer.recognizer import Recognizer

        if self._class is None:
            recogniser = self._roster.recogniser
            if not isinstance(recogniser, Recognizer):
                raise TypeError("a video needs a whole recogniser")
            self._class = OpenClass.open(self._settings, recogniser)
            self._class.know_faces()
        here = self._class
        namer = here.namer(self._student)
        if self._student is not None and self._likeness is not None:
            namer = OnlyOne(here.namer(), self._student)
        follower = FaceFollower(here.recognizer.detector, rhythm=RHYTHM)
        return ClassSession(here.recognizer, here.members, follower=follower, namer=namer)

    # ------------------------------------------------------------------ copies

    def _draw_picture(self, path: Path, image: Bytes, faces: Sequence[NamedFace]) -> None:
        from fewshot_fer.files import write_atomically
        from fewshot_fer.images import to_png
        from fewshot_fer.lesson.drawing import drawn

        copy = to_png(drawn(image, faces, self._names))
        write_atomically(self._place(path).with_suffix(".png"), copy)

    def _place(self, path: Path) -> Path:
        """Where a file's copy goes: its name, with a number where two are called alike."""
        folder = self._draw or Path()
        number, place = 1, folder / path.stem
        while place in self._taken:
            number += 1
            place = folder / f"{path.stem}-{number}"
        self._taken.add(place)
        return place.with_name(f"{place.name}.read.png")

    def _rate(self, path: Path) -> float:
        """Frames a second of an annotated copy."""
        from fewshot_fer.lesson.sources import rate_of

        rate = rate_of(path) or 25.0
        return min(rate, 1 / self._every) if self._every else rate


@contextmanager
def _bar(path: Path) -> Iterator[Callable[[float], None]]:
    """A bar on standard error, where somebody looks at it."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from fewshot_fer.lesson.sources import length_of

    console = output.console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(path.name, total=length_of(path))
        yield lambda time: bar.update(task, completed=time)
