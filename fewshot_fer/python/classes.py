"""A class of students and a recogniser in one object."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from fewshot_fer.errors import ConsentError, RecordError
from fewshot_fer.python.pictures import (
    Given,
    Name,
    Pictures,
    labelled,
)
from fewshot_fer.python.reading import Reader
from fewshot_fer.python.results import Page
from fewshot_fer.students.enrolment.enrolment import Enrolment, EnrolmentResult
from fewshot_fer.students.enrolment.gate import FOR_LESSONS, Gate, stacked, usable
from fewshot_fer.students.recalibration import Recalibrated, recalibrate
from fewshot_fer.students.store.consent import agreed, consent_text
from fewshot_fer.students.store.names import expression_name
from fewshot_fer.students.store.records import Consent, Purpose, Summary

if TYPE_CHECKING:
    from fewshot_fer.lesson.commands import Kind
    from fewshot_fer.lesson.events import Mode
    from fewshot_fer.records.views import View

# What only lessons need, their database above all, is imported where it is used: it takes longer
# than a picture.


class Class(Reader):
    """A folder of students, and the recogniser that reads them.

    Without a folder it is the one of the settings (`support_sets`). A folder that is not there is
    made when the first student is enrolled. A `student` is an id or a name, or how one begins.
    """

    def __repr__(self) -> str:
        names = ", ".join(student.name for student in self.students)
        return f"Class({str(self.library.folder)!r}): {names or 'no students yet'}"

    @property
    def students(self) -> tuple[Summary, ...]:
        """Everybody who is enrolled, by name."""
        return tuple(self.library.students())

    def consent_text(self, language: str = "en") -> str:
        """What a student agrees to, in a language that it is in, else in English."""
        return consent_text(language=language, days=self.settings.keep_days)

    def enroll(
        self,
        name: str,
        pictures: Pictures | None = None,
        /,
        *,
        consent: str | None = None,
        agrees_to: Sequence[str] = tuple(Purpose),
        language: str = "en",
        another: bool = False,
        classes: Sequence[str] = (),
        same_person: bool = False,
        skip_refused: bool = False,
        keep_doubtful: bool = False,
        **more: Given | Sequence[Given],
    ) -> EnrolmentResult:
        """A new student from pictures by expression: `enroll("Anna", consent="Anna", happy=…)`.

        `consent` says who has read `consent_text(language)` and agreed, `agrees_to` to which of its
        purposes; `classes` names the classes that they are in. With `another`, somebody else may
        have this name; `same_person` is your word that all pictures show the student;
        `skip_refused` leaves out what cannot be used; what looks like another expression is left
        out too, unless `keep_doubtful`.
        """
        agreement = self._agreement(consent, agrees_to, language)
        given = labelled({**(pictures or {}), **more})
        enrolment = self._enrolment(same_person, skip_refused, keep_doubtful)
        return enrolment.enroll(name, given, agreement, classes=classes, another=another)

    def add(
        self,
        student: str,
        pictures: Pictures | None = None,
        /,
        *,
        own: bool = False,
        same_person: bool = False,
        skip_refused: bool = False,
        keep_doubtful: bool = False,
        **more: Given | Sequence[Given],
    ) -> EnrolmentResult:
        """More pictures of a student; with `own`, names that are new become the student's own."""
        known = self.library.find(student)
        given = labelled({**(pictures or {}), **more})
        names = {expression_name(one.expression) for one in given}
        new = sorted(names - set(self.library.expressions(known))) if own else ()
        return self._enrolment(same_person, skip_refused, keep_doubtful).add(
            known.id, given, own=new
        )

    def remove(self, student: str) -> None:
        """Delete a student with everything that is known and recorded of them."""
        from fewshot_fer.records.folders import web_holds
        from fewshot_fer.records.recording import remove_student

        found = self.library.find(student)
        settings = self.settings
        remove_student(self.library, settings.records, found.id, holds=web_holds(settings))

    def recalibrate(
        self,
        student: str,
        pictures: Pictures | None = None,
        /,
        **more: Given | Sequence[Given],
    ) -> Recalibrated:
        """Fit a student to today's light, from a resting face (`neutral=…`) or any expression."""
        found = self.library.find(student)
        given = labelled({**(pictures or {}), **more})
        faces = usable(Gate(self.recognizer.find, rules=FOR_LESSONS), given)
        z = self.recognizer.vectors_of(stacked(faces))
        how = "one picture" if len(faces) == 1 else f"{len(faces)} pictures"
        return recalibrate(self.roster, found.id, z, [one.expression for one in faces], how=how)

    def watch(
        self,
        source: int | Name = 0,
        *,
        student: str | None = None,
        of: str | None = None,
        record: Mode = "off",
    ) -> Generator[View]:
        """A lesson, live: one view of the class after the other, at the speed of its source.

        The source is a camera's number, a video, a folder of pictures, an address (rtsp://,
        http://), `screen`, or a drawn class such as `drawn:12`; `student` is the one whom it shows.
        Faces are read of those who agreed, `of` one class or all, and of drawn people. Numbers are
        recorded of the "class" or "per_student". The lesson ends with the `for`.
        """
        from fewshot_fer.drawn.sources import is_drawn, live_pictures
        from fewshot_fer.lesson.commands import Source
        from fewshot_fer.python.watching import views

        whom = self.library.find(student).id if student is not None else None
        pictures = live_pictures(str(source), self.settings.seed)
        kind: Kind = "drawn" if is_drawn(str(source)) else "gallery"
        if of is not None:
            self.library.known_classes([of])
        self._opened.refresh()
        return views(
            self._opened.opened(of or ""), Source(str(source), kind, whom, pictures), record
        )

    def report(self, session: int | None = None, *, each: bool = False) -> Page:
        """A recorded lesson (the last, or its number) as one HTML page that needs no network."""
        from fewshot_fer.records.store import Retention, Store
        from fewshot_fer.reports.page import page
        from fewshot_fer.reports.summary import report_of

        with Store.open(self.settings.records, retention=Retention.of(self.settings)) as store:
            found = store.read(session, students=each)
            if each and not found.students:
                raise RecordError(
                    f"Session {found.session.id} holds no single students.",
                    next_step='Record with record="per_student", or leave `each` out.',
                )
            report = report_of(found, store.earlier(found.session) if each else ())
        return Page(page(report, self._names if each else None))

    def _agreement(self, who: str | None, to: Sequence[str], language: str) -> Consent:
        if not isinstance(who, str) or not who.strip():
            raise ConsentError(
                "Nobody has agreed yet, so nothing is stored.",
                next_step="Let them read what `consent_text()` of this class says, then say who "
                'agreed: consent="Anna".',
            )
        purposes = [to] if isinstance(to, str) else to
        unknown = [one for one in purposes if one not in tuple(Purpose)]
        if unknown:
            raise ConsentError(
                f"Nobody is asked whether they agree to {unknown[0]!r}.",
                next_step=f"The agreement has {', '.join(Purpose)}.",
            )
        return agreed(
            who, self.library.now(), purposes=[Purpose(one) for one in purposes],
            language=language, days=self.settings.keep_days,
        )  # fmt: skip

    def _enrolment(self, same_person: bool, skip_refused: bool, keep_doubtful: bool) -> Enrolment:
        return Enrolment(
            self.roster,
            Gate(self.recognizer.find),
            identify=None if same_person else self._identity,
            same_person=same_person,
            skip_refused=skip_refused,
            keep=lambda doubt: doubt.kept and keep_doubtful,
            goes_on=True,
        )
