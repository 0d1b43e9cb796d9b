"""What a face does, as a few numbers that resemble action units: 0 at rest, 1 strong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from fewshot_fer.expressions import NEUTRAL


@dataclass(frozen=True, slots=True)
class Muscles:
    """The state of one face; numbers may go below 0 or a little above 1."""

    brow_inner: float = 0.0
    """Inner ends of the brows go up."""
    brow_outer: float = 0.0
    """Outer ends of the brows go up."""
    brow_lower: float = 0.0
    """Brows go down and together."""
    lid_up: float = 0.0
    """Upper lids open wide."""
    lid_tight: float = 0.0
    """Lids narrow from both sides."""
    lid_droop: float = 0.0
    """Upper lids hang; 2 is a closed eye."""
    cheek: float = 0.0
    """Cheeks rise and push the lower lids."""
    nose_wrinkle: float = 0.0
    upper_lip: float = 0.0
    """The upper lip rises and shows teeth."""
    corner_up: float = 0.0
    corner_down: float = 0.0
    chin_up: float = 0.0
    """The lower lip is pushed up and forward."""
    pucker: float = 0.0
    """The mouth becomes narrow and round."""
    stretch: float = 0.0
    """The mouth becomes wide and flat."""
    tight: float = 0.0
    """The lips are pressed thin."""
    part: float = 0.0
    """The lips open a little."""
    jaw: float = 0.0
    """The jaw drops."""
    one_sided: float = 0.0
    """The mouth's left and right differ; the sign says which side does more."""
    gaze_x: float = 0.0
    gaze_y: float = 0.0

    def plus(self, other: Muscles, amount: float = 1.0) -> Muscles:
        """Add a share of another movement."""
        pairs = zip(_numbers(self), _numbers(other), strict=True)
        return Muscles(*(a + amount * b for a, b in pairs))

    def mixed(self, other: Muscles, share: float) -> Muscles:
        """Go part of the way to another state: 0 stays, 1 arrives."""
        pairs = zip(_numbers(self), _numbers(other), strict=True)
        return Muscles(*(a + share * (b - a) for a, b in pairs))

    def distance(self, other: Muscles) -> float:
        """How far two states are apart, gaze left aside."""
        pairs = zip(_numbers(self)[:-2], _numbers(other)[:-2], strict=True)
        return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)

    def with_closed_eyes(self) -> Muscles:
        """The same face in the middle of a blink."""
        return replace(self, lid_up=0.0, lid_droop=2.0)


_numbers = attrgetter(*(field.name for field in fields(Muscles)))
"""All numbers of a face as a tuple; `astuple` copies deeply and is slow."""

REST: Final = Muscles()

# fmt: off
MANNERS: Final[Mapping[str, tuple[Muscles, ...]]] = MappingProxyType({
    NEUTRAL: (REST,),
    "happy": (
        Muscles(corner_up=1.0, cheek=0.9, lid_tight=0.25, part=0.9, upper_lip=0.35),
        Muscles(corner_up=1.1, cheek=1.0, lid_tight=0.35, part=0.8, jaw=0.45, upper_lip=0.3),
        Muscles(corner_up=1.0, cheek=0.7, lid_tight=0.2),
    ),
    "surprise": (
        Muscles(brow_inner=1.0, brow_outer=1.0, lid_up=1.0, jaw=0.85, part=0.5, pucker=0.25),
        Muscles(brow_inner=1.1, brow_outer=1.1, lid_up=0.9, jaw=0.5, part=0.4, pucker=0.45),
    ),
    "angry": (
        Muscles(brow_lower=1.3, brow_inner=-0.2, lid_up=0.3, lid_tight=0.7, nose_wrinkle=0.5,
                tight=1.0, corner_down=0.45, chin_up=0.4, pucker=0.3),
        Muscles(brow_lower=1.3, lid_up=0.3, lid_tight=0.4, nose_wrinkle=0.5, upper_lip=0.6,
                stretch=0.4, part=0.9, jaw=0.45),
    ),
    "sad": (
        Muscles(brow_inner=0.8, brow_outer=-0.7, lid_droop=0.85, gaze_y=0.9, corner_down=1.0,
                chin_up=0.4),
        Muscles(brow_inner=1.0, brow_outer=-0.6, brow_lower=0.4, lid_droop=0.8, lid_tight=0.5,
                corner_down=0.9, chin_up=0.5),
    ),
    "fear": (
        Muscles(brow_inner=1.1, brow_outer=-0.1, brow_lower=0.3, lid_up=1.2, stretch=1.2,
                part=0.85, jaw=0.35),
        Muscles(brow_inner=1.2, brow_lower=0.15, lid_up=1.0, stretch=1.0, part=0.8, jaw=0.45,
                corner_down=0.3),
    ),
    "disgust": (
        Muscles(brow_lower=0.8, lid_tight=1.1, cheek=0.8, nose_wrinkle=1.1, upper_lip=1.15,
                stretch=-0.3, corner_down=0.3, jaw=0.2),
        Muscles(brow_lower=0.5, lid_tight=1.1, cheek=1.0, nose_wrinkle=1.1, upper_lip=0.95,
                corner_down=0.5, chin_up=0.9),
    ),
    "confused": (
        Muscles(brow_lower=0.8, brow_outer=0.4, corner_down=0.3, pucker=0.6, one_sided=0.7),
    ),
    "bored": (Muscles(lid_droop=0.95, corner_down=0.3, brow_outer=-0.2, gaze_y=0.4),),
})
# fmt: on
"""The ways in which people show an expression; the first one is the textbook's."""
