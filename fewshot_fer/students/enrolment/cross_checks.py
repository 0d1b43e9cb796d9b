"""Checks among references: near-duplicates, another identity, suspected label errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import ReferenceImageError
from fewshot_fer.languages import Phrase
from fewshot_fer.prototypes.prototypes import Prototypes
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.sentences import worded
from fewshot_fer.students.enrolment.gate import Candidate, Refusal, stacked
from fewshot_fer.students.store.interfaces import Identifies

# Two takes of one person's expression, laid on top of each other, correlate up to 0.996 (KDEF) and
# 0.9986 (JAFFE, three takes in a row); one take compressed, shrunk or darkened 0.998 to 0.9999.
_ALIKE = 0.9985
_THUMB = 64
_NEAREST = 3
_WORTH_A_LOOK = 0.8

# Times likelier than its label. At 6, of one picture an expression, it asks about 4 in 100 pictures
# that are labelled rightly, and finds 8 in 10 of two that were swapped (KDEF20 and JAFFE).
_SUSPICIOUS = 6.0

# One person's pictures are at least 0.44 like the one in their middle (KDEF20, JAFFE, drawn people,
# all expressions); 97 to 99 in 100 of other real people are less.
_ONE_PERSON = 0.44

Learns = Callable[[Floats, Sequence[str]], Prototypes]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A suspected label error: a picture that looks like another expression; the student decides.

    `place` is the picture's among the candidates; `kept` is what becomes of it, and before anybody
    has answered, what should.
    """

    source: str
    expression: str
    looks_like: str
    reason: Reason
    place: int = 0
    kept: bool = True

    @property
    def question(self) -> str:
        """What the student is asked."""
        what, why = worded(self.reason)
        return Phrase("{what} Keep it? {why}", what=what, why=why)

    @property
    def answered(self) -> str:
        """What became of it, in words."""
        what, why = worded(self.reason)
        kept = "{what} It was kept. {why}" if self.kept else "{what} It was left out."
        return Phrase(kept, what=what, why=why)

    @property
    def harms(self) -> bool:
        """Whether it would make the student read worse, whatever it shows."""
        return self.reason.code is Code.READ_WORSE


def without_doubles(
    candidates: Sequence[Candidate], there: Bytes, labels_there: Sequence[str]
) -> tuple[list[Candidate], list[Refusal]]:
    """The best of every group of near-equal pictures, and refusals for the others.

    `there` are the student's portraits [n,192,192,3]. The order of the candidates does not
    matter: the best stays, and between equals the picture decides.
    """
    ranked = sorted(candidates, key=lambda c: (-c.quality["score"], c.portrait.tobytes()))
    seen = [_thumb(portrait) for portrait in there]
    labels = list(labels_there)
    kept: list[Candidate] = []
    refused: list[Refusal] = []
    for candidate in ranked:
        thumb = _thumb(candidate.portrait)
        double = _double_of(thumb, seen)
        if double is not None:
            mine, other = candidate.expression, labels[double]
            code = Code.SAME_PICTURE if mine == other else Code.SAME_PICTURE_TWO_NAMES
            refused.append(_refused(candidate, Reason(code, other=Phrase(other), expression=mine)))
            continue
        seen.append(thumb)
        labels.append(candidate.expression)
        kept.append(candidate)
    return kept, refused


def same_pictures(portraits: Sequence[Bytes]) -> list[tuple[int, int]]:
    """Pairs of portraits [192,192,3] that are the same picture, the later one first."""
    thumbs = np.array([_thumb(portrait) for portrait in portraits])
    units = _unit(thumbs) if len(thumbs) else np.zeros((0, 1), np.float32)
    alike = units @ units.T
    pairs = ((k, _double_among(thumbs[k], thumbs, alike[k, :k])) for k in range(len(thumbs)))
    return [(k, double) for k, double in pairs if double is not None]


def _thumb(portrait: Bytes) -> Bytes:
    """A small grey face [64,64] of a portrait [192,192,3]."""
    grey = cv2.cvtColor(portrait[16:176, 16:176], cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_THUMB, _THUMB), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _double_of(thumb: Bytes, seen: Sequence[Bytes]) -> int | None:
    """Which of the small faces [n,64,64] is the same picture, whatever its light and size."""
    if not seen:
        return None
    return _double_among(thumb, seen, _unit(np.array(seen)) @ _unit(thumb[None])[0])


def _double_among(thumb: Bytes, seen: Sequence[Bytes] | Bytes, alike: Floats) -> int | None:
    """The same, of small faces whose likeness [n] to this one is known."""
    nearest = np.argsort(-alike, kind="stable")[:_NEAREST]
    for i in nearest:
        if alike[i] > _WORTH_A_LOOK and max(alike[i], _laid_over(thumb, seen[i])) > _ALIKE:
            return int(i)
    return None


def _laid_over(one: Bytes, other: Bytes) -> float:
    """The correlation of two small faces after the best affine fit; 0 when there is none."""
    middle = np.zeros_like(one)
    middle[6:-6, 6:-6] = 255
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-5)
    fit = np.eye(2, 3, dtype=np.float32)
    try:
        found, _ = cv2.findTransformECC(
            one, other, fit, cv2.MOTION_AFFINE, criteria, middle, gaussFiltSize=3
        )
    except cv2.error:
        return 0.0
    return float(found)


def _unit(thumbs: Bytes) -> Floats:
    """Small faces [n,64,64] without their light, as unit vectors."""
    grey = thumbs.reshape(len(thumbs), -1).astype(np.float32)
    grey -= grey.mean(axis=1, keepdims=True)
    return np.asarray(grey / np.maximum(np.linalg.norm(grey, axis=1, keepdims=True), 1e-6))


def _refused(candidate: Candidate, reason: Reason) -> Refusal:
    return Refusal(candidate.source, candidate.expression, ReferenceImageError(reason))


def of_one_person(
    candidates: Sequence[Candidate], there: Bytes, identify: Identifies
) -> tuple[list[Candidate], list[Refusal]]:
    """Those who look like the student's portraits [n,192,192,3], or like most of each other."""
    if not candidates:
        return [], []
    new = identify(stacked(candidates))
    if len(there):
        alike = (new @ identify(there).T).max(axis=1) >= _ONE_PERSON
    else:
        friends = new @ new.T >= _ONE_PERSON
        # The picture with the most others like it is the student.
        alike = friends[int(friends.sum(axis=1).argmax())] if len(new) else np.zeros(0, bool)
    kept = [c for c, same in zip(candidates, alike, strict=True) if same]
    refused = [
        _refused(c, Reason(Code.SOMEBODY_ELSE))
        for c, same in zip(candidates, alike, strict=True)
        if not same
    ]
    return kept, refused


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """Candidates with vectors z [n,D] beside what is there [m,D], and what learns of both."""

    candidates: Sequence[Candidate]
    z: Floats
    z_there: Floats
    labels_there: Sequence[str]
    learn: Learns

    def only(self, places: Sequence[int]) -> Proposed:
        """Some of the candidates."""
        some = [self.candidates[k] for k in places]
        return replace(self, candidates=some, z=self.z[list(places)])


def questions(given: Proposed) -> list[Doubt]:
    """All that is to be asked about what is proposed.

    Whatever is left is looked at again without that: one wrong picture speaks for another.
    """
    asked: dict[int, Doubt] = {}
    left = list(range(len(given.candidates)))
    while left:
        some = given.only(left)
        found = {left[one.place]: one for one in (*doubts(some), *harms(some))}
        if not found:
            break
        asked |= {place: replace(one, place=place) for place, one in found.items()}
        left = [place for place in left if place not in found]
    return [asked[place] for place in sorted(asked)]


def doubts(given: Proposed) -> list[Doubt]:
    """The candidates that look like something else to what the others teach."""
    found = []
    for i, candidate in enumerate(given.candidates):
        others = [*given.candidates[:i], *given.candidates[i + 1 :]]
        labels = [*given.labels_there, *(other.expression for other in others)]
        z = np.concatenate([given.z_there, np.delete(given.z, i, axis=0)])
        reading = given.learn(z, labels).read(given.z[i : i + 1])[0]
        label = reading.scores.get(candidate.expression)
        if label is not None and reading.scores[reading.expression] > _SUSPICIOUS * label:
            code = Code.LIKE_YOUR if reading.expression in labels else Code.LIKE_MOST_PEOPLES
            names = candidate.expression, reading.expression
            reason = Reason(code, expression=names[0], looks_like=names[1])
            found.append(Doubt(candidate.source, *names, reason, place=i))
    return found


def harms(given: Proposed) -> list[Doubt]:
    """The candidates with which fewer pictures would be read rightly.

    Each picture is read by what the others teach, and that is compared with how all are read by
    what was there: of somebody new, as a stranger.
    """
    labels = [*given.labels_there, *(one.expression for one in given.candidates)]
    everything, first = np.concatenate([given.z_there, given.z]), len(given.labels_there)
    learn = given.learn
    before = _read_right(everything, labels, range(first), learn)
    kept, left_out = list(range(len(labels))), list[int]()
    while len(kept) > first and _read_right(everything, labels, kept, learn)[0] < before[0]:
        without = [
            (_read_right(everything, labels, [k for k in kept if k != one], learn), one)
            for one in kept[first:]
        ]
        left_out.append(max(without)[1])
        kept.remove(left_out[-1])
    found = []
    for place in sorted(one - first for one in left_out):
        one = given.candidates[place]
        reason = Reason(Code.READ_WORSE, expression=one.expression)
        found.append(Doubt(one.source, one.expression, one.expression, reason, place, kept=False))
    return found


def _read_right(
    z: Floats, labels: Sequence[str], teaching: Sequence[int], learn: Learns
) -> tuple[int, float]:
    """How many pictures are named as they are labelled by what the others teach; how surely."""
    right, sure, all_of_them = 0, 0.0, learn(z[list(teaching)], [labels[k] for k in teaching])
    for i, label in enumerate(labels):
        others = [k for k in teaching if k != i]
        taught = learn(z[others], [labels[k] for k in others]) if i in teaching else all_of_them
        reading = taught.read(z[i : i + 1])[0]
        right += reading.expression == label
        sure += reading.scores.get(label, 0.0)
    return right, sure
