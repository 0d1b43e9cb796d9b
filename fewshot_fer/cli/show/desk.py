"""What the teacher's keys mean while a class is watched; knows no terminal and no camera."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from fewshot_fer.cli.show.keys import BACK, ENTER, ESCAPE

HELP: Final = "n name a face   m mark a moment   r recalibrate   p pause   e everybody   q end"
_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Name:
    """A face is this student, or nobody of the class."""

    number: int
    student: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something happens now."""

    text: str


Action = Name | Mark | Literal["recalibrate", "pause", "everybody", "end"]
_AT_ONCE: Final[Mapping[str, Action]] = {
    "r": "recalibrate", "p": "pause", "e": "everybody", "q": "end",
}  # fmt: skip


def number_of(place: int, track: int, sources: int) -> int:
    """The number that is typed for a source's track, among those of so many sources."""
    return track * sources + place


def track_of(number: int, sources: int) -> tuple[int, int]:
    """Whose track a number means: the source's place, and the track."""
    track, place = divmod(number, sources)
    return place, track


class Desk:
    """Collects keys until they mean something."""

    def __init__(self, students: Callable[[], Mapping[str, str]]) -> None:
        self._students = students
        """Names by id, as they are now."""
        self._asked: Literal["", "face", "student", "mark"] = ""
        self._typed = ""
        self._number = 0
        self._wrong = ""

    @property
    def naming(self) -> bool:
        """Whether faces have to be shown with their numbers."""
        return self._asked in ("face", "student")

    @property
    def line(self) -> str:
        """What to show at the bottom."""
        wrong = f"   ({self._wrong})" if self._wrong else ""
        if self._asked == "face":
            return f"Which face? Its number, then Enter: {self._typed}_{wrong}"
        if self._asked == "student":
            names = ", ".join([*sorted(self._fitting().values())[:_SHOWN], "- for nobody"])
            return f"Who is face {self._number}? {self._typed}_   {names}{wrong}"
        if self._asked == "mark":
            return f"What happens now? {self._typed}_"
        return HELP

    def press(self, key: str, faces: Collection[int]) -> Action | None:
        """One more key, and the faces in view; what is to be done, if that is clear by now."""
        self._wrong = ""
        if not self._asked:
            return self._begin(key)
        if key == ESCAPE:
            self._asked = ""
        elif key == BACK:
            self._typed = self._typed[:-1]
        elif key == ENTER:
            return self._entered(faces)
        elif key.isprintable():
            self._typed += key
        return None

    def _begin(self, key: str) -> Action | None:
        if key == "n":
            self._ask("face")
            self._wrong = "" if self._students() else "nobody is enrolled yet"
        elif key == "m":
            self._ask("mark")
        return _AT_ONCE.get(key)

    def _ask(self, what: Literal["face", "student", "mark"]) -> None:
        self._asked, self._typed = what, ""

    def _entered(self, faces: Collection[int]) -> Action | None:
        typed = self._typed.strip()
        if not typed:
            self._asked = ""
            return None
        if self._asked == "mark":
            self._asked = ""
            return Mark(typed)
        if self._asked == "face":
            self._choose_face(typed, faces)
            return None
        return self._choose_student(typed)

    def _choose_face(self, typed: str, faces: Collection[int]) -> None:
        if not typed.isdecimal() or int(typed) not in faces:
            self._wrong, self._typed = "there is no such face", ""
        else:
            self._number = int(typed)
            self._ask("student")

    def _choose_student(self, typed: str) -> Action | None:
        fitting = self._fitting()
        exact = [s for s, name in fitting.items() if name.casefold() == typed.casefold()]
        found = exact or list(fitting)
        if typed != "-" and len(found) != 1:
            self._wrong = "nobody is called so" if not found else "which of them?"
            return None
        self._asked = ""
        return Name(self._number, None if typed == "-" else found[0])

    def _fitting(self) -> dict[str, str]:
        """The students who are meant by what is typed so far."""
        typed = self._typed.strip().casefold()
        everybody = self._students()
        begun = {s: name for s, name in everybody.items() if name.casefold().startswith(typed)}
        return begun or {s: name for s, name in everybody.items() if s.startswith(typed)}
