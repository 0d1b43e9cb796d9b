"""Which time retention goes by: a clock that leaps ahead for a moment must not empty the record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from fewshot_fer.records import schema

_USUAL_S: Final = 90 * 86_400
"""A record is opened at least so often, or the clock is doubted."""
_PROOF_S: Final = 3_600
"""A clock that is ahead for so long is right: nobody has opened the record for a while."""


def believed(connection: Connection, now: datetime) -> tuple[datetime, bool]:
    """The time to go by, and whether that it was read has to be written down."""
    read = int(now.timestamp())
    row = connection.execute(select(schema.clock)).first()
    if row is None or read <= row.believed + _USUAL_S:
        return now, row is None or row.ahead is not None or abs(read - row.believed) > _PROOF_S
    if row.ahead is not None and read - row.ahead >= _PROOF_S:
        return now, True
    return datetime.fromtimestamp(row.believed, UTC), row.ahead is None or read < row.ahead


def write_down(connection: Connection, now: datetime) -> None:
    """Remember what the clock says: believed, or ahead of what is believed."""
    time, _ = believed(connection, now)
    ahead = None if time == now else int(now.timestamp())
    connection.execute(delete(schema.clock))
    connection.execute(insert(schema.clock).values(believed=int(time.timestamp()), ahead=ahead))
