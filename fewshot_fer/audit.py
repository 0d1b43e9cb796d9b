"""Who did what, and when: lines that are only ever added, and that name no student.

They lie in a file for each month in the web app's private folder, so that a backup holds them, and
go by whole files once they are older than what is recorded of single students.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from fewshot_fer.languages import Phrase
from fewshot_fer.students.store.moving import EXPORTED

BACKED_UP: Final = "wrote a backup"
EXPORTED_SESSION: Final = "exported a session"
_COPIES: Final = (BACKED_UP, EXPORTED_SESSION, EXPORTED)
_NAME: Final = "audit-%Y-%m.jsonl"
_log = logging.getLogger(__name__)

asking: ContextVar[str | None] = ContextVar("asking", default=None)
"""In what role somebody asks, where that is known."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done."""

    at: str
    """When, in UTC."""
    who: str
    """In what role: `teacher`, `student`, `visitor` (who has a link, or nothing), `command`."""
    did: str


_ENTRY: Final = TypeAdapter(Entry)


class Audit:
    """What was done with the students, the record and the keys of one teacher."""

    def __init__(
        self, folder: Path, days: int, who: str, now: Callable[[], float] = time.time
    ) -> None:
        """Whoever asks in no known role is `who`; what is older than so many days goes."""
        self._folder, self._days, self._who, self._now = folder, days, who, now

    def note(self, did: str, who: str | None = None) -> None:
        """Add a line. What was done is done: where it cannot be noted, the log says so."""
        moment = datetime.fromtimestamp(self._now(), UTC).replace(microsecond=0)
        entry = Entry(moment.isoformat(), who or asking.get() or self._who, did)
        file = self._folder / moment.strftime(_NAME)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_new = not file.exists()
            handle = os.open(file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            try:
                # One write: lines of several processes never mix.
                os.write(handle, f"{json.dumps(asdict(entry))}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
            if is_new:
                self._sweep(moment)
        except OSError as error:
            _log.warning("what was done could not be noted: %s", error.strerror)

    def entries(self) -> list[Entry]:
        """All that is known, the latest last; half a line of a full disk is left out."""
        found = []
        for file in self._files():
            for line in file.read_bytes().splitlines():
                try:
                    found.append(_ENTRY.validate_json(line))
                except ValidationError:
                    continue
        return found

    def copies(self) -> str:
        """Which copies were made that we know of and cannot reach; nothing where there are none."""
        made = [one for one in self.entries() if one.did in _COPIES]
        if not made:
            return ""
        return Phrase(
            "Backups and exports were made too, {count} since {day}: what is in them stays there "
            "until you delete those files.",
            count=len(made),
            day=made[0].at[:10],
        )

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("audit-????-??.jsonl"))

    def _sweep(self, now: datetime) -> None:
        for file in self._files():
            begun = datetime.strptime(file.name, _NAME).replace(tzinfo=UTC)
            if begun + timedelta(days=31 + self._days) < now:
                file.unlink(missing_ok=True)
