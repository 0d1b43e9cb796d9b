"""The messages of the WebSockets: what the server and its pages say to each other, as JSON.

The one description of them. The scripts get it as `static/messages.d.ts`, which
`python -m tests.web.static.declarations` writes; a test says when that is out of date.
"""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from fewshot_fer.lesson.events import OnDevice

# One short table a message, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Shares = dict[str, float]
"""Expressions with their shares."""

Problem = TypedDict("Problem", {
    "type": Literal["error"], "code": str, "what": str, "next_step": str | None,
})
"""What went wrong and what to do next; `picture` is the code where a picture was not read."""

# ---------------------------------------------------------------------- the class's page

Hello = TypedDict("Hello", {
    "type": Literal["hello"], "class": str, "source": str, "each": bool, "ready": bool,
})
"""The first word: what the class is called, and what this page's own pictures are."""

Face = TypedDict("Face", {
    "track": int, "box": list[float], "student": str | None, "name": str | None, "sure": bool,
    "agreed": bool, "on_device": bool,
    "expression": NotRequired[str | None], "best": NotRequired[str | None],
    "scores": NotRequired[Shares], "unsure": NotRequired[str | None],
    "unsure_code": NotRequired[str | None], "quality": NotRequired[float | None],
})
"""A face; what single students show is left out unless it is to be told, and not `agreed` to.
`on_device`: the student's own device read it, and says so itself."""

Numbers = TypedDict("Numbers", {"shares": Shares, "sure": int, "expected": int, "unread": int})
"""The class as a whole; `unread` are faces of who has not agreed."""

View = TypedDict("View", {
    "type": Literal["view"], "source": str, "time": float, "size": list[int], "seen": list[Face],
    "shares": Shares, "sure": int, "expected": int, "unread": int, "ms": float,
})
"""What was seen in one picture; for other viewers the picture comes just before."""

Skipped = TypedDict("Skipped", {
    "type": Literal["skipped"], "reason": Literal["newer", "paused", "ended"],
})
"""The picture was not read."""

Source = TypedDict("Source", {
    "key": str, "kind": str, "student": str | None, "faces": int, "a_second": float, "ms": float,
    "said": str | None,
})
"""A stream of pictures of the class; `said`: what is wrong with it."""

Person = TypedDict("Person", {
    "student": str, "name": str | None, "expression": str | None, "best": str | None,
    "unsure": str | None, "source": str, "track": int, "on_device": bool,
})
"""An enrolled student who is seen now."""

Mark = TypedDict("Mark", {"second": int, "text": str})
CheckIn = TypedDict("CheckIn", {"student": str, "name": str, "when": str, "reasons": list[str]})
"""Whose face changed from their own usual, and how."""

Stretch = tuple[int, Shares, float]
"""When it begins, the shares, and how much of the class was clearly read."""

Signal = TypedDict("Signal", {"expression": str, "share": float, "usual": float, "since": int})
"""An expression that more of the class show than the teacher wants to miss."""

Timeline = TypedDict("Timeline", {"step": int, "from": int, "stretches": list[Stretch]})
"""The lesson in stretches of `step` seconds, those from number `from` on."""

Standing = TypedDict("Standing", {
    "id": str, "name": str, "title": str, "paused": bool, "ended": bool, "recording": bool,
    "each": bool, "session": int | None, "trouble": str | None, "sources": list[Source],
    "viewers": int, "marks": list[Mark], "on_device": OnDevice,
})
"""How a class stands; `each`: every student is recorded."""

State = TypedDict("State", {
    "type": Literal["state"], "id": str, "name": str, "title": str, "seconds": float,
    "paused": bool, "ended": bool, "recording": bool, "each": bool, "session": int | None,
    "trouble": str | None, "viewers": int, "shares": Shares, "sure": int, "expected": int,
    "unread": int, "sources": list[Source], "people": list[Person], "marks": list[Mark],
    "check_ins": list[CheckIn], "signals": list[Signal], "timeline": Timeline,
    "on_device": OnDevice,
})
"""The class, once a second."""

Enrolled = TypedDict("Enrolled", {"id": str, "name": str})
Students = TypedDict("Students", {
    "type": Literal["students"], "students": list[Enrolled], "recognises": bool,
})
"""Who is enrolled, and whether their faces are told apart."""
Photographs = TypedDict("Photographs", {
    "type": Literal["photographs"], "pictures": dict[str, str],
})
"""Small pictures of the enrolled who keep some, by id, as addresses of data."""
Marked = TypedDict("Marked", {"type": Literal["marked"], "second": int, "text": str})
Noticed = TypedDict("Noticed", {
    "type": Literal["noticed"], "name": str,
    "purposes": list[Literal["read", "numbers", "pictures"]],
    "what": Literal["joined", "left", "agreed", "withdrew", "deleted"],
})
"""What a student did."""

Recording = TypedDict("Recording", {
    "type": Literal["recording"], "session": int | None, "each": bool,
})
Recorded = TypedDict("Recorded", {"type": Literal["recorded"], "session": int | None})

Invited = TypedDict("Invited", {
    "type": Literal["invited"], "id": str, "url": str, "qr": str, "until": float,
    "warning": str | None,
})
"""A link for students' own devices; `qr` is an SVG ("" where it cannot work), `until` a time of
the wall clock."""

Reach = TypedDict("Reach", {
    "type": Literal["reach"], "works": bool, "what": str, "offers": bool, "command": str,
    "then": str, "proxy": str,
})
"""Whether students' devices can take part; else whether a door can be opened in this network, or
what to run, and where the page is then."""
Uninvited = TypedDict("Uninvited", {"type": Literal["uninvited"]})
Knocks = TypedDict("Knocks", {"type": Literal["knocks"], "knocks": list[Enrolled]})
"""Who says that they are somebody of the class, and waits for the teacher's word."""

RecalibratedStudent = TypedDict("RecalibratedStudent", {
    "student": str, "name": str, "done": bool, "helped": bool | None, "words": str,
})
Recalibrated = TypedDict("Recalibrated", {
    "type": Literal["recalibrated"], "words": str, "students": list[RecalibratedStudent],
    "undo": dict[str, str],
})
"""What it brought the class, in a sentence, and everybody; `undo` is what to send to take it
back."""

TakenBack = TypedDict("TakenBack", {"type": Literal["taken_back"], "students": int})
Ended = TypedDict("Ended", {
    "type": Literal["ended"], "session": int | None, "seconds": float, "trouble": str | None,
})

Done = TypedDict("Done", {
    "type": Literal["done"], "did": Literal["name"], "track": int, "student": str | None,
})
"""A face was named."""

Rest = TypedDict("Rest", {"type": Literal["paused", "resumed"]})

Kept = TypedDict("Kept", {"type": Literal["kept"], "students": int})
"""The faces of a moment wait to be looked at, of so many students."""

FromClass = (
    Hello | View | Skipped | State | Students | Photographs | Done | Marked | Noticed | Rest
    | Recording | Recorded | Reach | Invited | Uninvited | Knocks | Recalibrated | TakenBack
    | Kept | Ended | Problem
)
"""What the server says to the class's page."""

Plain = TypedDict("Plain", {"do": Literal[
    "students", "photographs", "knocks", "pause", "resume", "stop_recording", "stop_drawn",
    "keep", "leave", "end",
]})
Name = TypedDict("Name", {
    "do": Literal["name"], "source": str, "track": int, "student": str | None,
})
MarkMoment = TypedDict("MarkMoment", {"do": Literal["mark"], "text": str})
Rename = TypedDict("Rename", {"do": Literal["rename"], "title": str})
StartRecording = TypedDict("StartRecording", {"do": Literal["record"], "each": bool})
ShowEach = TypedDict("ShowEach", {"do": Literal["each"], "on": bool})
Mind = TypedDict("Mind", {"do": Literal["mind"], "least": Shares})
"""Say when at least this share of the class shows an expression, on this page."""
Recalibrate = TypedDict("Recalibrate", {
    "do": Literal["recalibrate"], "how": Literal["rest", "minute"],
})
TakeBack = TypedDict("TakeBack", {"do": Literal["undo"], "undo": dict[str, str]})
Draw = TypedDict("Draw", {"do": Literal["drawn"], "students": int})
Invite = TypedDict("Invite", {"do": Literal["invite"], "address": str, "names": bool})
AskReach = TypedDict("AskReach", {"do": Literal["reach"], "address": str, "open": bool})
ReadOnDevice = TypedDict("ReadOnDevice", {"do": Literal["on_device"], "policy": OnDevice})
Uninvite = TypedDict("Uninvite", {"do": Literal["uninvite"], "id": str})
Answer = TypedDict("Answer", {
    "do": Literal["answer"], "knock": str, "is": Literal["in", "new", "away"],
})
ToClass = (
    Plain | Name | MarkMoment | Rename | StartRecording | ShowEach | Mind | Recalibrate | TakeBack
    | Draw | Invite | AskReach | ReadOnDevice | Uninvite | Answer
)
"""What the class's page may ask."""

# ---------------------------------------------------------------------- guided before a camera

Ask = TypedDict("Ask", {
    "type": Literal["ask"], "expression": str, "words": str, "example": str | None,
})
"""What to show; `example` is a drawn face that shows it, as an address of data."""
Live = TypedDict("Live", {
    "type": Literal["live"], "good": bool, "left": float | None, "takes": bool, "what": str,
    "next_step": str,
})
"""What to change; so many seconds until it is taken, if it is right; it may be taken now."""

Progress = TypedDict("Progress", {
    "type": Literal["progress"], "good": bool, "share": float, "what": str, "next_step": str,
})
"""The same while a resting face is watched; this share of it is done."""

Took = TypedDict("Took", {"type": Literal["took"], "id": str, "expression": str, "picture": str})
Missed = TypedDict("Missed", {"type": Literal["skipped"], "expression": str, "what": str})
Review = TypedDict("Review", {"type": Literal["review"]})
"""All were asked for."""

Over = TypedDict("Over", {"type": Literal["over"], "taken": int})
"""So many pictures are for the page to fetch."""

Coaching = Ask | Live | Progress | Took | Missed | Review
FromGuide = Coaching | Over | Problem
"""What the server says to a page that enrols by camera."""

BeGuided = TypedDict("BeGuided", {
    "do": Literal["teach", "rest"], "expressions": list[str], "ticket": str,
    "student": str | None,
})
Guided = TypedDict("Guided", {"do": Literal["skip", "take", "use"]})
"""Leave this one out, take it now, or have done: the pictures that were taken may be used."""
Again = TypedDict("Again", {"do": Literal["again"], "expression": str})
ToGuide = BeGuided | Guided | Again

# ---------------------------------------------------------------------- a student's own page

Expression = TypedDict("Expression", {"name": str, "colour": str, "count": int})
Known = TypedDict("Known", {
    "type": Literal["hello", "facts"], "facts": list[tuple[str, str]],
    "expressions": list[Expression], "calibration": str | None,
})
"""What is stored about oneself, and the adjustment that may be undone."""

OwnFace = TypedDict("OwnFace", {
    "box": list[float], "expression": str | None, "best": str | None, "scores": Shares,
    "unsure": str | None,
})
OwnView = TypedDict("OwnView", {
    "type": Literal["view"], "size": list[int], "face": OwnFace | None, "paused": bool,
    "recording": NotRequired[str | None],
})
"""One's own face, if it is there; `recording` says in words what is recorded."""

Saved = TypedDict("Saved", {
    "type": Literal["saved"], "words": str, "refused": list[str], "advice": str,
})
Question = TypedDict("Question", {"id": str, "words": str, "looks_like": str})
Questions = TypedDict("Questions", {"type": Literal["questions"], "questions": list[Question]})
"""Pictures that are asked about before any is stored."""

Adjusted = TypedDict("Adjusted", {
    "type": Literal["adjusted"], "words": str, "helped": bool | None, "before": str | None,
    "after": str | None, "calibration": str,
})
Undone = TypedDict("Undone", {"type": Literal["undone"], "words": str})
Failed = TypedDict("Failed", {"type": Literal["failed"], "what": str, "next_step": str | None})
CoachEvent = Coaching | Saved | Questions | Adjusted | Undone | Failed
Coach = TypedDict("Coach", {"type": Literal["coach"], "events": list[CoachEvent]})
Wait = TypedDict("Wait", {"type": Literal["wait"]})
Bye = TypedDict("Bye", {
    "type": Literal["bye"], "what": str, "next_step": str,
    "why": Literal["taken over", "removed", "withdrawn", "left", "ended", "idle", "full"],
})
"""The line ends, and why."""

Prototypes = TypedDict("Prototypes", {
    "checkpoint": str, "names": list[str], "width": int, "points": str, "scale": str,
    "log_modes": list[float], "allowance": list[float], "counts": list[int],
    "temperature": float, "confidence": float, "distance": float,
})
"""How a student shows each expression; arrays are little-endian float32 in base64."""
Device = TypedDict("Device", {
    "type": Literal["device"], "policy": OnDevice, "base": str | None, "key": str, "student": str,
    "person": Prototypes | None,
})
"""Whether pictures may, should or must be read on this device; `base` is the address of what it
needs for that, `key` opens the references that it keeps, `person` is how the student is read."""
Heard = TypedDict("Heard", {"type": Literal["heard"], "paused": bool, "recording": str | None})
"""What the device said was taken."""

Pacing = TypedDict("Pacing", {"frame": NotRequired[bool], "every": NotRequired[int]})
"""What may stand beside: it answers a picture; leave so many milliseconds between two."""

FromPortal = Known | OwnView | Coach | Wait | Device | Heard | Bye | Problem
"""What the server says to a student's device."""

Teach = TypedDict("Teach", {"do": Literal["teach"], "expressions": list[str]})
Adjust = TypedDict("Adjust", {"do": Literal["adjust"], "expression": str | None})
Save = TypedDict("Save", {
    "do": Literal["save"], "keep": list[str], "answers": NotRequired[dict[str, str]],
})
"""`answers` say what a picture shows that was asked about, or nothing where it is left out."""

Undo = TypedDict("Undo", {"do": Literal["undo"], "calibration": str | None})
Stop = TypedDict("Stop", {"do": Literal["stop"]})
ReportedFace = TypedDict("ReportedFace", {
    "pixels": int, "best": str, "unsure": str | None, "scores": Shares, "quality": float,
})
Report = TypedDict("Report", {
    "do": Literal["report"], "checkpoint": str, "face": ReportedFace | None,
})
"""What the device read itself, smoothed, once or twice a second; scores that are 0 are left out."""
ToPortal = Teach | Adjust | Save | Undo | Stop | Guided | Again | Report
"""What a student's device may ask."""
