"""The words of every reason: what is so, and what to do about it.

All fronts share these; a front that knows more (the command line its options) has a catalogue
of its own beside it. No other module words a reason, and none reads the words.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from fewshot_fer.languages import Phrase
from fewshot_fer.reasons import Code, Reason


class Words(NamedTuple):
    """What is so, and the next step; `{names}` stand for the reason's facts."""

    what: str
    next_step: str = ""


_YOUR_WAY: Final = "It may be your way of showing {expression}."
_SHOW_IT: Final = "Show {expression} as you really do it; if you do already, take it now."

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
    Code.NO_FACE: Words(
        "No face was found.", "Look at the camera in good light, with your whole face."
    ),
    Code.NO_SUCH_FACE: Words(
        "There is no face number {number} in this picture.",
        "It has {count}, counted from the left.",
    ),
    Code.SEVERAL_FACES: Words(
        "There are {count} faces in this picture.",
        "Use a picture of you alone, or say which face it is.",
    ),
    Code.SAME_PICTURE: Words(
        "This is nearly the same picture as another of {other}.",
        "Use another picture: a second one teaches most when it is a little different.",
    ),
    Code.SAME_PICTURE_TWO_NAMES: Words(
        "This is nearly the same picture as one of {other}.",
        "Decide whether it shows {other} or {expression}.",
    ),
    Code.SOMEBODY_ELSE: Words(
        "This seems to be somebody else.",
        "Use pictures of one person. If it is you, try one with better light.",
    ),
    Code.LIKE_YOUR: Words(
        "This picture for {expression} looks more like your {looks_like}.", _YOUR_WAY
    ),
    Code.LIKE_MOST_PEOPLES: Words(
        "This picture for {expression} looks more like {looks_like} as most people show it.",
        _YOUR_WAY,
    ),
    Code.STILL_AT_REST: Words("Your face still looks at rest.", _SHOW_IT),
    Code.LIKE_ANOTHER: Words("This looks more like {looks_like} than {expression}.", _SHOW_IT),
    Code.READ_WORSE: Words(
        "With this picture for {expression}, fewer of the pictures would be read rightly.",
        "Another one, that shows it more clearly, may help.",
    ),
    Code.NOBODY_CHECKED: Words(
        "Nobody checked that these pictures show one person. Look at them yourself."
    ),
    Code.PICTURES_REFUSED: Words(
        "{count} pictures cannot be used:\n{pictures}",
        "Nothing was stored. Replace them, or leave them out.",
    ),
    Code.NAME_TWICE: Words(
        "The list has {name} twice.", "Say whether both are one student, or give another name."
    ),
    Code.ENROLLED_ALREADY: Words(
        "{name} is enrolled already.", "Give another name if this is somebody else."
    ),
    Code.PICTURE_OF_TWO: Words(
        "{other} has the same picture.", "Take it out where it does not belong."
    ),
    Code.NO_USABLE_PICTURE: Words("No picture of {name} can be used.", "Bring another one."),
    Code.NOBODY_AGREED: Words("Nobody has agreed yet, so nothing is stored.", "Say who agreed."),
    Code.PICTURES_NOT_AGREED: Words(
        "{name} has not agreed that pictures are kept, so nothing is stored.",
        "Ask again, and note what they agree to.",
    ),
    Code.NO_STUDENT: Words("There is no student {text!r}."),
    Code.NO_SUCH_ID: Words("{text!r} is not a student's id.", "Ids are small letters and digits."),
    Code.NAMESAKE: Words(
        "There is a student called {name!r} already ({student}).",
        "Add pictures to them, or enrol a second {name!r}.",
    ),
    Code.ALREADY_HERE: Words(
        "{name} is in this library already ({student}).",
        "Remove the one that is here first, or import this one under a new id.",
    ),
    Code.NO_EXPRESSION: Words(
        "There is no expression called {name!r}.", "{guess}Known are {known}."
    ),
    Code.BASIC_EXPRESSION: Words(
        "{name!r} is one of the basic expressions.", "Add references of it to a student."
    ),
    Code.NO_REFERENCE: Words("{count} references of {name} begin with {beginning!r}."),
    Code.NO_CALIBRATION: Words("{count} calibrations begin with {beginning!r}."),
    Code.NO_USABLE_FACE: Words(
        "There was no usable face to recalibrate from.",
        "Look at the camera for a few seconds, in the light of the lesson.",
    ),
    Code.TOO_FEW_SURE: Words(
        "Too few frames are sure of an expression, so nothing was changed.",
        "Recalibrate from a resting face, or from a picture with its expression.",
    ),
    Code.NOT_AT_REST: Words(
        "The face did not rest, it clearly showed {expression}: nothing was changed.",
        "Ask for a resting face once more.",
    ),
    Code.PAGE_DAMAGED: Words(
        "The student's page cannot be read.", "Import the student's export again."
    ),
    Code.FILE_DAMAGED: Words(
        "A file of this student is damaged.", "Import the student's export again."
    ),
    Code.FILE_MISSING: Words(
        "A file of this student is not there, or has just been removed.", "Read the student again."
    ),
    Code.EXPORT_REFUSED: Words(
        "This export was refused. {why}", "Nothing was stored. Make the export again."
    ),
    Code.SILENT: Words("nothing has come for {seconds:.0f} s"),
    Code.NO_PICTURE_YET: Words("no picture yet, for {seconds:.0f} s"),
    Code.BLACK: Words("the picture is black: is the lens covered, or the light off?"),
    Code.RESIZED: Words("the picture has another size now, {width} x {height}"),
    Code.NO_SESSION: Words("There is no session {session}."),
    Code.NO_SESSION_YET: Words("No session was recorded yet."),
    Code.RECORD_FULL: Words(
        "The disk is full: the record of sessions cannot grow.",
        "Free some space, or delete sessions.",
    ),
    Code.TIME_OVER: Words(
        "The time of this link or token is over.", "Sign in again, or ask for a new link."
    ),
}


def worded(reason: Reason) -> Words:
    """What is so and what to do, with the reason's facts."""
    return Words(*(Phrase(text, **reason.facts) for text in SENTENCES[reason.code]))


def sentence(reason: Reason) -> str:
    """What is so, as a sentence."""
    return worded(reason).what
