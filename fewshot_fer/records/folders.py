"""Opens a record with what waits for it, and says where things lie beside it."""

from __future__ import annotations

from contextlib import nullcontext
from glob import escape
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from fewshot_fer.database import shown
from fewshot_fer.errors import RecordError
from fewshot_fer.files import Holds
from fewshot_fer.languages import Phrase
from fewshot_fer.records.backlog import TAKEN, catch_up
from fewshot_fer.records.store import Retention, Store

if TYPE_CHECKING:
    from fewshot_fer.mirror import Mirror
    from fewshot_fer.settings import Settings
    from fewshot_fer.shared import Shared


def opened(records: str, retention: Retention | None = None) -> Store:
    """The record, with what earlier sessions left behind brought in."""
    store = Store.open(records, retention=retention)
    try:
        bring_in(store, records)
    except BaseException:
        store.close()
        raise
    return store


def bring_in(store: Store, records: str) -> int:
    """Write what sessions that were cut off left behind; how many seconds that were."""
    file = waiting_files(records)
    left = sorted(file.parent.glob(f"{escape(file.name)}*"), key=lambda one: one.suffix != TAKEN)
    try:
        return sum(catch_up(store, one) for one in left)
    except OSError as error:
        raise RecordError(
            Phrase(
                "What an earlier session left cannot be brought in: {strerror}.",
                strerror=str(error.strerror),
            ),
            where=f"{file}*",
            next_step="Check the disk, and your right to read and write there.",
        ) from error


def waiting_files(records: str) -> Path:
    """What the files begin with in which a database's seconds wait, one file a session."""
    file = sqlite_file(records)
    if file is None:
        # The same number is another session in another database.
        which = sha256(shown(records).encode()).hexdigest()[:8]
        file = Path(f"fewshot-fer-{which}.db")
    return file.with_name(f"{file.name}-waiting-")


def web_folder(records: str) -> Path:
    """What the web app keeps, beside the record: whoever keeps one keeps the other."""
    file = waiting_files(records)
    return file.with_name(file.name.replace(".db-waiting-", "") + "-web")


def web_mirror(
    settings: Settings, shared: Shared | None = None, folder: Path | None = None, name: str = "web"
) -> Mirror | None:
    """What makes that folder the same on several servers, where the settings say so."""
    if not settings.shared:
        return None
    from fewshot_fer.mirror import Mirror
    from fewshot_fer.shared import Shared

    def is_part(name: str) -> bool:
        known = name in ("secret.key", "password") or name.endswith(".json")
        return known and not name.startswith(".")

    here = folder or web_folder(settings.records)
    return Mirror(shared or Shared(settings.shared), here, name, is_part)


def web_holds(settings: Settings) -> Holds:
    """Holds that folder for one change, on other servers too where the settings say so."""
    mirror = web_mirror(settings)
    return mirror.alone if mirror is not None else nullcontext


def sqlite_file(records: str) -> Path | None:
    """The file of an SQLite database."""
    address = make_url(shown(records))
    in_a_file = address.drivername == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(str(address.database)) if in_a_file else None
