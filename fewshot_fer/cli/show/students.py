"""Students to look at: the list, a page of one, what was learnt, what calibrations bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table

from fewshot_fer.cli.show import output
from fewshot_fer.cli.show.sentences import said
from fewshot_fer.reasons import Reason
from fewshot_fer.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fewshot_fer.students.enrolment.card import Card
    from fewshot_fer.students.enrolment.enrolment import EnrolmentResult
    from fewshot_fer.students.enrolment.many import Standing
    from fewshot_fer.students.recalibration import Entry, Recalibrated
    from fewshot_fer.students.store.records import Student, Summary
    from fewshot_fer.students.store.verify import Problem
    from fewshot_fer.students.verdict import BeforeAfter


def percent(share: float | None) -> str:
    """A share to read."""
    return "-" if share is None else f"{100 * share:.0f} %"


def counts(references: Mapping[str, int]) -> str:
    """How many references of what, in a line."""
    return ", ".join(f"{name} {count}" for name, count in references.items()) or "none"


def listed(found: Sequence[Summary]) -> RenderableType:
    """Everybody, a line each."""
    if not found:
        return "Nobody is enrolled yet. `fewshot-fer enroll --help` says how."
    return output.table(
        "Students",
        ("id", "name", "references", "calibrations", "enrolled", "kept until"),
        (
            (one.id, one.name, counts(one.counts), one.calibrations or "-",
             f"{one.created:%Y-%m-%d}", one.keep_until or "-")
            for one in found
        ),
    )  # fmt: skip


def page(student: Student) -> Table:
    """One student: consent, references, calibrations."""
    consent = student.consent
    return output.table(
        "Student",
        ("", ""),
        (
            ("name", student.name),
            ("id", student.id),
            ("enrolled", f"{student.created:%Y-%m-%d %H:%M}"),
            ("consent", f"{consent.by}, {consent.at:%Y-%m-%d %H:%M}, text {consent.text}"),
            ("classes", ", ".join(student.classes) or "-"),
            ("agrees to", ", ".join(sorted(student.purposes)) or "nothing"),
            ("kept until", student.keep_until or "-"),
            ("keeps", student.keeps),
            ("references", counts(student.counts)),
            *(
                ("", f"{name}: {', '.join(one.sha[:8] for one in each)}")
                for name, each in student.by_expression().items()
            ),
            ("own expressions", ", ".join(student.own_expressions) or "none"),
            ("calibrations", len(student.calibrations) or "none"),
        ),
    )


def problems(found: Sequence[Problem]) -> RenderableType:
    """What a check of all files found."""
    if not found:
        return "Everything is as it should be."
    rows = ((problem.where, problem.what, problem.next_step) for problem in found)
    return output.table("What is wrong", ("where", "what", "to do"), rows)


def enrolled(came: EnrolmentResult) -> RenderableType:
    """An enrolment: the card, and what was left out."""
    notes = [f"left out  {one.source}: {said(one.error)}" for one in came.refused]
    notes += [f"look at   {one.source}: {one.answered}" for one in came.doubts]
    kept = any(doubt.kept for doubt in came.doubts)
    return output.page(
        came.in_words,
        learnt(came.card),
        came.card.whose,
        came.card.advice,
        *(output.line(note, "yellow") for note in notes),
        *(["To take a single picture back: fewshot-fer students drop"] if kept else ()),
        *([output.line(sentence(came.unchecked), "yellow")] if came.unchecked else ()),
    )


def enrolled_many(
    came: Sequence[EnrolmentResult], waiting: Sequence[Standing], left_out: Sequence[str]
) -> RenderableType:
    """A class: how many are in, who waits and why, which files and rows led nowhere."""
    notes = [(one.who.name, " ".join(sentence(why) for why in one.asked)) for one in waiting]
    notes += [(each.source, said(each.error)) for one in waiting for each in one.refused]
    rows = ((one.student.id, one.student.name, counts(one.student.counts)) for one in came)
    return output.page(
        output.table("Enrolled", ("id", "name", "references"), rows) if came else "",
        *(output.line(f"waits     {name}: {why}", "yellow") for name, why in notes),
        *(output.line(f"left out  {what}", "yellow") for what in left_out),
        f"{len(came)} enrolled, {len(waiting)} wait.",
    )


def learnt(card: Card) -> Table:
    """What was learnt of a student."""
    return output.table(
        "What was learnt",
        ("expression", "whose", "references", "read right by the others", "expected right"),
        (
            (one.expression, "own" if one.references else "everybody's", one.references or "-",
             percent(one.checked), percent(one.estimated))
            for one in card.learnt
        ),
    )  # fmt: skip


def brought(name: str, came: Recalibrated) -> RenderableType:
    """What a recalibration brought."""
    titled = {
        "Pictures set aside to test it": came.kept_aside,
        "References, read as if taken today": came.references,
    }
    better = "Better take it back" if came.helped is False else "Take it back"
    return output.page(
        f"{name} is recalibrated. {came.in_words}",
        *(scores(title, ("before", "after"), both) for title, both in titled.items() if both),
        f"{better} with `fewshot-fer recalibrate undo {came.student}`.",
    )


def scores(title: str, columns: tuple[str, str], both: BeforeAfter) -> Table:
    """Pictures read in two ways."""
    before, after = both.before, both.after
    return output.table(
        title,
        ("", *columns),
        (
            ("pictures", before.pictures, after.pictures),
            ("named right", percent(before.right), percent(after.right)),
            ("mean probability", percent(before.confidence), percent(after.confidence)),
            ("unsure", percent(before.unsure), percent(after.unsure)),
        ),
    )


def calibrations(entries: Sequence[Entry]) -> RenderableType:
    """A student's calibrations."""
    if not entries:
        return "There is no calibration: references are read as they were taken."

    def state(entry: Entry) -> str:
        if entry.in_use:
            return "in use"
        return "set aside: another checkpoint" if entry.set_aside else ""

    return output.table(
        "Calibrations",
        ("calibration", "made", "pictures", ""),
        ((one.calibration[:8], one.in_words, one.pictures, state(one)) for one in entries),
    )


def class_recalibrated(
    results: Mapping[str, Recalibrated | Reason], names: Mapping[str, str], looks: Mapping[str, int]
) -> Table:
    """What recalibrating the class brought everyone."""

    def said(came: Recalibrated | Reason) -> tuple[str, str, str]:
        if isinstance(came, Reason):
            return "-", "-", f"left as it was: {sentence(came)}"
        advice = "helped" if came.helped else "no difference"
        if came.helped is False:
            advice = f"did not help: `fewshot-fer recalibrate undo {came.student}`"
        both = came.kept_aside
        unsure = (percent(both.before.unsure), percent(both.after.unsure)) if both else ("-", "-")
        return *unsure, advice

    return output.table(
        "The class",
        ("student", "looks", "unsure before", "unsure after", ""),
        ((names[one], looks[one], *said(came)) for one, came in results.items()),
    )
