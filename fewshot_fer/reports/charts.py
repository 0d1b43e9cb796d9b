"""Charts as SVG that stretches to any width; words stand beside them in HTML and never shrink."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from markupsafe import Markup

from fewshot_fer.arrays import Doubles
from fewshot_fer.palette import COVERED, colour, ordered
from fewshot_fer.reports.summary import Timeline


def stack(
    line: Timeline, names: Sequence[str], marks: Sequence[float] = (), *, label: str
) -> Markup:
    """Shares over time, one on the other; white where nobody was confidently read."""
    parts = []
    bottom = np.zeros(len(line.seconds))
    for name in ordered(names):
        share = np.nan_to_num(line.shares[:, list(names).index(name)])
        parts.append(_steps(bottom, share, colour(name, names)))
        bottom = bottom + share
    return _svg(parts, len(line.seconds), line, marks, label)


def coverage(line: Timeline, *, label: str) -> Markup:
    """How much of the class was confidently read over time."""
    share = np.nan_to_num(line.coverage)
    return _svg([_steps(np.zeros(len(share)), share, COVERED)], len(share), line, (), label)


def bar(share: float, fill: str) -> Markup:
    """One bar on a pale ground."""
    return Markup(  # numbers and colours of ours
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="ground" width="100" height="10"/>'
        f'<rect width="{100 * share:.2f}" height="10" fill="{fill}"/></svg>'
    )


def interval(effect: float, low: float, high: float, fill: str, *, widest: float) -> Markup:
    """An effect with its interval around a line at 0."""
    at, first, last = (50 + 48 * max(-1.0, min(1.0, v / widest)) for v in (effect, low, high))
    return Markup(  # numbers and colours of ours
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="zero" x="49.8" width="0.4" height="10"/>'
        f'<rect x="{first:.2f}" y="3" width="{max(0.3, last - first):.2f}" height="4" '
        f'fill="{fill}" opacity="0.45"/>'
        f'<rect x="{at - 0.5:.2f}" y="1" width="1" height="8" fill="{fill}"/></svg>'
    )


def _steps(bottom: Doubles, height: Doubles, fill: str) -> str:
    """Steps [n] of some heights on others, as one path."""
    drawn = [
        f"M{k} {100 * (1 - b - h):.1f}h1v{100 * h:.1f}h-1z"
        for k, (b, h) in enumerate(zip(bottom.tolist(), height.tolist(), strict=True))
        if h > 0.0005
    ]
    return f'<path fill="{fill}" d="{"".join(drawn)}"/>' if drawn else ""


def _svg(
    parts: Sequence[str], width: int, line: Timeline, marks: Sequence[float], label: str
) -> Markup:
    lines = [
        f'<path class="grid" d="M0 {height}h{max(1, width)}" vector-effect="non-scaling-stroke"/>'
        for height in (25, 50, 75)
    ]
    lines += [
        f'<path class="mark" d="M{second / line.length:.2f} 0v100" vector-effect="'
        'non-scaling-stroke"/>'
        for second in marks
    ]
    return Markup(
        f'<svg viewBox="0 0 {max(1, width)} 100" preserveAspectRatio="none" role="img" '
        f'shape-rendering="crispEdges" aria-label="{escape(label)}">'
        f"{''.join(parts)}{''.join(lines)}</svg>"
    )
