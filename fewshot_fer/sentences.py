"""The words of every reason: what is so, and what to do about it.

All fronts share these; a front that knows more (the command line its options) has a catalogue
of its own beside it. No other module words a reason, and none reads the words.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from fewshot_fer.reasons import Code, Reason


class Words(NamedTuple):
    """What is so, and the next step; `{names}` stand for the reason's facts."""

    what: str
    next_step: str = ""


SENTENCES: Final[dict[Code, Words]] = {
    Code.FAR: Words("It looks like none of the expressions that are known."),
    Code.CLOSE: Words("Two expressions fit almost equally well: {first} and {second}."),
    Code.NOT_READ: Words("It was not read for {seconds:.0f} seconds."),
    Code.SMALL: Words(
        "The face is too small ({pixels:.0f} pixels; {needed:.0f} are needed).",
        "Come closer to the camera, or use a larger picture.",
    ),
    Code.BLURRED: Words("The face is blurred.", "Hold still, wipe the camera, and try again."),
    Code.DARK: Words(
        "The face is too dark.", "Turn on a light in front of you, or turn towards a window."
    ),
    Code.BRIGHT: Words("The face is too bright.", "Turn away from the lamp or the sun."),
    Code.FLAT: Words(
        "The face has hardly any light and shade.",
        "Wipe the camera, and have the light in front of you.",
    ),
    Code.TURNED: Words("The face is turned away.", "Look straight at the camera."),
    Code.TILTED: Words("The head is tilted.", "Hold your head upright."),
    Code.CUT_OFF: Words(
        "A part of the face is outside the picture.", "Move until your whole face can be seen."
    ),
    Code.HARDLY_A_FACE: Words("This is hardly a face."),
    Code.MOUTH_HIDDEN: Words("Something is before the mouth."),
    Code.NO_POINTS: Words("The eyes, nose and mouth cannot be found."),
}


def worded(reason: Reason) -> Words:
    """What is so and what to do, with the reason's facts."""
    words = SENTENCES[reason.code]
    return Words(*(text.format_map(reason.facts) for text in words))


def sentence(reason: Reason) -> str:
    """What is so, as a sentence."""
    return worded(reason).what
