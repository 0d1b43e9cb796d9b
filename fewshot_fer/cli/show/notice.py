"""What everybody is told who sees faces read for the first time."""

from __future__ import annotations

from typing import Final

LAW: Final = (
    "It reads what a face shows, no more. In the EU, such software is prohibited in education save "
    "for medical or safety reasons (AI Act, article 5(1)(f)); elsewhere, ask everybody first."
)
