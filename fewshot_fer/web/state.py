"""A class at a moment: for programs, and as the message that viewers get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fewshot_fer.records.values import Mark
from fewshot_fer.records.views import ClassShares, View
from fewshot_fer.sentences import sentence
from fewshot_fer.web import wire
from fewshot_fer.web.sources import SourceState
from fewshot_fer.web.timeline import STEP_S, Stretch
from fewshot_fer.web.wire import Message


@dataclass(frozen=True, slots=True)
class ClassState:
    """A class at a moment."""

    id: str
    name: str
    started: float
    seconds: float
    paused: bool
    ended: bool
    recording: bool
    each: bool
    """Every student is recorded, not only the class."""
    session: int | None
    """The number in the record."""
    trouble: str | None
    """Why what was seen is not in the record yet."""
    sources: tuple[SourceState, ...]
    viewers: int
    present: tuple[str, ...]
    """Students who are seen now."""
    shares: ClassShares
    marks: tuple[Mark, ...]


def state_message(
    state: ClassState,
    view: View | None,
    check_ins: Sequence[Message],
    stretches: Sequence[Stretch],
    first: int,
) -> Message:
    """The state for viewers, with the timeline from one of its stretches on."""
    first = max(0, min(first, len(stretches)))
    people = () if view is None else sorted(view.seen, key=lambda f: (f.name or "~", f.track))
    return {
        "type": "state",
        "id": state.id,
        "name": state.name,
        "seconds": round(state.seconds, 1),
        "paused": state.paused,
        "ended": state.ended,
        "recording": state.recording,
        "each": state.each,
        "session": state.session,
        "trouble": state.trouble,
        "viewers": state.viewers,
        **wire.shares_message(state.shares),
        "sources": [
            {"key": s.key, "kind": s.kind, "student": s.student, "faces": s.faces,
             "a_second": round(s.a_second, 1), "ms": round(s.ms, 1), "said": s.said}
            for s in state.sources
        ],
        "people": [
            {"student": f.student, "name": f.name, "expression": f.expression,
             "unsure": sentence(f.reading.unsure) if f.reading and f.reading.unsure else None}
            for f in people if f.student is not None
        ],
        "marks": [{"second": mark.second, "text": mark.text} for mark in state.marks],
        "check_ins": list(check_ins),
        "timeline": {
            "step": STEP_S,
            "from": first,
            "stretches": [stretch.told() for stretch in stretches[first:]],
        },
    }  # fmt: skip
