"""What comes in and what goes out; where the command line has `--json`, the shapes are the same."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Shape(BaseModel):
    """Nothing that is not named, neither in nor out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# ---------------------------------------------------------------------- looking


class Face(Shape):
    """One face of a picture, from left to right."""

    box: tuple[float, float, float, float] = Field(description="x0, y0, x1, y1 in pixels")
    expression: str = Field(description="the likeliest expression")
    scores: dict[str, Share]
    unsure: str | None = Field(description="why the name should not be trusted, or null")
    student: str | None
    quality: Share


class Image(Shape):
    """One picture with its faces."""

    path: str = Field(description="the name it was sent with")
    faces: list[Face]


class Analysis(Shape):
    """Every picture that was sent."""

    images: list[Image]


class AnalyzeQuery(Shape):
    """Whom the pictures show."""

    student: str | None = Field(default=None, description="an id; else as of a stranger")


class Check(Shape):
    """One thing of this machine."""

    name: str
    state: Literal["fine", "note", "broken"]
    found: str
    mend: str


class Doctor(Shape):
    """What is found on this machine, what is missing, and how to mend it."""

    healthy: bool
    checks: list[Check]


class Me(Shape):
    """Who the token or cookie stands for."""

    role: Literal["teacher", "student"]
    student: str | None


class ConsentText(Shape):
    """The agreement, as it must be read before enrolling."""

    text: str


# ---------------------------------------------------------------------- students


class Consent(Shape):
    """Who agreed, when, and to which text."""

    by: str
    at: str
    text: str
    sha256: str


class Student(Shape):
    """One student."""

    student: str = Field(description="the id")
    name: str
    created: str
    consent: Consent
    keeps: Literal["images", "vectors"]
    keep_until: str | None
    own_expressions: list[str]
    references: dict[str, int] = Field(description="how many pictures, by expression")
    calibrations: list[str]


class StudentLine(Shape):
    """A line of the list."""

    student: str
    name: str
    created: str
    references: dict[str, int]
    calibrations: int
    keep_until: str | None


class Students(Shape):
    """Everybody, by name."""

    students: list[StudentLine]


class Reference(Shape):
    """One picture that teaches."""

    expression: str
    reference: str = Field(description="its SHA-256")
    quality: dict[str, float] | None
    source: str


class References(Shape):
    """All pictures that teach, without the pictures."""

    student: str
    references: list[Reference]


class Learnt(Shape):
    """One expression of a student."""

    expression: str
    references: int
    checked: Share | None = Field(description="share that the other references name right")
    estimated: Share = Field(description="share of future looks that is expected to be named right")


class Refusal(Shape):
    """A picture that may not teach, why, and what to do."""

    source: str
    expression: str
    what: str
    next_step: str


class Doubt(Shape):
    """A picture that looks like another expression than it was sent as."""

    source: str
    expression: str
    looks_like: str
    what: str
    place: int
    kept: bool


class Enrolled(Shape):
    """What came of an enrolment."""

    student: str
    name: str
    references: dict[str, int]
    learnt: list[Learnt]
    helps_most: str | None
    gain: float
    refused: list[Refusal]
    doubts: list[Doubt]
    added: int
    unchecked: str | None


class Card(Shape):
    """What was learnt of a student, and what would help most."""

    student: str
    name: str
    learnt: list[Learnt]
    helps_most: str | None
    gain: float
    set_aside: int
    advice: str


class Usable(Shape):
    """A picture that may teach."""

    source: str
    expression: str
    quality: dict[str, float]


class Gate(Shape):
    """What enrolment would say of pictures; nothing was stored."""

    usable: list[Usable]
    refused: list[Refusal]
    doubts: list[Doubt]


class Pictures(Shape):
    """How strict to be with pictures."""

    skip_refused: bool = Field(default=False, description="leave out what cannot be used")
    skip_doubtful: bool = Field(
        default=False, description="leave out what looks like another expression"
    )
    same_person: bool = Field(
        default=False, description="somebody's word that all pictures show this student"
    )


class Enrol(Pictures):
    """A new student; the pictures stand in fields that are named after expressions."""

    name: Name
    consent: Name = Field(description="who has read /api/v1/consent and agreed to it")
    keeps: Literal["images", "vectors"] = "images"
    keep_until: date | None = Field(default=None, description="the last day")
    another: bool = Field(default=False, description="even when somebody has this name already")


class Rename(Shape):
    """Another name to show; the id stays."""

    name: Name


class ImportQuery(Shape):
    """How to bring a student in."""

    as_new: bool = Field(default=False, description="give a new id, where this one is taken")


class Imported(Shape):
    """Who came in."""

    students: list[Student]


class Removed(Shape):
    """Who is gone, and from which recorded sessions too."""

    removed: list[str]
    sessions: list[int]


# ---------------------------------------------------------------------- expressions


class Expression(Shape):
    """An expression, and whose it is."""

    name: str
    of: Literal["everybody", "the class", "the student"]


class Expressions(Shape):
    """What can be read."""

    expressions: list[Expression]
    students_with_own: list[str]


class Taught(Shape):
    """An expression that was learnt, and from whom."""

    expression: str
    students: list[Enrolled]


class Forgotten(Shape):
    """An expression that is gone."""

    removed: str


# ---------------------------------------------------------------------- recalibration


class Score(Shape):
    """How pictures are read."""

    pictures: int
    right: Share | None
    confidence: Share
    unsure: Share


class BeforeAfter(Shape):
    """The same pictures, without and with a calibration."""

    before: Score
    after: Score


class Recalibrated(Shape):
    """What a calibration brought."""

    student: str
    calibration: str
    references: BeforeAfter | None
    kept_aside: BeforeAfter | None
    helped: bool | None
    in_words: str


class Calibration(Shape):
    """A line of a student's history."""

    calibration: str
    in_words: str
    pictures: int
    in_use: bool
    set_aside: bool


class History(Shape):
    """A student's calibrations, oldest first."""

    student: str
    calibrations: list[Calibration]


class Undone(Shape):
    """The calibration that was taken back."""

    student: str
    undone: Calibration


class CompareQuery(Shape):
    """Two calibrations; `none` stands for none."""

    first: str = "none"
    second: str


class Compared(Shape):
    """A student's references, read with one calibration and with another."""

    student: str
    first: Score
    second: Score


# ---------------------------------------------------------------------- sessions


class Session(Shape):
    """A line of the list of sessions."""

    id: int
    class_name: str
    started: str
    ended: str | None
    each: bool
    seconds: int
    students: int
    marks: int
    expressions: list[str]


class Sessions(Shape):
    """What was recorded, the latest first."""

    sessions: list[Session]


class Each(Shape):
    """How much of a session."""

    each: bool = Field(default=False, description="every student too, where they were recorded")


class ExportQuery(Each):
    """As what."""

    format: Literal["csv", "json", "parquet"] = "csv"


class Mark(Shape):
    """A moment, and what changed after it."""

    second: int
    text: str
    changes: list[dict[str, Any]]


class Timeline(Shape):
    """The class over time."""

    every_s: float
    seconds: list[float]
    coverage: list[float | None]
    shares: dict[str, list[float | None]]


class StudentShare(Shape):
    """One student over the whole session."""

    student: str
    shares: dict[str, float]
    seen: float
    sure: float
    quality: float | None


class Report(Shape):
    """A session."""

    session: Session
    coverage: float | None
    shares: dict[str, float]
    timeline: Timeline
    marks: list[Mark]
    students: list[StudentShare]
    check_ins: list[dict[str, Any]] | None
    too_little: list[str] | None


class CompareSessions(Shape):
    """Two sessions of one class."""

    before: int
    after: int


class Coverage(Shape):
    """The share of the class that was surely read."""

    before: float | None
    after: float | None


class SessionsCompared(Shape):
    """What changed from one session to another, and how sure that is."""

    before: int
    after: int
    coverage: Coverage
    changes: list[dict[str, Any]]


class Deleted(Shape):
    """Sessions that are gone."""

    deleted: list[int]


# ---------------------------------------------------------------------- live


class OpenClass(Shape):
    """A class to watch."""

    name: str = Field(default="", max_length=200)
    drawn: int | None = Field(default=None, ge=1, le=50, description="so many drawn students")


class Class(Shape):
    """A class that is watched now."""

    id: str
    name: str
    started: float
    seconds: float
    paused: bool
    ended: bool
    recording: bool
    each: bool
    session: int | None
    trouble: str | None
    sources: list[dict[str, Any]]
    viewers: int
    present: list[str]
    shares: dict[str, Any]
    marks: list[dict[str, Any]]


class Classes(Shape):
    """All that are watched, the latest last."""

    classes: list[Class]


class MarkForm(Shape):
    """What to call this moment."""

    text: Annotated[str, Field(min_length=1, max_length=200)]


class RecordForm(Shape):
    """What to write down: numbers of the class, or of every student too."""

    each: bool = False


class RecalibrateClass(Shape):
    """What the class is doing."""

    resting: bool = Field(default=False, description="all are at rest just now")


class RecalibratedStudent(Shape):
    """One student of a recalibrated class."""

    student: str
    name: str
    done: bool
    words: str


class ClassRecalibrated(Shape):
    """What it brought, and the calibration of each student."""

    students: list[RecalibratedStudent]
    undo: dict[str, str]


class Ended(Shape):
    """The session that was recorded, if one was."""

    session: int | None


class FrameQuery(Shape):
    """Which stream a picture belongs to; its faces are followed from one picture to the next."""

    source: str = Field(default="api", pattern="[a-z0-9-]{1,40}")


# ---------------------------------------------------------------------- errors


class Problem(BaseModel):
    """What went wrong (RFC 9457), and what to do next."""

    type: str
    title: str = Field(description="what happened, in a sentence")
    status: int
    code: str = Field(description="the kind of the error, for programs")
    where: str | None = None
    next_step: str | None = None
