"""What was read, as values that show themselves: as text, as JSON, as a table, as a picture."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, SupportsIndex, TypeAlias, overload

import cv2

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import InstallError
from fewshot_fer.files import write_atomically
from fewshot_fer.images import at_most, to_png
from fewshot_fer.lesson import found
from fewshot_fer.lesson.drawing import drawn, shows
from fewshot_fer.sentences import sentence

if TYPE_CHECKING:
    from fewshot_fer.lesson.clips import ClipFace
    from fewshot_fer.stills import NamedFace

Face: TypeAlias = "NamedFace | ClipFace"
"""A face has `box`, `expression`, `scores`, `unsure`, `student` and `quality`."""
_SHOWN: Final = 720
_MANY: Final = 20
"""A notebook shows pictures so large, and so many of them at most."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Result:
    """What was read in one picture, or (with a `time`) in one frame of a video."""

    faces: tuple[Face, ...]
    """In a picture from left to right."""
    path: str | None
    """None of what was no file."""
    time: float | None
    """Seconds from the beginning of a video."""
    picture: Callable[[], Bytes]
    """The picture [h,w,3] in RGB; a file is opened again."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What students are called, by id."""

    def to_dict(self) -> dict[str, Any]:
        """As `fewshot-fer analyze --json` has it: one of its images, or a frame of its videos."""
        if self.time is not None:
            return found.frame(self.time, self.faces)
        return found.picture(self.path, self.faces)

    def to_df(self) -> Any:
        """A pandas table with a row a face; needs pandas."""
        return _table([self])

    def plot(self, to: Path | str | None = None) -> Bytes:
        """A copy [h,w,3] in RGB with boxes and expressions; `to` names a PNG file to write."""
        copy = drawn(self.picture(), self.faces, self.names)
        if to is not None:
            write_atomically(Path(to), to_png(copy))
        return copy

    def __repr__(self) -> str:
        what = "no face" if not self.faces else f"{len(self.faces)} faces"
        lines = [f"{self._title}: {'1 face' if len(self.faces) == 1 else what}"]
        wide = max((len(shows(face)) for face in self.faces), default=0)
        for n, face in enumerate(self.faces, 1):
            said = f"{n:3}  {shows(face):{wide}}  {_percent(face)}  {self._who(face)}"
            lines.append(f"{said}{_why(face)}".rstrip())
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        code = cv2.imencode(".jpg", cv2.cvtColor(at_most(self.plot(), _SHOWN), cv2.COLOR_RGB2BGR))
        data = base64.b64encode(code[1].tobytes()).decode()
        return (
            f'<img alt="{escape(self._title)}" style="max-width:100%" '
            f'src="data:image/jpeg;base64,{data}"><pre>{escape(repr(self))}</pre>'
        )

    def rows(self) -> list[found.Row]:
        """The faces as rows of a table."""
        return [
            (self.path, self.time, getattr(face, "track", place), face)
            for place, face in enumerate(self.faces, 1)
        ]

    @property
    def _title(self) -> str:
        called = self.path or "the picture"
        return called if self.time is None else f"{called} at {self.time:.2f} s"

    def _who(self, face: Face) -> str:
        return f"{self.names.get(face.student, face.student)}  " if face.student else ""


class Results(tuple[Result, ...]):
    """What was read in several pictures, in their order; or in the frames of a video."""

    __slots__ = ()

    @overload
    def __getitem__(self, which: SupportsIndex) -> Result: ...
    @overload
    def __getitem__(self, which: slice) -> Results: ...

    def __getitem__(self, which: SupportsIndex | slice) -> Result | Results:
        found = super().__getitem__(which)
        return found if isinstance(found, Result) else Results(found)

    def to_dict(self) -> dict[str, Any]:
        """The document that `fewshot-fer analyze --json` prints, but for sizes of videos."""
        frames: dict[str | None, list[dict[str, Any]]] = {}
        for one in self:
            if one.time is not None:
                frames.setdefault(one.path, []).append(one.to_dict())
        document: dict[str, Any] = {"images": [one.to_dict() for one in self if one.time is None]}
        if frames:
            document["videos"] = [{"path": path, "frames": each} for path, each in frames.items()]
        return document

    def to_df(self) -> Any:
        """A pandas table with a row a face; needs pandas."""
        return _table(self)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        more = f"<p>… and {len(self) - _MANY} more</p>" if len(self) > _MANY else ""
        return "".join(one._repr_html_() for one in self[:_MANY]) + more


class Page(str):
    """A whole HTML page as text, to be written to a file; a notebook shows it in a frame."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Page of {len(self)} characters>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe title="report" srcdoc="{escape(self)}" '
            'style="width:100%;height:520px;border:1px solid #ccc"></iframe>'
        )


def _table(results: Iterable[Result]) -> Any:
    try:
        pandas = import_module("pandas")
    except ImportError as error:
        raise InstallError(
            "A table needs pandas, which is not installed.",
            next_step="pip install pandas, or use to_dict().",
        ) from error
    return pandas.DataFrame(found.table([row for one in results for row in one.rows()]))


def _percent(face: Face) -> str:
    return f"{100 * face.scores[face.expression]:3.0f} %"


def _why(face: Face) -> str:
    return sentence(face.unsure) if face.unsure is not None else ""
