"""Quality control of references (the gate): which pictures may teach, and why others may not.

It looks at one picture at a time; what only shows among several (doubles, another person,
an unlikely label) is in `cross_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import FewshotFerError, ReferenceImageError
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.quality import Quality, assess
from fewshot_fer.faces.values import Faces
from fewshot_fer.images import at_most, read_image
from fewshot_fer.measures import NO_PORTRAITS
from fewshot_fer.reasons import Code, Reason

LONGEST_SIDE: Final = 1920
"""What pictures are shrunk to before they are looked at."""
_SEARCHED_SIDE = 960
_LARGE = (
    96.0  # Pixels in the copy that is searched first: points are as good there as in the whole.
)
MEASURES = (
    "size_px",
    "sharpness",
    "brightness",
    "contrast",
    "yaw",
    "pitch",
    "roll",
    "inside",
    "score",
)


Finds = Callable[[Bytes], Faces]
Assesses = Callable[[Bytes, Faces], Sequence[Quality]]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a reference must be; stricter than what is read live, for it teaches.

    Tried on KDEF20 and JAFFE: all 493 pictures pass as they are; blurred by 3 % of the face's
    size most are refused, by 5 % all.
    """

    smallest: float = 48.0
    sharpness: float = 0.28
    darkest: float = 40.0
    brightest: float = 225.0
    contrast: float = 12.0
    turned: float = 30.0
    tilted: float = 35.0
    inside: float = 0.75
    probability: float = 0.9


FOR_LESSONS: Final = Rules(smallest=32.0, sharpness=0.1, darkest=25.0, contrast=8.0)
"""What can be read may calibrate: a lesson's light is learnt from the lesson's pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture on its way in: a file or an image [h,w,3], and which face of it is meant."""

    expression: str
    image: Path | Bytes
    source: str = ""
    face: int | None = None

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return self.source or (str(self.image) if isinstance(self.image, Path) else "the picture")


def picture_at(expression: str, path: str) -> Picture:
    """A picture file; `#2` at the end of its name means the second face from the left."""
    chosen = re.fullmatch(r"(.+)#([0-9]{1,3})", path)
    if chosen is None or Path(path).exists():
        return Picture(expression, Path(path), path)
    return Picture(expression, Path(chosen[1]), path, int(chosen[2]) - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A face that passed the gate, as its portrait [192,192,3]."""

    expression: str
    portrait: Bytes
    quality: dict[str, float]
    source: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A picture that may not teach, and the error that says why."""

    source: str
    expression: str
    error: FewshotFerError

    def as_error(self) -> ReferenceImageError:
        """The same, said of this picture."""
        error = self.error
        return ReferenceImageError(
            error.reason or error.what, where=self.source, next_step=error.next_step
        )


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets a face through that is alone, big, sharp, lit and looks at the camera."""

    find: Finds
    assess: Assesses = assess
    rules: Rules = Rules()

    def look(self, picture: Picture) -> Candidate | Refusal:
        """The face of a picture, ready to teach, or why it may not."""
        try:
            image = _opened(picture)
            faces = self._one_face(image, picture)
            quality = self.assess(image, faces)[0]
        except FewshotFerError as error:
            return Refusal(picture.name, picture.expression, error)
        portrait = portraits(image, faces.landmarks)[0]
        return passed(portrait, quality, picture.expression, picture.name, self.rules)

    def _faces(self, image: Bytes, picture: Picture) -> Faces:
        """The clear faces; where there is one large one, a small copy is enough to find it."""
        small = at_most(image, _SEARCHED_SIDE)
        if small is not image and picture.face is None:
            scale = max(image.shape[:2]) / max(small.shape[:2])
            faces = self._clear(small)
            if len(faces) == 1 and faces.sizes[0] >= _LARGE:
                return faces.moved(scale)
        return self._clear(image)

    def _clear(self, image: Bytes) -> Faces:
        faces = self.find(image)
        return faces[faces.probabilities >= self.rules.probability]

    def _one_face(self, image: Bytes, picture: Picture) -> Faces:
        faces = self._faces(image, picture)
        if len(faces) == 0:
            raise ReferenceImageError(Reason(Code.NO_FACE))
        if picture.face is not None:
            if not 0 <= picture.face < len(faces):
                raise ReferenceImageError(
                    Reason(Code.NO_SUCH_FACE, number=picture.face + 1, count=len(faces))
                )
            left_to_right = np.argsort(faces.boxes[:, 0], kind="stable")
            return faces[left_to_right[picture.face : picture.face + 1]]
        if len(faces) > 1:
            raise ReferenceImageError(Reason(Code.SEVERAL_FACES, count=len(faces)))
        return faces


def passed(
    portrait: Bytes, quality: Quality, expression: str, source: str, rules: Rules | None = None
) -> Candidate | Refusal:
    """A face that was found, as its portrait [192,192,3], if it is good enough to teach."""
    if flaw := next(_flaws(quality, rules or Rules()), None):
        return Refusal(source, expression, ReferenceImageError(flaw))
    measures = {name: float(getattr(quality, name)) for name in MEASURES}
    return Candidate(expression, portrait, measures, source)


def usable(gate: Gate, pictures: Iterable[Picture], *, some: bool = False) -> list[Candidate]:
    """The faces that the gate lets through; all pictures must pass, unless `some` suffice."""
    found = []
    for picture in pictures:
        seen = gate.look(picture)
        if isinstance(seen, Candidate):
            found.append(seen)
        elif not some:
            raise seen.as_error()
    return found


def stacked(candidates: Iterable[Candidate]) -> Bytes:
    """The portraits [n,192,192,3] of some faces."""
    return np.concatenate([NO_PORTRAITS, *(one.portrait[None] for one in candidates)])


def _flaws(quality: Quality, rules: Rules) -> Iterator[Reason]:
    """Why a face may not teach, the most telling first."""
    if quality.size_px < rules.smallest:
        yield Reason(Code.SMALL, pixels=quality.size_px, needed=rules.smallest)
    wrong = {
        Code.CUT_OFF: quality.inside < rules.inside,
        Code.DARK: quality.brightness < rules.darkest,
        Code.BRIGHT: quality.brightness > rules.brightest,
        Code.FLAT: quality.contrast < rules.contrast,
        Code.BLURRED: quality.sharpness < rules.sharpness,
        Code.TURNED: max(abs(quality.yaw), abs(quality.pitch)) > rules.turned,
        Code.TILTED: abs(quality.roll) > rules.tilted,
    }
    yield from (Reason(code) for code, is_so in wrong.items() if is_so)


def _opened(picture: Picture) -> Bytes:
    """The picture, no larger than a reference needs: phones' photos take a third of the time."""
    if not isinstance(picture.image, Path):
        return at_most(picture.image, LONGEST_SIDE)
    return at_most(read_image(picture.image, at_least=LONGEST_SIDE), LONGEST_SIDE)
