"""`fewshot-fer analyze`."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import NETWORK, Cluster
from fewshot_fer.cli.show import output
from fewshot_fer.cli.show.found import FORMATS, page, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.arrays import Bytes
    from fewshot_fer.lesson.clips import Clip, ClipFrame
    from fewshot_fer.lesson.opening import OpenClass
    from fewshot_fer.records.recording import Transcript
    from fewshot_fer.stills import Likeness, NamedFace


@command("support_sets", "records", *NETWORK, "min_face")
def analyze(
    call: Call,
    paths: Annotated[list[Path], typer.Argument(help="Pictures, videos, and folders of both.")],
    student: Annotated[
        str | None,
        typer.Option(help="Whom they show: an id, its beginning, or a name. Others: strangers."),
    ] = None,
    class_: Annotated[
        str | None,
        typer.Option("--class", metavar="CLASS", help="In videos, know this class alone."),
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
    record: Annotated[
        bool, typer.Option("--record", help="Record each video as a session of the class.")
    ] = False,
    record_students: Annotated[
        bool,
        typer.Option("--record-students", help="Record every enrolled student's numbers too."),
    ] = False,
    cluster: Cluster = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="With --cluster: keep every answer, and go on."),
    ] = None,
) -> Answer:
    """Name the expression of every face in pictures and videos.

    In a video the enrolled (with --class, those of one class) are known by their faces; a recorded
    lesson becomes a session, with the same report as a live one, by --record.

    A file that cannot be read is reported and left out, and the exit code is 1.
    """
    from fewshot_fer.errors import ImageError, SourceError
    from fewshot_fer.lesson.clips import find_material
    from fewshot_fer.lesson.found import Found, document
    from fewshot_fer.lesson.sources import is_video

    if to is not None and to.suffix.casefold() not in FORMATS:
        raise typer.BadParameter("the name must end in .json, .csv or .parquet", param_hint="--to")
    if student is not None and class_ is not None:
        raise typer.BadParameter("name a --student or a --class", param_hint="--class")
    of = call.library.known_classes([class_])[0] if class_ is not None else ""
    if cluster is not None:
        if to is not None or draw is not None or record or record_students:
            raise typer.BadParameter(
                "it gives JSON (--json); --to, --draw and --record go without it",
                param_hint="--cluster",
            )
        return _spread(call, list(find_material(paths)), student, of, every, (cluster, resume))
    work = _Work(call, student, of, every, draw, record=record or record_students)
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
    sessions = [work.keep(one, per_student=record_students) for one in work.transcripts]
    if to is not None:
        write(found, to)
    told = document(found) | ({"sessions": sessions} if sessions else {})
    return Answer(told, lambda: page(found, to, draw), fine=not failed)


def _spread(
    call: Call,
    paths: Sequence[Path],
    student: str | None,
    of: str,
    every: float,
    where: tuple[str, Path | None],
) -> Answer:
    """The same document, made by several processes; one bar for all files."""
    from fewshot_fer.errors import SourceError
    from fewshot_fer.lesson.archive import Reader, read_all

    whom = call.library.find(student).id if student is not None else None
    reader, parts = Reader(call.settings, whom, of, every), dict[int, dict[str, Any]]()
    with output.progress(f"{len(paths)} files", len(paths)) as advance:
        for k, part in read_all(where[0], reader, paths, where[1]):
            parts[k] = part
            advance(len(parts))
    told: dict[str, list[Any]] = {"images": []}
    for k in sorted(parts):
        if "error" in parts[k]:
            what, place, advice = parts[k]["error"]
            output.show_error(SourceError(what, where=place, next_step=advice))
        for kind in ("images", "videos"):
            if parts[k].get(kind):
                told.setdefault(kind, []).extend(parts[k][kind])
    failed = sum("error" in part for part in parts.values())
    said = f"{len(parts) - failed} of {len(parts)} files are read; --json gives what is in them."
    return Answer(told, said, fine=not failed)


class _Work:
    """Reads one file after the other."""

    def __init__(
        self, call: Call, student: str | None, of: str, every: float, draw: Path | None, *,
        record: bool,
    ) -> None:  # fmt: skip
        self._call, self._of = call, of
        whom = call.roster.library.find(student) if student is not None else None
        self._student = whom.id if whom is not None else None
        self._names = {one.id: one.name for one in call.roster.library.students()}
        self._record = record
        self.transcripts: list[Transcript] = []
        self._every, self._draw = every, draw
        self._taken: set[Path] = set()

    def picture(self, path: Path) -> list[NamedFace]:
        """The faces of a picture."""
        from fewshot_fer.images import read_image
        from fewshot_fer.stills import name_faces

        image = read_image(path)
        faces = name_faces(image, self._call.roster, self._student, self._likeness)
        if self._student is not None and len(faces) > 1:
            self._say_which(path, faces)
        if self._draw is not None:
            self._draw_picture(path, image, faces)
        return faces

    def video(self, path: Path) -> Clip:
        """All that is seen in a video, with a bar that says how long it takes still."""
        from fewshot_fer.lesson.clips import clip_session, watch_clip
        from fewshot_fer.lesson.drawing import VideoFile, drawn
        from fewshot_fer.lesson.sources import length_of
        from fewshot_fer.records.recording import Transcript

        transcript = Transcript()
        with ExitStack() as until_the_end:
            advance = until_the_end.enter_context(output.progress(path.name, length_of(path)))
            copy = None
            if self._draw is not None:
                copy = until_the_end.enter_context(VideoFile(self._place(path), self._rate(path)))

            def show(image: Bytes, frame: ClipFrame) -> None:
                advance(frame.time)
                if copy is not None:
                    copy.add(drawn(image, frame.faces, self._names))

            session = clip_session(self._class, self._student)
            clip = watch_clip(path, session, every=self._every, on_frame=show, note=transcript.note)
        if self._record:
            self.transcripts.append(transcript)
        if clip.broken is not None:
            output.say(f"{path.name}: {clip.broken}")
        return clip

    def keep(self, transcript: Transcript, *, per_student: bool) -> int:
        """Write a video down as a session of the class."""
        from fewshot_fer.records.folders import opened

        with opened(self._call.settings.records) as store:
            number = transcript.write(store, self._class.name, per_student=per_student)
        output.say(f"Recorded as session {number}: fewshot-fer session report {number}")
        return number

    @cached_property
    def _likeness(self) -> Likeness | None:
        """How the student is told from others."""
        from fewshot_fer.faces.identity import Identity
        from fewshot_fer.lesson.who import likeness

        if self._student is None:
            return None
        identity = Identity.of(self._call.settings)
        return likeness(self._call.roster.library, identity, self._student)

    @cached_property
    def _class(self) -> OpenClass:
        from fewshot_fer.lesson.opening import OpenClass

        here = OpenClass.open(self._call.settings, self._call.recognizer)
        here.know_faces()
        return here.opened(self._of)

    def _say_which(self, path: Path, faces: Sequence[NamedFace]) -> None:
        theirs = next((n for n, face in enumerate(faces, 1) if face.student is not None), None)
        name = self._names.get(self._student or "", "")
        how = "the most like them" if self._likeness is not None else "the largest"
        words = (
            f"face {theirs} of {len(faces)}, {how}, is taken for {name}'s; the others are strangers"
            if theirs is not None
            else f"none of {len(faces)} faces is {name}'s"
        )
        output.say(f"{path.name}: {words}.", "yellow")

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
