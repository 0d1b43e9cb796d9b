"""How good it is: FER-2013, persons, episodes, tracking, strangers, speed."""

from __future__ import annotations
