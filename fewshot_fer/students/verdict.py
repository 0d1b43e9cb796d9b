"""What a recalibration brought: pictures read before and after, and that in words."""

from __future__ import annotations

from dataclasses import dataclass

from fewshot_fer.languages import Phrase, many


@dataclass(frozen=True, slots=True)
class Score:
    """How a set of pictures is read.

    The share named right (where the truth is known), the mean probability of the names given,
    and the share called unsure.
    """

    pictures: int
    right: float | None
    confidence: float
    unsure: float


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """The same pictures, read without and with a calibration."""

    before: Score
    after: Score


def verdict(helped: bool | None, kept_aside: BeforeAfter | None) -> str:
    """Whether it helped, by the pictures that were set aside to test it."""
    if kept_aside is None:
        return Phrase(
            "With so few pictures none was set aside to test it, so nothing tells how much it "
            "helps."
        )
    before, after = kept_aside.before, kept_aside.after
    start = {
        True: Phrase("It helped"), False: Phrase("It did not help"),
        None: Phrase("It made no difference"),
    }[helped]  # fmt: skip
    told = (
        "{start}: of {pictures} pictures set aside to test it, {before} were unsure before and "
        "{after} after."
    )
    was, now = before.unsure, after.unsure
    if before.right is not None and after.right is not None and before.right != after.right:
        told = (
            "{start}: of {pictures} pictures set aside to test it, {before} were named right "
            "before and {after} after."
        )
        was, now = before.right, after.right
    first, last = _count(before, was), _count(after, now)
    return Phrase(told, start=start, pictures=before.pictures, before=first, after=last)


def harm_of(references: BeforeAfter | None) -> str:
    """References that would be misread in the new light say that it went too far."""
    if references is None or references.before.right is None or references.after.right is None:
        return ""
    lost = _count(references.before, references.before.right)
    lost -= _count(references.after, references.after.right)
    if lost <= 0:
        return ""
    return many(
        lost,
        "Read in this light, {count} reference would be named wrongly: the light is very "
        "different.",
        "Read in this light, {count} references would be named wrongly: the light is very "
        "different.",
    )


def _count(score: Score, share: float) -> int:
    return round(score.pictures * share)
