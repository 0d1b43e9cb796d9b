"""What a student's device is told: their own face, what is recorded, and why the line ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fewshot_fer.languages import Say
from fewshot_fer.lesson.events import LessonState, Looked, Mode
from fewshot_fer.students.store.records import Purpose, Purposes
from fewshot_fer.web import messages, wire

ENGLISH: Final = Say()
PURPOSES: Final[Mapping[Purpose, tuple[str, str, str]]] = {
    Purpose.READ: (
        "Read me live",
        "The program names the expression that my face shows, while the lesson goes on.",
        "Your camera goes off, and you are counted as a face and no more.",
    ),
    Purpose.NUMBERS: (
        "Keep my numbers",
        "When a lesson is recorded, what my face shows is kept second by second for {days} days.",
        "Everything that was recorded of you is deleted, in every lesson.",
    ),
    Purpose.PICTURES: (
        "Keep my pictures",
        "A few small pictures of my face teach the program how I look.",
        "Your pictures, and what was computed from them, are deleted.",
    ),
}
"""What each is called, what it means, and what taking it back does."""

RECORDED: Final[dict[Mode, str | None]] = {
    "off": None, "class": "The class is recorded", "per_student": "You are recorded",
}  # fmt: skip
BYES: Final[dict[str, tuple[str, str]]] = {
    "taken over": (
        "You have joined from another device.",
        "That one is read now, and this one is not. Press the button to come back here.",
    ),
    "removed": (
        "You are not in this class any more.",
        "Everything about you was deleted, and no label is made of you.",
    ),
    "withdrawn": (
        "You are not read.",
        "You have not agreed to it, or taken it back. Below you can agree again.",
    ),
    "full": ("The class is full.", "Who was enrolled earlier comes first. Tell your teacher."),
    "left": ("You have left the class.", "Open your teacher's link to come back."),
    "ended": ("The class is over.", "Thank you for taking part. You can close this page."),
    "idle": ("No picture came for a while.", "The page goes on when it is looked at again."),
}


def own_view(
    looked: Looked, student: str, recording: str | None, say: Say = ENGLISH
) -> messages.OwnView:
    """Of what was seen, the student's own face and nothing of anybody else."""
    seen = next((face for face in looked.view.seen if face.student == student), None)
    told = wire.face_message(seen) if seen is not None else None
    own: messages.OwnFace | None = None if told is None else {
        "box": told["box"], "expression": told.get("expression"), "best": told.get("best"),
        "scores": told.get("scores", {}), "unsure": say(told["unsure"]) if told["unsure"] else None,
    }  # fmt: skip
    size = list(looked.size)
    return {"type": "view", "size": size, "face": own, "paused": False, "recording": recording}


def purposes(days: int, say: Say = ENGLISH) -> list[tuple[Purpose, str, str]]:
    """What may be agreed to: what each is called, and what it means."""
    return [(one, say(title), say(words, days=days)) for one, (title, words, _) in PURPOSES.items()]


def recorded(state: LessonState, agreed: Purposes, say: Say = ENGLISH) -> str | None:
    """What of a lesson is recorded now, for a student who agreed to so much."""
    mode = "off" if state.paused else state.recording.mode
    words = RECORDED["class" if mode != "off" and Purpose.NUMBERS not in agreed else mode]
    return say(words) if words is not None else None
