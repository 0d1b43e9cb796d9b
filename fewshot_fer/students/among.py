"""What only shows among several pictures: doubles, another person, an unlikely label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.students.gate import Candidate, Refusal
from fewshot_fer.students.interfaces import Prototypes, SamePerson

_THUMB = 24
_ALIKE = 0.995

Learns = Callable[[Floats, Sequence[str]], Prototypes]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A picture that looks like another expression than its label; the student decides."""

    source: str
    expression: str
    looks_like: str
    what: str


def thumbs(portraits: Bytes) -> Floats:
    """Small grey faces without their light: unit vectors [n,K] of portraits [n,192,192,3]."""
    rows = [
        cv2.resize(
            cv2.cvtColor(portrait[32:160, 32:160], cv2.COLOR_RGB2GRAY),
            (_THUMB, _THUMB),
            interpolation=cv2.INTER_AREA,
        ).ravel()
        for portrait in portraits
    ]
    grey = np.asarray(rows, np.float32).reshape(len(rows), _THUMB * _THUMB)
    grey = grey - grey.mean(axis=1, keepdims=True)
    return np.asarray(grey / np.maximum(np.linalg.norm(grey, axis=1, keepdims=True), 1e-6))


def without_doubles(
    candidates: Sequence[Candidate], there: Bytes, labels_there: Sequence[str]
) -> tuple[list[Candidate], list[Refusal]]:
    """The best of every group of near-equal pictures, and refusals for the others.

    `there` are the student's portraits [n,192,192,3]. The order of the candidates does not
    matter: the best stays, and between equals the picture decides.
    """
    ranked = sorted(candidates, key=lambda c: (-c.quality["score"], c.portrait.tobytes()))
    seen = list(thumbs(there))
    labels = list(labels_there)
    kept: list[Candidate] = []
    refused: list[Refusal] = []
    for candidate, thumb in zip(
        ranked, thumbs(np.array([c.portrait for c in ranked], np.uint8)), strict=True
    ):
        alike = np.array([thumb @ other for other in seen]) if seen else np.zeros(0)
        if len(alike) and alike.max() > _ALIKE:
            refused.append(_double(candidate, labels[int(alike.argmax())]))
            continue
        seen.append(thumb)
        labels.append(candidate.expression)
        kept.append(candidate)
    return kept, refused


def _double(candidate: Candidate, expression: str) -> Refusal:
    same = expression == candidate.expression
    return Refusal(
        candidate.source,
        candidate.expression,
        f"This is nearly the same picture as {'another' if same else 'one'} of {expression}.",
        "Use another picture: a second one teaches most when it is a little different."
        if same
        else f"Decide whether it shows {expression} or {candidate.expression}.",
    )


def of_one_person(
    candidates: Sequence[Candidate], there: Bytes, matcher: SamePerson
) -> tuple[list[Candidate], list[Refusal]]:
    """Those who look like the student's portraits [n,192,192,3], or like most of each other."""
    portraits = np.array([c.portrait for c in candidates], np.uint8).reshape(-1, 192, 192, 3)
    new = matcher.vectors(portraits)
    if len(there):
        alike = (new @ matcher.vectors(there).T).max(axis=1) >= matcher.threshold
    else:
        friends = new @ new.T >= matcher.threshold
        # The picture with the most others like it is the student.
        alike = friends[int(friends.sum(axis=1).argmax())] if len(new) else np.zeros(0, bool)
    kept = [c for c, same in zip(candidates, alike, strict=True) if same]
    refused = [
        Refusal(
            c.source,
            c.expression,
            "This seems to be somebody else.",
            "Use pictures of one person. If it is you, try one with better light.",
        )
        for c, same in zip(candidates, alike, strict=True)
        if not same
    ]
    return kept, refused


def doubts(
    candidates: Sequence[Candidate],
    z: Floats,
    z_there: Floats,
    labels_there: Sequence[str],
    learn: Learns,
) -> list[Doubt]:
    """Candidates with vectors z [n,D] that look like something else to what the others teach."""
    found = []
    for i, candidate in enumerate(candidates):
        others = np.concatenate([z_there, np.delete(z, i, axis=0)])
        labels = [*labels_there, *(c.expression for j, c in enumerate(candidates) if j != i)]
        reading = learn(others, labels).read(z[i : i + 1])[0]
        known = candidate.expression in reading.scores
        if known and reading.unsure is None and reading.expression != candidate.expression:
            found.append(_doubt(candidate, reading.expression, mine=reading.expression in labels))
    return found


def _doubt(candidate: Candidate, looks_like: str, *, mine: bool) -> Doubt:
    whose = f"your *{looks_like}*" if mine else f"*{looks_like}* as most people show it"
    return Doubt(
        candidate.source,
        candidate.expression,
        looks_like,
        f"This *{candidate.expression}* looks like {whose}: keep it? "
        f"It may be how you look {candidate.expression}.",
    )
