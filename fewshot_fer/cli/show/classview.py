"""How a class looks in a terminal: every student's expression with a bar, and the whole class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fewshot_fer.expressions import BASIC
from fewshot_fer.palette import colour

if TYPE_CHECKING:
    from fewshot_fer.records.views import ClassShares, Effort, Seen, Timings

_BLOCKS: Final = " ▏▎▍▌▋▊▉█"
_NAME, _EXPRESSION, _BAR = 9, 9, 5
_CELL: Final = _NAME + 1 + _EXPRESSION + _BAR


def bar(share: float, width: int, style: str) -> Text:
    """A bar of eighths of a letter, on a dim ground of its full width."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    drawn = "█" * full + (_BLOCKS[rest] if rest else "")
    return Text(drawn.ljust(width), style=f"{style} on grey15")


def students_grid(seen: Sequence[Seen], width: int, rows: int | None = None) -> Table:
    """Every face's name, expression and how probable it is, in as many columns as fit.

    With more faces than so many rows can hold, the last place says how many are left out.
    """
    columns = max(1, min(6, (width + 3) // (_CELL + 3)))
    grid = Table.grid(padding=(0, 3, 0, 0))
    for _ in range(columns):
        grid.add_column(no_wrap=True, min_width=_CELL)
    ordered = sorted(seen, key=lambda face: (face.name is None, face.name or "", face.track))
    fitting = len(ordered) if rows is None else columns * rows
    cells: list[RenderableType] = [_cell(face) for face in ordered]
    if len(cells) > fitting:
        cells[fitting - 1 :] = [Text(f"and {len(cells) - fitting + 1} more", style="dim")]
    for start in range(0, len(cells), columns):
        grid.add_row(*cells[start : start + columns])
    return grid if cells else _only(Text("No face is to be seen.", style="dim"))


def places(seen: Sequence[Seen], size: tuple[int, int], width: int, height: int) -> Text:
    """Where in the picture every face is, as a sketch of numbers and names."""
    lines = [[" "] * width for _ in range(height)]
    across, down = max(1, size[0]), max(1, size[1])
    for face in seen:
        x0, y0, x1, y1 = face.box
        label = f"{face.track} {face.name or '?'}"[:14]
        line = min(height - 1, max(0, int((y0 + y1) / 2 / down * height)))
        middle = int((x0 + x1) / 2 / across * width) - len(label) // 2
        start = min(max(0, middle), max(0, width - len(label)))
        lines[line][start : start + len(label)] = label
    drawn = ["".join(line[:width]) for line in lines]
    return Text("\n".join(drawn), style="on grey15")


def _cell(face: Seen) -> Text:
    name = (face.name or f"face {face.track}")[:_NAME].ljust(_NAME + 1)
    cell = Text(name, style="bold" if face.name else "dim")
    if face.reading is None:
        return cell.append("...", style="dim")
    shown = face.reading.expression
    mark, style = ("?", f"dim {colour(shown)}") if face.reading.unsure else ("", colour(shown))
    word = (shown[: _EXPRESSION - 1 - len(mark)] + mark).ljust(_EXPRESSION)
    cell.append(word, style=style)
    return cell.append_text(bar(face.reading.scores[shown], _BAR, colour(shown)))


def class_bars(shares: ClassShares, width: int = 24) -> Table:
    """The share of every expression among those who are clearly read."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    names = [*BASIC, *(name for name in shares.shares if name not in BASIC)]
    for name in names:
        share, style = shares.shares.get(name, 0.0), colour(name)
        grid.add_row(Text(name, style=style), bar(share, width, style), f"{100 * share:3.0f} %")
    covered = f"{shares.sure} of {shares.expected} clearly read"
    grid.add_row(Text("class", style="dim"), Text(covered, style="dim"), "")
    if shares.unread:
        what = "1 face" if shares.unread == 1 else f"{shares.unread} faces"
        grid.add_row("", Text(f"{what} not read: no consent\n(see --reads)", style="yellow"), "")
    return grid


def effort_line(effort: Effort, timings: Timings) -> str:
    """What the machine did for the last frame."""
    waiting = f", oldest reading {effort.oldest:.1f} s" if effort.skipped else ""
    return (
        f"{effort.faces} faces, {effort.read} read in this frame{waiting}; "
        f"{1000 * timings.total:.0f} ms a frame"
    )


def _only(text: Text) -> Table:
    grid = Table.grid()
    grid.add_row(text)
    return grid
