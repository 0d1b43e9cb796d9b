"""The seven expressions that everybody knows, in the order of Kaggle's FER-2013."""

from __future__ import annotations

from typing import Final

BASIC: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
NEUTRAL: Final = "neutral"
UNSURE: Final = "unsure"
