"""What the commands about students share: pictures, cameras, and the enrolment that takes them."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fewshot_fer.cli.show import output
from fewshot_fer.cli.show.sentences import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fewshot_fer.arrays import Bytes, Floats
    from fewshot_fer.cli.call import Call
    from fewshot_fer.settings import Settings
    from fewshot_fer.students.enrolment.enrolment import Enrolment
    from fewshot_fer.students.enrolment.gate import Gate, Picture
    from fewshot_fer.students.enrolment.guide import Live
    from fewshot_fer.students.roster import Roster
    from fewshot_fer.students.store.library import Library
    from fewshot_fer.students.store.records import Consent, Purpose


def enrolment(call: Call, *, some: bool = False) -> Enrolment:
    """Enrolment as the terminal does it: progress on standard error, questions if allowed.

    With `some`, what cannot be used is left out. Where nobody can be asked, a picture that looks
    like another expression is left out and named.
    """
    from fewshot_fer.faces.identity import Identity
    from fewshot_fer.students.enrolment.enrolment import Enrolment
    from fewshot_fer.students.enrolment.gate import Gate

    same_person, asks = call.given["same_person"], asks_of_doubts(call)
    quiet = call.as_json or not sys.stderr.isatty()
    return Enrolment(
        roster=call.roster,
        gate=Gate(call.roster.recogniser.find),
        identify=None if same_person else Identity.of(call.settings),
        same_person=same_person,
        skip_refused=call.given["skip_refused"] or some,
        keep=(lambda doubt: typer.confirm(doubt.question, default=doubt.kept, err=True))
        if asks
        else (lambda doubt: doubt.kept and call.given["keep_doubtful"]),
        goes_on=not asks and not call.given["skip_doubtful"],
        progress=(lambda _done, _all: None) if quiet else _progress,
    )


def consent(call: Call, who: str | None, to: str = "read,numbers,pictures") -> Consent:
    """The agreement; asked for at a terminal, else an error says how to give it."""
    from fewshot_fer.students.store.consent import agreed, consent_text
    from fewshot_fer.students.store.reader import utc_now

    days = call.settings.keep_days
    if who is None and call.asks:
        output.say(consent_text(days=days))
        who = typer.prompt("Who agrees to this? (nobody: leave empty)", default="", err=True)
    return agreed(who or "", utc_now(), purposes=purposes(to), days=days)


def class_meant(call: Call, named: str | None) -> tuple[Settings, str]:
    """The settings, and which of their classes is meant ('': all students); or another folder's."""
    if named is None:
        return call.settings, ""
    classes = call.library.classes()
    if named in classes:
        return call.settings, named
    if classes and not Path(named).is_dir():
        call.library.known_classes([named])  # Says which there are.
    return call.settings_with(support_sets=Path(named)), ""


def purposes(text: str) -> list[Purpose]:
    """The purposes of an argument such as `read,numbers`."""
    from fewshot_fer.students.store.records import Purpose

    named = [one.strip() for one in text.split(",") if one.strip()]
    unknown = [one for one in named if one not in tuple(Purpose)]
    if unknown or not named:
        raise typer.BadParameter(f"{text!r} is not some of {', '.join(Purpose)}")
    return [Purpose(one) for one in named]


def asks_of_doubts(call: Call) -> bool:
    """Whether somebody is asked about pictures that look like another expression."""
    return call.asks and not call.given["skip_doubtful"] and not call.given["keep_doubtful"]


def all_kept(call: Call, names: Sequence[str]) -> bool:
    """Whether photographs that look like another expression are kept; asked once for all."""
    if not asks_of_doubts(call):
        return bool(call.given["keep_doubtful"])
    who = ", ".join(names)
    question = f"These look like another expression than they are said to show: {who}. Keep them?"
    return typer.confirm(question, default=True, err=True)


def live_gate(roster: Roster) -> Gate:
    """The gate for frames of a lesson: what can be read may calibrate."""
    from fewshot_fer.students.enrolment.gate import FOR_LESSONS, Gate

    return Gate(roster.recogniser.find, rules=FOR_LESSONS)


def frames(source: str, *, every: float = 0.0) -> Iterator[tuple[float, Bytes]]:
    """Frames [h,w,3] with their seconds, of any source."""
    from fewshot_fer.lesson.sources import open_source

    with closing(open_source(source, every=every)) as pictures:
        for captured in pictures:
            yield captured.time, captured.image


def watched(call: Call, source: str, seconds: float) -> dict[str, Floats]:
    """Vectors [n,D] by student of everyone who is recognised in a source, for so long."""
    from fewshot_fer.lesson.opening import OpenClass

    here = OpenClass.open(call.settings, call.recognizer)
    here.know_faces()
    session = here.watch()
    for time, image in frames(source, every=0.1):
        if time > seconds:
            break
        session.look(image, time)
    return {student: session.memory.of(student) for student in session.memory.students}


def frames_in(folder: Path, expression: str) -> list[Picture]:
    """Every picture of a folder, in order of their names."""
    from fewshot_fer.errors import SourceError
    from fewshot_fer.images import SUFFIXES
    from fewshot_fer.students.enrolment.gate import Picture

    found = sorted(p for p in folder.glob("*") if p.suffix.casefold() in SUFFIXES)
    if not found:
        raise SourceError(
            "There are no pictures in this folder.",
            where=str(folder),
            next_step="Name a folder of frames.",
        )
    return [Picture(expression, path, path.name) for path in found]


def five_seconds(camera: str, expression: str) -> list[Picture]:
    """Five frames a second of a camera, for five seconds."""
    from fewshot_fer.students.enrolment.gate import Picture

    output.say(f"Five seconds of your {expression} face, please.")
    taken = []
    for time, image in frames(camera, every=0.2):
        if time > 5.0:
            break
        taken.append(Picture(expression, image, f"{time:.1f} s"))
    return taken


def live_words(event: Live) -> str:
    """What to say of the face that a camera sees now."""
    from fewshot_fer.sentences import sentence
    from fewshot_fer.students.enrolment.gate import Refusal

    if isinstance(event.seen, Refusal):
        return said(event.seen.error)
    if event.unlike is not None:
        return sentence(event.unlike)
    return "Good. Hold it." if event.seconds_left is not None else "Good."


def pictures(arguments: Iterable[str]) -> list[Picture]:
    """The pictures of arguments such as happy=a.jpg, or happy=group.jpg#2 for a face in it."""
    from fewshot_fer.students.enrolment.gate import picture_at

    form = "EXPRESSION=FILE, such as happy=anna.jpg"
    return [picture_at(*_parted(argument, form)) for argument in arguments]


def by_student(
    here: Library, arguments: Iterable[str], expression: str
) -> dict[str, list[Picture]]:
    """Pictures of arguments such as ANNA=a.jpg, by student id."""
    from fewshot_fer.students.enrolment.gate import picture_at

    found: dict[str, list[Picture]] = {}
    for argument in arguments:
        who, path = _parted(argument, "STUDENT=FILE, such as anna=a.jpg")
        found.setdefault(here.find(who).id, []).append(picture_at(expression, path))
    return found


def _parted(argument: str, form: str) -> tuple[str, str]:
    """What stands before and after the first `=`."""
    before, _, after = argument.partition("=")
    if not after:
        raise typer.BadParameter(f"{argument!r} is not {form}", param_hint="PICTURES")
    return before, after


def _progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    output.console(stderr=True).print(f"\rlooking at picture {done} of {total}", end=end)


def removed(call: Call, student: str) -> list[int]:
    """Delete a student; in which sessions they were."""
    from fewshot_fer.records.folders import web_holds
    from fewshot_fer.records.recording import remove_student

    settings = call.settings
    return remove_student(call.library, settings.records, student, holds=web_holds(settings))
