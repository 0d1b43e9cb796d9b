"""A whole class enrolled at once: a tray for each name, and what has to be answered first.

One photograph a student is enough: what no name says otherwise is taken for the resting face.
Whoever waits for an answer holds nobody else up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.enrolment.class_list import Brought, Sorted
from fewshot_fer.students.enrolment.cross_checks import same_pictures
from fewshot_fer.students.enrolment.enrolment import Enrolment, EnrolmentResult
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Refusal
from fewshot_fer.students.enrolment.tray import Looks, Together, Tray
from fewshot_fer.students.store.names import display_name
from fewshot_fer.students.store.records import Consent, Keeps

Steps = Callable[[int, int], None]


@dataclass(slots=True)
class Newcomer:
    """Somebody who is to be enrolled."""

    name: str
    tray: Tray = field(default_factory=Tray)
    rows: set[int | None] = field(default_factory=set)
    doubled: bool = False
    """The list has the name before: the same student, or another one?"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A newcomer as things stand: what waits for an answer keeps them out, and nobody else."""

    who: Newcomer
    together: Together | None
    asked: tuple[Reason, ...]

    @property
    def ready(self) -> bool:
        """Whether they can be enrolled."""
        return not self.asked

    @property
    def doubtful(self) -> bool:
        """Whether a picture looks like another expression, and nobody has answered that."""
        return self.together is not None and bool(self.who.tray.unanswered(self.together))

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Which of their pictures cannot be used, and why."""
        alone = [e.seen for e in self.who.tray.entries.values() if isinstance(e.seen, Refusal)]
        return (*alone, *(self.together.refused.values() if self.together is not None else ()))

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What would teach."""
        return self.who.tray.kept(self.together) if self.together is not None else ()


@dataclass(slots=True)
class ClassTray:
    """Everybody who is to be enrolled, in the order in which they came."""

    people: list[Newcomer] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """What led nowhere, in words."""
    batch: int = 0
    """Counts what was brought, so that the place to drop files is empty again."""
    _known: tuple[object, dict[int, str]] = ((), {})

    def __bool__(self) -> bool:
        return bool(self.people or self.left_out)

    def bring(self, found: Sorted, gate: Gate, progress: Steps = lambda _done, _all: None) -> None:
        """Look at photographs, one after the other; each goes to its student's tray."""
        self.batch += 1
        self.left_out += found.left_out
        for done, one in enumerate(found.brought):
            progress(done, len(found.brought))
            tray = self._whose(one).tray
            try:
                tray.put(one.file.name, one.file.read(), gate, one.expression or NEUTRAL)
            except FewshotFerError as error:
                tray.refuse(one.file.name, error)
        progress(len(found.brought), len(found.brought))

    def _whose(self, one: Brought) -> Newcomer:
        """The newcomer of a photograph; a second row that says nothing new may be a namesake."""
        same = [who for who in self.people if who.name.casefold() == one.name.casefold()]
        if same and (one.row is None or one.expression is not None or one.row in same[-1].rows):
            same[-1].rows.add(one.row)
            return same[-1]
        new = Newcomer(one.name, rows={one.row}, doubled=bool(same))
        self.people.append(new)
        return new

    def rename(self, who: Newcomer, name: str) -> None:
        """Another name; it answers whether this is somebody else."""
        who.name, who.doubled = display_name(name), False

    def join(self, who: Newcomer) -> None:
        """The same student as the one of this name before: the pictures go together."""
        first = next(one for one in self.people if one.name.casefold() == who.name.casefold())
        for key, entry in who.tray.entries.items():
            first.tray.entries.setdefault(key, entry)
        self.people.remove(who)

    def standing(self, look: Looks, enrolled: Iterable[str]) -> list[Standing]:
        """Everybody with what waits for an answer; `enrolled` are names of the library."""
        there = {name.casefold() for name in enrolled}
        found = [(who, who.tray.together(look)) for who in self.people]
        pictures = [(id(who), tuple(who.tray.entries)) for who, _ in found]
        if self._known[0] != pictures:
            self._known = pictures, _twins(found)
        twins = self._known[1]
        return [
            Standing(who, together, tuple(_asked(who, together, there, twins.get(place))))
            for place, (who, together) in enumerate(found)
        ]


def settle(standing: Iterable[Standing]) -> None:
    """Keep every picture under what it is said to show, though it looks like another."""
    for one in standing:
        doubts = one.together.doubts if one.together is not None else {}
        one.who.tray.confirmed |= {(key, doubt.expression) for key, doubt in doubts.items()}


def enrol_all(
    standing: Sequence[Standing], enrolment: Enrolment, consent: Consent,
    *, keeps: Keeps = "images", keep_until: date | None = None, classes: Sequence[str] = (),
    progress: Steps = lambda _done, _all: None,
) -> list[EnrolmentResult]:  # fmt: skip
    """Enrol everybody who is ready; the consent of all is recorded for each."""
    ready = [one for one in standing if one.ready]
    done = []
    for number, one in enumerate(ready):
        progress(number, len(ready))
        done.append(
            enrolment.enroll(
                one.who.name,
                one.candidates,
                consent,
                keeps=keeps,
                keep_until=keep_until,
                classes=classes,
            )
        )
    progress(len(ready), len(ready))
    return done


def _asked(
    who: Newcomer, together: Together | None, enrolled: set[str], twin: str | None
) -> Iterable[Reason]:
    if who.doubled:
        yield Reason(Code.NAME_TWICE, name=who.name)
    if who.name.casefold() in enrolled:
        yield Reason(Code.ENROLLED_ALREADY, name=who.name)
    if twin is not None:
        yield Reason(Code.PICTURE_OF_TWO, other=twin)
    if together is None or not who.tray.kept(together):
        yield Reason(Code.NO_USABLE_PICTURE, name=who.name)
    elif waiting := who.tray.unanswered(together):
        yield together.doubts[waiting[0]].reason


def _twins(found: Sequence[tuple[Newcomer, Together | None]]) -> dict[int, str]:
    """Who has a picture that somebody else has too, and who that is."""
    owners: list[int] = []
    portraits = []
    for place, (who, together) in enumerate(found):
        for candidate in who.tray.kept(together) if together is not None else ():
            owners.append(place)
            portraits.append(candidate.portrait)
    twins: dict[int, str] = {}
    for one, other in same_pictures(portraits):
        mine, theirs = owners[one], owners[other]
        if mine != theirs:
            twins.setdefault(mine, found[theirs][0].name)
            twins.setdefault(theirs, found[mine][0].name)
    return twins
