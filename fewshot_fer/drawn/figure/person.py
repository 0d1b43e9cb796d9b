"""Who a drawn student is: looks, the face at rest, and a manner of showing each expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Final, Literal

import numpy as np

from fewshot_fer.drawn.figure.canvas import Colour, mixed
from fewshot_fer.drawn.figure.geometry import Skull
from fewshot_fer.drawn.figure.muscles import MANNERS, REST, Muscles
from fewshot_fer.expressions import NEUTRAL

HairStyle = Literal["short", "parted", "fringe", "long", "curly", "bald", "bun"]
_STYLES: Final[tuple[HairStyle, ...]] = (
    "short", "parted", "fringe", "long", "curly", "bald", "bun",
)  # fmt: skip

_SKINS: Final[tuple[Colour, ...]] = (
    (244, 214, 192), (232, 196, 168), (222, 182, 148), (204, 160, 124), (182, 136, 102),
    (152, 108, 80), (124, 86, 64),
)  # fmt: skip
_HAIRS: Final[tuple[Colour, ...]] = (
    (28, 24, 24), (44, 32, 26), (70, 48, 34), (104, 70, 44), (150, 112, 66), (126, 62, 36),
    (188, 158, 108),
)  # fmt: skip
_IRISES: Final[tuple[Colour, ...]] = (
    (60, 40, 28), (78, 52, 32), (46, 34, 28), (84, 108, 120), (86, 98, 64),
)  # fmt: skip
_CLOTHES: Final[tuple[Colour, ...]] = (
    (60, 84, 120), (120, 60, 66), (66, 104, 84), (196, 186, 170), (52, 54, 62), (150, 120, 160),
    (210, 160, 90), (96, 130, 156),
)  # fmt: skip

_LEAST_APART = 1.1
"""Two expressions of one person stay at least this far apart."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What does not move; sizes are shares of an average face."""

    skull: Skull
    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour
    clothes: Colour
    scarf: Colour
    style: HairStyle
    covered: bool
    """Wears a head scarf."""
    neck_scarf: bool
    hairline: float
    glasses: Literal["none", "round", "square"]
    beard: float
    moustache: float
    eye_size: float
    eye_spacing: float
    eye_slant: float
    brow_weight: float
    brow_height: float
    brow_slant: float
    nose_width: float
    nose_length: float
    mouth_width: float
    lip_fullness: float
    mouth_height: float
    lines: float
    """How deep creases are."""


@dataclass(frozen=True, slots=True)
class Person:
    """A drawn student's face: looks, rest, and the full state of each expression."""

    looks: Looks
    rest: Muscles
    ways: Mapping[str, Muscles]

    def showing(self, expression: str, intensity: float = 1.0) -> Muscles:
        """The face while it shows an expression, from 0 (at rest) to 1."""
        return self.rest.mixed(self.ways[expression], intensity)


def invent_person(rng: np.random.Generator) -> Person:
    """Invent a student; the same generator state gives the same student."""
    looks = _invent_looks(rng)
    rest = _invent_rest(rng)
    return Person(looks, rest, _invent_ways(rng, rest))


def _near(rng: np.random.Generator, mean: float, spread: float) -> float:
    """A number around a mean, never more than two spreads away."""
    return float(mean + spread * np.clip(rng.standard_normal(), -2, 2))


def _pick(rng: np.random.Generator, colours: tuple[Colour, ...], jitter: float = 5.0) -> Colour:
    base = colours[int(rng.integers(len(colours)))]
    shift = _near(rng, 0, jitter)
    red, green, blue = (float(np.clip(c + shift + _near(rng, 0, 2), 8, 250)) for c in base)
    return (red, green, blue)


def _invent_looks(rng: np.random.Generator) -> Looks:
    skin = _pick(rng, _SKINS)
    # Fair hair on dark skin hides brows and beard, and is rare.
    hairs = _HAIRS if sum(skin) > 500 else _HAIRS[:4]
    bearded = rng.random() < 0.22
    style: HairStyle = _STYLES[int(rng.choice(7, p=[0.26, 0.2, 0.12, 0.22, 0.1, 0.03, 0.07]))]
    return Looks(
        skull=Skull(_near(rng, 0.79, 0.045), _near(rng, 0.37, 0.04)),
        skin=skin,
        hair=_pick(rng, hairs),
        iris=_pick(rng, _IRISES),
        lips=mixed(skin, (176, 62, 66), float(rng.uniform(0.34, 0.62))),
        clothes=_pick(rng, _CLOTHES, 12),
        scarf=_pick(rng, _CLOTHES, 12),
        style=style,
        covered=bool(rng.random() < 0.08) and not bearded,
        neck_scarf=bool(rng.random() < 0.1),
        hairline=_near(rng, -0.8, 0.05),
        glasses=("none", "round", "square")[int(rng.choice(3, p=[0.74, 0.13, 0.13]))],
        beard=float(rng.uniform(0.3, 0.8)) if bearded else 0.0,
        moustache=float(rng.uniform(0.3, 0.8)) if bearded and rng.random() < 0.8 else 0.0,
        eye_size=_near(rng, 1.0, 0.08),
        eye_spacing=_near(rng, 1.0, 0.03),
        eye_slant=_near(rng, 0.02, 0.02),
        brow_weight=_near(rng, 1.0, 0.2),
        brow_height=_near(rng, 0.0, 0.02),
        brow_slant=_near(rng, 0.0, 0.025),
        nose_width=_near(rng, 1.0, 0.1),
        nose_length=_near(rng, 1.0, 0.05),
        mouth_width=_near(rng, 1.0, 0.07),
        lip_fullness=_near(rng, 1.0, 0.2),
        mouth_height=_near(rng, 0.0, 0.02),
        lines=float(rng.uniform(0.6, 1.2)),
    )  # fmt: skip


def _invent_rest(rng: np.random.Generator) -> Muscles:
    """A resting face: most are plain, some droop, frown or look astonished."""
    small = Muscles(*(_near(rng, 0, 0.05) for _ in astuple(REST)[:-3]))
    habit = (
        REST,
        Muscles(corner_down=0.45, lid_droop=0.2),
        Muscles(brow_inner=0.4, brow_outer=0.45, lid_up=0.15),
        Muscles(brow_lower=0.45, lid_tight=0.15),
        Muscles(corner_up=0.3, cheek=0.1),
        Muscles(part=0.4, lid_droop=0.25),
        Muscles(upper_lip=0.3, part=0.35),
    )[int(rng.choice(7, p=[0.3, 0.17, 0.14, 0.14, 0.09, 0.08, 0.08]))]
    return small.plus(habit, float(rng.uniform(0.7, 1.2)))


def _invent_ways(rng: np.random.Generator, rest: Muscles) -> dict[str, Muscles]:
    """Each expression in the person's own strength and manner, and apart from the others."""
    ways: dict[str, Muscles] = {NEUTRAL: rest}
    for name in MANNERS:
        if name == NEUTRAL:
            continue
        way = _invent_way(rng, name, rest)
        for _ in range(20):
            if all(way.distance(other) >= _LEAST_APART for other in ways.values()):
                break
            way = _invent_way(rng, name, rest)
        ways[name] = way
    return ways


def _invent_way(rng: np.random.Generator, name: str, rest: Muscles) -> Muscles:
    manners = MANNERS[name]
    textbook = manners[int(rng.integers(len(manners)))]
    strength = float(rng.uniform(0.6, 1.1))
    own = Muscles(*(_near(rng, 1.0, 0.3) * value for value in astuple(textbook)))
    habit = Muscles(*(_near(rng, 0, 0.1) for _ in astuple(REST)[:-2]))
    return rest.mixed(REST, 0.3).plus(own, strength).plus(habit)
