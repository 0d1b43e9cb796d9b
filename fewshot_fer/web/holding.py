"""Several processes that serve the same classes: what they share, and who holds which lesson.

The balancer sends all that is about one class to one process. A process that is asked for a
lesson which it does not hold takes it: at once where its holder is dead or has let it go, and else
it asks for it, upon which the holder writes down what is seen, sends its browsers away (they come
back by the balancer) and lets go. So the balancer alone decides who holds what, and the lesson
goes on under the same id, with the same record.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewshot_fer.errors import SourceError
from fewshot_fer.lesson.events import Kept, LessonState, RecordingState
from fewshot_fer.records.folders import web_mirror
from fewshot_fer.settings import Settings
from fewshot_fer.students.store.reader import mirrored
from fewshot_fer.web.access.files import Place, PrivateList
from fewshot_fer.web.access.who import routed

if TYPE_CHECKING:
    from fewshot_fer.mirror import Mirror
    from fewshot_fer.shared import Peers, Shared

FILE: Final = "lessons.json"
BEAT_S: Final = 0.4
"""A process says so often that it is alive; ..."""
SILENT_S: Final = 2.0
"""... one that has said nothing for so long is taken for dead."""
_PATIENCE_S: Final = 5.0
_LOOK_S: Final = 0.05
_SETTLED_S: Final = 2.0
"""For so long a lesson stays where it has just been taken: two balancers do not tear at it."""
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Holding:
    """A lesson that runs, who holds it, and what another needs to go on with it."""

    id: str
    name: str
    started: float
    holder: str
    """The process; empty where it was let go."""
    since: float
    """When the holder took it, by the clock that all go by."""
    wanted: str = ""
    """The process that is asked for it now."""
    noted: float = 0.0
    """When `kept` was noted, by the same clock."""
    kept: Kept = field(default_factory=Kept)

    @property
    def state(self) -> LessonState:
        """How it stands, as far as other processes know."""
        kept = self.kept
        recording = RecordingState(kept.mode, kept.session)
        return LessonState(
            self.id, self.name, self.started, kept.seconds, kept.paused, recording=recording,
            marks=kept.marks, title=kept.title,
        )  # fmt: skip

    @property
    def until(self) -> float:
        """It ends when it is ended."""
        return math.inf


@dataclass(frozen=True, slots=True)
class Several:
    """What this process is among others."""

    me: str
    peers: Peers
    shared: Shared | None = None
    """The database of all servers, where there are several."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What of one teacher several processes share."""

    place: Place
    """The private files."""
    web: Mirror | None = None
    """Makes those the same on several servers, ..."""
    students: Mirror | None = None
    """... and the library."""
    holdings: Holdings | None = None

    @classmethod
    def of(
        cls, settings: Settings, several: Several | None, folder: Path, account: str | None
    ) -> Shares:
        """Of the server's own teacher, or of an account."""
        shared = several.shared if several is not None else None
        beginning = f"teachers/{account}/" if account else ""
        web = web_mirror(settings, shared, folder, f"{beginning}web")
        place = Place(folder, web.alone if web is not None else nullcontext)
        if web is not None:
            web.take_in()
        return cls(
            place, web, mirrored(settings, shared, f"{beginning}students"),
            Holdings(place, several.me, several.peers) if several is not None else None,
        )  # fmt: skip

    def take_in(self) -> None:
        """Take in what other servers changed."""
        if self.web is not None:
            self.web.take_in()


class Holdings:
    """The lessons of one teacher in all processes; every method may come from any thread."""

    def __init__(self, place: Place, me: str, peers: Peers) -> None:
        self.me = me
        self._peers = peers
        self._list = PrivateList(place, FILE, Holding, "lessons that run", time.time)

    def all(self) -> tuple[Holding, ...]:
        """All that run, the latest last."""
        return self._list.all()

    def add(self, id_: str, name: str, started: float) -> None:
        """A lesson begins here."""
        self._list.add(Holding(id_, name, started, self.me, self._peers.clock()), _MOST)

    def note(self, id_: str, kept: Kept) -> None:
        """What another would need, whenever that changes; of a lesson that is held here."""
        now = self._peers.clock()
        self._change(id_, lambda one: replace(one, kept=kept, noted=now), only_mine=True)

    def leave(self, id_: str, *, moved: bool) -> None:
        """A lesson that was held here is written down: it is over, or anybody may take it."""
        if moved:
            self._change(id_, lambda one: replace(one, holder="", wanted=""), only_mine=True)
        else:
            self._list.drop(lambda one: one.id == id_ and one.holder == self.me)

    def is_free(self, one: Holding) -> bool:
        """Whether nobody else holds a lesson any more."""
        return one.holder in ("", self.me) or self._peers.silent(one.holder) > SILENT_S

    def end(self, one: Holding) -> bool:
        """A lesson that nobody holds is over; whether nobody has taken it meanwhile."""
        return self._list.drop(lambda it: it == one)

    def take(self, id_: str) -> Holding:
        """Hold a lesson from now on, with what to go on with. Waits until its holder lets go.

        A path or a cookie that the balancer reads otherwise than we do could be sent to any
        process: a student with such a one would tear the lesson from where the class is.
        """
        until = time.monotonic() + _PATIENCE_S
        while routed.get() in (None, id_) and time.monotonic() < until:
            one = self._find(id_)
            if self.is_free(one):
                now = self._peers.clock()
                mine = replace(one, holder=self.me, since=now, wanted="")
                # Of two who try it the second finds another holder.
                self._change(id_, lambda it, one=one, mine=mine: mine if it == one else it)  # type: ignore[misc]
                if self._find(id_).holder == self.me:
                    passed = max(0.0, now - one.noted) if one.noted else 0.0
                    return replace(one, kept=replace(one.kept, seconds=one.kept.seconds + passed))
            elif one.wanted != self.me:
                self._change(id_, lambda it: replace(it, wanted=self.me))
            time.sleep(_LOOK_S)
        raise SourceError(
            "The class is just moving to another server.", next_step="Try again in a moment."
        )

    def asked_for(self, id_: str, *, idle: bool) -> bool:
        """Whether a lesson that is held here has to go: others are asked for it, or have it."""
        one = next((it for it in self.all() if it.id == id_), None)
        if one is None or one.holder != self.me:
            return True
        settled = idle or self._peers.clock() - one.since > _SETTLED_S
        return bool(one.wanted) and settled

    def _find(self, id_: str) -> Holding:
        one = next((it for it in self.all() if it.id == id_), None)
        if one is None:
            raise SourceError(
                "This class has ended, or there never was one.",
                where=id_[:20],
                next_step="Open the page of the class again.",
            )
        return one

    def _change(
        self, id_: str, change: Callable[[Holding], Holding], *, only_mine: bool = False
    ) -> None:
        def changed(old: tuple[Holding, ...]) -> Iterator[Holding]:
            for one in old:
                mine = one.id == id_ and (not only_mine or one.holder == self.me)
                yield change(one) if mine else one

        self._list.update(changed)
