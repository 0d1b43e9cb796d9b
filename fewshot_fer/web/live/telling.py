"""What a lesson says, as messages for a browser or a program."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from fewshot_fer.errors import FaceError, FewshotFerError
from fewshot_fer.languages import Phrase, many
from fewshot_fer.lesson.commands import Results
from fewshot_fer.lesson.events import (
    Ended,
    Event,
    LessonState,
    Looked,
    Marked,
    Moved,
    Noticed,
    Paused,
    RecordingState,
    Skipped,
    Stretch,
)  # fmt: skip
from fewshot_fer.lesson.overview import STEP_S
from fewshot_fer.lesson.signals import signals
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.records.views import Seen
from fewshot_fer.sentences import sentence
from fewshot_fer.students.recalibration import Recalibrated
from fewshot_fer.web import messages, wire
from fewshot_fer.web.messages import FromClass, State


def answer_message(answer: Looked | Skipped) -> messages.View | messages.Skipped:
    """The answer to a picture."""
    if isinstance(answer, Skipped):
        return {"type": "skipped", "reason": answer.reason}
    return wire.view_message(answer.view, answer.size, answer.source, 1000 * answer.seconds)


def event_message(
    event: Event, first: int = 0, minded: Mapping[str, float] = MappingProxyType({})
) -> FromClass:
    """Anything that viewers are told; of the timeline the stretches from one of them on.

    `minded` are the least shares of expressions of which a viewer wants to be told.
    """
    match event:
        case Looked():
            return answer_message(event)
        case LessonState():
            return _state_message(event, first, minded)
        case Marked(mark):
            return {"type": "marked", "second": mark.second, "text": mark.text}
        case Noticed(what, name, purposes):
            return {
                "type": "noticed",
                "what": what,
                "name": name,
                "purposes": [one.value for one in purposes],
            }
        case Paused(on):
            return {"type": "paused" if on else "resumed"}
        case RecordingState(mode="off", session=session):
            return {"type": "recorded", "session": session}
        case RecordingState(mode, session):
            return {"type": "recording", "session": session, "each": mode == "per_student"}
        case Moved():
            raise ValueError("a page that has moved is told nothing: its line is cut")
        case Ended(seconds, recording):
            trouble = _whole(recording.trouble) if recording.trouble is not None else None
            return {
                "type": "ended", "session": recording.session, "seconds": round(seconds, 1),
                "trouble": trouble,
            }  # fmt: skip


def _whole(error: FewshotFerError) -> str:
    return Phrase("{what} {next_step}", what=error.what, next_step=error.next_step)


def standing(state: LessonState) -> messages.Standing:
    """How a lesson stands."""
    recording = state.recording
    return {
        "id": state.id,
        "name": state.name,
        "title": state.title,
        "paused": state.paused,
        "ended": state.ended,
        "recording": recording.mode != "off",
        "each": recording.mode == "per_student",
        "session": recording.session,
        "trouble": recording.trouble.what if recording.trouble is not None else None,
        "sources": [
            {"key": s.key, "kind": s.kind, "student": s.student, "faces": s.faces,
             "a_second": round(s.a_second, 1), "ms": round(s.ms, 1), "said": s.said}
            for s in state.sources
        ],
        "viewers": state.viewers,
        "marks": [{"second": mark.second, "text": mark.text} for mark in state.marks],
        "on_device": state.on_device,
    }  # fmt: skip


def recalibrated_message(results: Results, names: Mapping[str, str]) -> messages.Recalibrated:
    """What recalibrating brought everybody, and how it is taken back."""
    if not results:
        raise FaceError(
            "Nobody of the class is recognised just now.",
            next_step="Enrol students first, or click a face and say who it is.",
        )
    return {
        "type": "recalibrated",
        "words": _class_in_words(results, names),
        "students": [
            {
                "student": student,
                "name": names.get(student, student),
                "done": isinstance(result, Recalibrated),
                "helped": result.helped if isinstance(result, Recalibrated) else None,
                "words": result.in_words if isinstance(result, Recalibrated) else sentence(result),
            }
            for student, result in results.items()
        ],
        "undo": {s: r.calibration for s, r in results.items() if isinstance(r, Recalibrated)},
    }


def _class_in_words(results: Results, names: Mapping[str, str]) -> str:
    """What recalibrating brought the class, in a sentence; and who did not rest."""
    moved = sorted(
        names.get(student, student)
        for student, why in results.items()
        if isinstance(why, Reason) and why.code is Code.NOT_AT_REST
    )
    said = _fitted(results)
    who = ", ".join(moved)
    return Phrase("{said} No resting face: {names}.", said=said, names=who) if moved else said


def _fitted(results: Results) -> Phrase:
    done = [one for one in results.values() if isinstance(one, Recalibrated)]
    better, worse = (sum(one.helped is how for one in done) for how in (True, False))
    left = len(results) - len(done)
    if not done:
        return many(
            left,
            "Nothing was changed: the one who was seen could not be fitted.",
            "Nothing was changed: of the {count} who were seen nobody could be fitted.",
        )
    parts = [Phrase("{number} read better", number=better)]
    parts.append(Phrase("{number} as before", number=len(done) - better - worse))
    parts += [Phrase("{number} worse: take these back below", number=worse)] if worse else []
    said = Phrase(
        "{number} of {all} are fitted to today's light: {parts}.",
        number=len(done), all=len(results), parts=tuple(parts),
    )  # fmt: skip
    rest = many(
        left, "{count} could not be fitted and stays as before.",
        "{count} could not be fitted and stay as they were.",
    )  # fmt: skip
    return Phrase("{said} {rest}", said=said, rest=rest) if left else said


def _state_message(state: LessonState, first: int, minded: Mapping[str, float]) -> State:
    first = max(0, min(first, len(state.timeline)))
    seen = state.view.seen if state.view is not None else ()
    people = sorted(seen, key=lambda face: (face.name or "~", face.track))
    return {
        **standing(state),
        **wire.numbers(state.shares),
        "type": "state",
        "seconds": round(state.seconds, 1),
        "people": [_person(face, face.student) for face in people if face.student is not None],
        "check_ins": [cast(messages.CheckIn, one) for one in state.check_ins],
        "signals": [
            {
                "expression": one.expression,
                "share": round(one.share, 3),
                "usual": round(one.usual, 3),
                "since": one.since,
            }
            for one in signals(state.timeline, {} if state.paused else minded)
        ],
        "timeline": {
            "step": STEP_S,
            "from": first,
            "stretches": [_stretch(one) for one in state.timeline[first:]],
        },
    }


def _person(face: Seen, student: str) -> messages.Person:
    reading = face.reading
    why = reading.unsure if reading is not None else None
    return {
        "student": student, "name": face.name, "expression": face.expression,
        "best": reading.expression if reading is not None else None,
        "unsure": sentence(why) if why is not None else None,
        "source": face.source, "track": face.track, "on_device": face.on_device,
    }  # fmt: skip


def _stretch(one: Stretch) -> messages.Stretch:
    """When it begins, the shares of those clearly read, and how much of the class these are."""
    shares = {name: round(count / one.sure, 4) for name, count in one.counts.items() if one.sure}
    covered = one.sure / one.expected if one.expected else 0.0
    return one.start, shares, round(min(1.0, covered), 4)
