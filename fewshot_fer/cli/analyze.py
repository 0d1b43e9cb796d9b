"""`fewshot-fer analyze`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fewshot_fer.cli import options, output, panels, people

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Group
    from rich.table import Table

    from fewshot_fer.arrays import Bytes
    from fewshot_fer.classroom.clips import Clip, ClipFrame
    from fewshot_fer.classroom.opening import OpenClass
    from fewshot_fer.classroom.session import ClassSession
    from fewshot_fer.settings import Settings
    from fewshot_fer.stills import Likeness, NamedFace
    from fewshot_fer.students.roster import Roster

_FORMATS: Final = (".json", ".csv", ".parquet")
_MOST_TRACKS: Final = 12


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=panels.LOOK)(analyze)


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
    from fewshot_fer.classroom.clips import find_material, is_video
    from fewshot_fer.errors import ImageError, SourceError

    if to is not None and to.suffix.casefold() not in _FORMATS:
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
    found, failed = _Found(), 0
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
        _write(found, to)
    output.show(_document(found), as_json=as_json, picture=lambda: _page(found, to, draw))
    if failed:
        raise typer.Exit(1)


@dataclass(slots=True)
class _Found:
    pictures: list[tuple[Path, Sequence[NamedFace]]] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)


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
        from fewshot_fer.classroom.clips import watch_clip
        from fewshot_fer.classroom.drawing import VideoFile, drawn

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
        from fewshot_fer.classroom.who import likeness
        from fewshot_fer.faces.identity import Identity, weights

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
        from fewshot_fer.classroom.clips import RHYTHM
        from fewshot_fer.classroom.opening import OpenClass
        from fewshot_fer.classroom.session import ClassSession
        from fewshot_fer.classroom.who import OnlyOne
        from fewshot_fer.faces.follower import FaceFollower
        from fewshot_fer.recognizer import Recognizer

        if self._class is None:
            recogniser = self._roster.recogniser
            if not isinstance(recogniser, Recognizer):
                raise TypeError("a video needs a whole recogniser")
            self._class = OpenClass.open(self._settings, recogniser)
        here = self._class
        namer = None
        if self._student is not None:
            everybody = here.namer() if self._likeness is not None else None
            namer = (
                OnlyOne(everybody, self._student)
                if everybody is not None
                else here.namer(self._student)
            )
        follower = FaceFollower(here.recognizer.detector, rhythm=RHYTHM)
        return ClassSession(here.recognizer, here.members, follower=follower, namer=namer)

    # ------------------------------------------------------------------ copies

    def _draw_picture(self, path: Path, image: Bytes, faces: Sequence[NamedFace]) -> None:
        import cv2

        from fewshot_fer.classroom.drawing import drawn
        from fewshot_fer.files import write_atomically

        copy = cv2.cvtColor(drawn(image, faces, self._names), cv2.COLOR_RGB2BGR)
        _, data = cv2.imencode(".png", copy)
        write_atomically(self._place(path).with_suffix(".png"), data.tobytes())

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
        from fewshot_fer.classroom.sources import rate_of

        rate = rate_of(path) or 25.0
        return min(rate, 1 / self._every) if self._every else rate


@contextmanager
def _bar(path: Path) -> Iterator[Callable[[float], None]]:
    """A bar on standard error, where somebody looks at it."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from fewshot_fer.classroom.sources import length_of

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


# ---------------------------------------------------------------------- what comes out


def _document(found: _Found) -> dict[str, object]:
    """DESIGN's form: the pictures, and the videos with a list of frames each."""
    images = [{"path": path, "faces": faces} for path, faces in found.pictures]
    return {"images": images, "videos": found.clips} if found.clips else {"images": images}


def _write(found: _Found, to: Path) -> None:
    """All of it as one file, by its ending; a table has a row a face."""
    from fewshot_fer.classroom.report import tables
    from fewshot_fer.files import write_atomically

    if to.suffix.casefold() == ".json":
        write_atomically(to, output.json_text(_document(found)).encode())
        return
    write = tables.as_csv if to.suffix.casefold() == ".csv" else tables.as_parquet
    write_atomically(to, write(_columns(found)))


def _columns(found: _Found) -> dict[str, list[object]]:
    """A row a face: of pictures without a time, of videos without a place."""
    rows = [
        (path, None, place, face)
        for path, faces in found.pictures
        for place, face in enumerate(faces, 1)
    ] + [
        (clip.path, frame.time, face.track, face)
        for clip in found.clips
        for frame in clip.frames
        for face in frame.faces
    ]
    names = list(dict.fromkeys(name for *_, face in rows for name in face.scores))
    columns: dict[str, list[object]] = {
        "path": [str(path) for path, *_ in rows],
        "time": [time for _, time, *_ in rows],
        "face": [number for _, _, number, _ in rows],
    }
    for k, edge in enumerate(("x0", "y0", "x1", "y1")):
        columns[edge] = [face.box[k] for *_, face in rows]
    for what in ("expression", "unsure", "student", "quality"):
        columns[what] = [getattr(face, what) for *_, face in rows]
    return columns | {name: [face.scores.get(name) for *_, face in rows] for name in names}


def _page(found: _Found, to: Path | None, draw: Path | None) -> Group:
    from rich.console import Group

    parts: list[Table] = []
    if found.pictures or not found.clips:
        parts.append(_pictures(found.pictures))
    parts += [_video(clip) for clip in found.clips]
    places = [people.line(f"Written to {place}.") for place in (to, draw) if place is not None]
    return Group(*parts, *places)


def _pictures(named: Iterable[tuple[Path, Sequence[NamedFace]]]) -> Table:
    def rows() -> Iterable[tuple[str, ...]]:
        for path, faces in named:
            if not faces:
                yield path.name, "no face", "", ""
            for place, face in enumerate(faces, 1):
                yield (
                    f"{path.name}#{place}",
                    face.expression if face.unsure is None else f"unsure ({face.expression}?)",
                    f"{face.scores[face.expression]:.0%}",
                    face.unsure or "",
                )

    return output.table("Faces, from left to right", ("picture", "shows", "", "why unsure"), rows())


def _video(clip: Clip) -> Table:
    """The faces that were longest to be seen, and what they surely showed for how long."""
    from fewshot_fer.classroom.clips import seconds_by_expression

    shown = seconds_by_expression(clip)
    longest = sorted(shown, key=lambda track: -sum(shown[track].values()))

    def rows() -> Iterable[tuple[str, ...]]:
        for track in longest[:_MOST_TRACKS]:
            unsure = shown[track].pop("", 0.0)
            sure = sorted(shown[track].items(), key=lambda item: -item[1])
            yield (
                str(track),
                f"{unsure + sum(shown[track].values()):.1f} s",
                ", ".join(f"{name} {seconds:.1f} s" for name, seconds in sure) or "-",
                f"{unsure:.1f} s",
            )
        if len(longest) > _MOST_TRACKS:
            yield f"and {len(longest) - _MOST_TRACKS} more", "", "", ""

    seconds = clip.frames[-1].time if clip.frames else 0.0
    title = f"{clip.path.name}: {len(clip.frames)} frames, {seconds:.1f} s"
    return output.table(title, ("face", "seen", "surely shows", "unsure"), rows())
