"""What to do next, as somebody at a terminal does it: the commands and options for a reason."""

from __future__ import annotations

from typing import Final

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.reasons import Code

ADVICE: Final[dict[Code, str]] = {
    Code.SEVERAL_FACES: "Use a picture of you alone, or say which face it is: add '#1' for the "
    "first from the left.",
    Code.SOMEBODY_ELSE: "Use pictures of one person. If it is you, try one with better light, or "
    "say so with --same-person.",
    Code.PICTURES_REFUSED: "Nothing was stored. Replace them, or leave them out with "
    "--skip-refused; that all show one person is said with --same-person.",
    Code.NOBODY_AGREED: "Show the text (`fewshot-fer enroll --show-consent`), then say who agreed "
    "with --consent 'NAME'.",
    Code.NO_STUDENT: "`fewshot-fer students list` shows everyone.",
    Code.NO_SUCH_ID: "Ids are small letters and digits; `fewshot-fer students list` shows them.",
    Code.NAMESAKE: "Add pictures to them with --student {student}, or enrol a second {name!r} "
    "with --another.",
    Code.ALREADY_HERE: "Remove the one that is here first, or import with --as-new.",
    Code.NO_EXPRESSION: "{guess}Known are {known}. `fewshot-fer expressions add` teaches more.",
    Code.BASIC_EXPRESSION: "Add references of it with `fewshot-fer enroll --student`.",
    Code.NO_REFERENCE: "`fewshot-fer students show {student}` lists them.",
    Code.NO_CALIBRATION: "`fewshot-fer recalibrate history` lists them; 'none' stands for none.",
    Code.PAGE_DAMAGED: "`fewshot-fer students verify` says more; import the student's export "
    "again.",
    Code.FILE_DAMAGED: "`fewshot-fer students verify` lists all; import the student's export "
    "again.",
    Code.FILE_MISSING: "Read the student again; `fewshot-fer students verify` says more.",
    Code.EXPORT_REFUSED: "Nothing was stored. Make the export again: `fewshot-fer students "
    "export`.",
    Code.NO_SESSION: "`fewshot-fer session list` shows which there are.",
    Code.NO_SESSION_YET: "Record one with `fewshot-fer live --record`.",
    Code.RECORD_FULL: "Free some space, or delete sessions with `fewshot-fer session delete`.",
}


def next_step(error: FewshotFerError) -> str:
    """What to do about an error; the error's own advice where the terminal knows no better."""
    reason = error.reason
    if reason is None or reason.code not in ADVICE:
        return error.next_step
    return ADVICE[reason.code].format_map(reason.facts)


def said(error: FewshotFerError) -> str:
    """What happened and what to do, in a line."""
    return f"{error.what} {next_step(error)}".strip()
