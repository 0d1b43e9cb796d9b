"""The numbers that several rooms must agree on."""

from __future__ import annotations

from typing import Final

import numpy as np

from fewshot_fer.arrays import Bytes

SIDE: Final = 192
"""A portrait's side: what is embedded, and what a support set stores."""
SQUARE: Final = 48
"""The side of FER-2013's pictures, which the embedding network sees."""
NO_PORTRAITS: Final[Bytes] = np.zeros((0, SIDE, SIDE, 3), np.uint8)

THRESHOLDS: Final = (0.6, 0.7, 0.7)
"""What the detector's three nets must be sure of, each."""
MIN_FACE: Final = 20
"""The smallest face that is looked for, in pixels."""
PYRAMID: Final = 0.709
"""Each picture of the search is so much smaller than the one before: half the area."""

KEEP_DAYS: Final = 180
"""What was recorded of single students is kept for so many days, unless the settings differ."""
