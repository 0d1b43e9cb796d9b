"""A tray of pictures that may teach: looked at one by one and together, not stored yet.

Of each picture only the cut-out face and a small view are kept. A page keeps its tray in
memory, for its browser tab alone, so that nothing is lost when it is loaded again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.images import at_most, decode_image
from fewshot_fer.students.enrolment.cross_checks import Doubt
from fewshot_fer.students.enrolment.enrolment import Looked
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture, Refusal

_VIEW = 240
_LONGEST = 1920
_UNNAMED = "neutral"
"""The gate does not ask what is shown; a candidate has to be called something meanwhile."""

Looks = Callable[[Sequence[Candidate]], Looked]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One picture: what the gate says of it, and what it is said to show."""

    key: str
    source: str
    view: Bytes | None
    """The picture [h,w,3], small; None when it is no picture."""
    seen: Candidate | Refusal
    expression: str | None
    faces: int = 1
    image: Bytes | None = None
    """The picture itself, only while somebody has to say which of several faces is meant."""
    came_as: tuple[str, ...] = ()
    """Every expression under which the same picture came; of several, none is taken as said."""

    def __post_init__(self) -> None:
        if not self.came_as and self.expression is not None:
            object.__setattr__(self, "came_as", (self.expression,))

    def again(self, expression: str | None) -> Entry:
        """The same picture once more; under another expression, somebody has to say which."""
        if expression is None or expression in self.came_as:
            return self
        came_as = (*self.came_as, expression)
        return replace(self, expression=None if self.came_as else expression, came_as=came_as)

    @property
    def candidate(self) -> Candidate | None:
        """The face with what it shows, ready to teach; None until both are there."""
        if isinstance(self.seen, Refusal) or self.expression is None:
            return None
        return replace(self.seen, expression=self.expression)


@dataclass(frozen=True, slots=True)
class Together:
    """What only shows among all pictures of a tray, by the entries' keys."""

    looked: Looked
    refused: dict[str, Refusal]
    doubts: dict[str, Doubt]


@dataclass(slots=True)
class Tray:
    """Pictures in the order in which they came."""

    entries: dict[str, Entry] = field(default_factory=dict)
    confirmed: set[tuple[str, str]] = field(default_factory=set)
    """Which doubtful picture is to be kept under which expression; others are taken out."""
    same_person: bool = False
    batch: int = 0
    """Counts what was put in, so that the place to drop files is empty again."""
    _known: tuple[object, Together | None] = ((), None)

    def __bool__(self) -> bool:
        return bool(self.entries)

    def put(self, source: str, data: bytes, gate: Gate, expression: str | None) -> Entry:
        """Look at a picture file; the same file once more is no second entry."""
        key = sha256(data).hexdigest()
        there = self.entries.get(key)
        seen = there.again(expression) if there else _looked_at(key, source, data, gate, expression)
        self.entries[key] = seen
        return seen

    def add(self, taken: Candidate) -> None:
        """A face that the gate has let through already."""
        key = sha256(taken.portrait.tobytes()).hexdigest()
        there = self.entries.get(key)
        new = Entry(key, taken.source, None, taken, taken.expression)
        self.entries[key] = there.again(taken.expression) if there else new

    def refuse(self, source: str, error: FewshotFerError) -> None:
        """A file that could not even be opened."""
        key = sha256(source.encode()).hexdigest()
        self.entries[key] = Entry(key, source, None, Refusal(source, "", error), None, 0)

    def choose_face(self, key: str, face: int, gate: Gate) -> None:
        """Say which face of a picture is meant, counted from the left, from 0 on."""
        entry = self.entries[key]
        if entry.image is not None:
            picture = Picture(_UNNAMED, entry.image, entry.source, face)
            self.entries[key] = replace(entry, seen=gate.look(picture))

    def call(self, key: str, expression: str | None) -> None:
        """Say what a picture shows."""
        self.entries[key] = replace(self.entries[key], expression=expression)

    def drop(self, key: str) -> None:
        """Take a picture out."""
        self.entries.pop(key, None)

    def together(self, look: Looks, whom: object = None) -> Together | None:
        """All named faces looked at together; again only when something has changed."""
        ready = {key: c for key, e in self.entries.items() if (c := e.candidate) is not None}
        state = ([(key, c.expression) for key, c in ready.items()], self.same_person, whom)
        if self._known[0] != state:
            found = _among(ready, look(list(ready.values()))) if ready else None
            self._known = state, found
        return self._known[1]

    def unnamed(self) -> list[str]:
        """Which good pictures nobody has said the expression of."""
        return [
            key for key, entry in self.entries.items()
            if isinstance(entry.seen, Candidate) and entry.expression is None
        ]  # fmt: skip

    def unanswered(self, together: Together) -> list[str]:
        """Whose question waits."""
        return [
            key for key, doubt in together.doubts.items()
            if doubt.kept and (key, doubt.expression) not in self.confirmed
        ]  # fmt: skip

    def kept(self, together: Together) -> tuple[Candidate, ...]:
        """What is to be stored, once every question is answered."""
        harmful = {
            doubt.place for key, doubt in together.doubts.items()
            if not doubt.kept and (key, doubt.expression) not in self.confirmed
        }  # fmt: skip
        found = enumerate(together.looked.candidates)
        return tuple(one for place, one in found if place not in harmful)


def _looked_at(key: str, source: str, data: bytes, gate: Gate, expression: str | None) -> Entry:
    try:
        image = at_most(decode_image(data, where=source, at_least=_LONGEST), _LONGEST)
    except FewshotFerError as error:
        refusal = Refusal(source, expression or "", error)
        return Entry(key, source, None, refusal, expression, 0)
    seen = gate.look(Picture(_UNNAMED, image, source))
    view = at_most(image, _VIEW)
    if isinstance(seen, Candidate):
        return Entry(key, source, view, seen, expression)
    found = gate.find(image)
    faces = int((found.probabilities >= gate.rules.probability).sum())
    return Entry(key, source, view, seen, expression, faces, image if faces > 1 else None)


def _among(ready: dict[str, Candidate], looked: Looked) -> Together:
    """Whose is which: a face is told by its picture, as names of files may be the same."""
    keys = {id(candidate.portrait): key for key, candidate in ready.items()}
    placed = [keys[id(candidate.portrait)] for candidate in looked.candidates]
    missing = [key for key in ready if key not in placed]
    refused: dict[str, Refusal] = {}
    for refusal in looked.refused:
        about = (refusal.source, refusal.expression)
        fitting = [k for k in missing if (ready[k].source, ready[k].expression) == about]
        left = [key for key in fitting if key not in refused]
        if left:
            refused[left[0]] = refusal
    return Together(looked, refused, {placed[doubt.place]: doubt for doubt in looked.doubts})
