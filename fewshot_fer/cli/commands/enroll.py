"""`fewshot-fer enroll`: a student's first pictures, or more of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import people
from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import ENROLMENT
from fewshot_fer.cli.show import output
from fewshot_fer.cli.show import students as view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.students.enrolment.enrolment import Enrolment, Incoming


@command(*ENROLMENT)
def enroll(
    call: Call,
    pictures: Annotated[
        list[str] | None,
        typer.Argument(
            help="EXPRESSION=FILE …, such as happy=a.jpg; happy=group.jpg#2 is the second face "
            "from the left."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Whom to enrol.")] = None,
    student: Annotated[str | None, typer.Option(help="Add to this student instead.")] = None,
    consent: Annotated[
        str | None, typer.Option(metavar="WHO", help="Who has read the agreement and agreed.")
    ] = None,
    agrees_to: Annotated[
        str, typer.Option(help="What they agreed to of it: pictures are due here.")
    ] = "read,numbers,pictures",
    show_consent: Annotated[
        bool, typer.Option("--show-consent", help="Print the agreement and stop.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(help="Pictures in folders named after expressions, or named so themselves."),
    ] = None,
    video: Annotated[Path | None, typer.Option(help="A video to choose frames from.")] = None,
    camera: Annotated[
        str | None, typer.Option(help="A camera to be guided at: its number, such as 0.")
    ] = None,
    expressions: Annotated[
        str, typer.Option(help="With a camera: which ones, in order.")
    ] = "neutral,happy,sad,angry,surprise,fear,disgust",
    keep_until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Delete the student after this day."),
    ] = None,
    vectors: Annotated[
        bool,
        typer.Option(
            "--vectors", help="Keep no pictures; a new checkpoint then needs a new enrolment."
        ),
    ] = False,
    another: Annotated[
        bool, typer.Option("--another", help="Enrol a second student of this name.")
    ] = False,
) -> Answer:
    """Enrol a student with one to five pictures an expression, or add pictures to one."""
    from fewshot_fer.students import documents
    from fewshot_fer.students.store.consent import consent_text

    if show_consent:
        text = consent_text(days=call.settings.keep_days)
        return Answer({"text": text}, text)
    if (name is None) == (student is None):
        raise typer.BadParameter("give --name for a new student, or --student to add to one")
    # Consent comes before anything is looked at.
    agreement = people.consent(call, consent, agrees_to) if student is None else None
    several = folder is not None or video is not None or camera is not None
    enrolment = people.enrolment(call, some=several)
    whom = call.library.find(student).id if student is not None else None
    given: list[Incoming] = [
        *people.pictures(pictures or ()),
        *_from_folder(call, whom, folder),
        *_from_video(enrolment, whom, video),
        *_from_camera(enrolment, whom, camera, expressions.split(",")),
    ]
    if whom is not None:
        enrolled = enrolment.add(whom, given)
    else:
        enrolled = enrolment.enroll(
            name or "",
            given,
            agreement,
            keeps="vectors" if vectors else "images",
            keep_until=keep_until.date() if keep_until is not None else None,
            another=another,
        )
    return Answer(documents.enrolled(enrolled), lambda: view.enrolled(enrolled))


def _from_folder(call: Call, whom: str | None, folder: Path | None) -> Sequence[Incoming]:
    from fewshot_fer.students.enrolment.folders import pictures_in

    if folder is None:
        return ()
    known = call.library.open(whom) if whom is not None else None
    return pictures_in(folder, call.library.expressions(known))


def _from_video(enrolment: Enrolment, whom: str | None, video: Path | None) -> Sequence[Incoming]:
    from fewshot_fer.errors import ReferenceImageError
    from fewshot_fer.students.enrolment.guide import propose

    if video is None:
        return ()
    roster = enrolment.roster
    proposals = propose(
        people.frames(str(video), every=0.2),
        enrolment.gate,
        roster.recogniser.vectors_of,
        lambda z: roster.read(z, whom),
    )
    if not proposals:
        raise ReferenceImageError(
            "No frame of the video surely shows an expression of one face.",
            where=str(video),
            next_step="Film one person, near the camera, who shows one expression after the other.",
        )
    for proposal in proposals:
        shows, sure = proposal.candidate.expression, view.percent(proposal.probability)
        output.say(f"{proposal.time:6.1f} s  {shows} ({sure})")
    return [proposal.candidate for proposal in proposals]


def _from_camera(
    enrolment: Enrolment, whom: str | None, camera: str | None, expressions: Sequence[str]
) -> Sequence[Incoming]:
    from fewshot_fer.students.enrolment.guide import Ask, Skipped, Took, guide
    from fewshot_fer.students.enrolment.showing import Judge

    if camera is None:
        return ()
    taken: list[Incoming] = []
    said = ""
    judge = Judge(enrolment.roster, whom)
    for event in guide(people.frames(camera), enrolment.gate, expressions, judge):
        if isinstance(event, Ask):
            output.say(f"\n{event.words}")
        elif isinstance(event, Took):
            output.say(f"  {event.candidate.expression}: taken")
            taken.append(event.candidate)
        elif isinstance(event, Skipped):
            output.say(f"  {event.expression}: skipped. {event.what}")
        elif (words := people.live_words(event)) != said:
            said = words
            output.say(f"  {said}")
    return taken
