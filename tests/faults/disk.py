"""A disk that fails when it is told to, and what is left on it after a power cut."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from random import Random
from struct import Struct

_HEAD = Struct("6q")


class Fault(IntEnum):
    """What the disk does at a touch; the numbers are those of `shim.c`."""

    NONE, KILL, TORN, IO_ERROR, BROKEN, FULL, READ_ONLY, UNREADABLE = range(8)


class Touch(IntEnum):
    """What a program does to a disk."""

    OPEN, WRITE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, TRUNCATE, LINK, DONE = range(1, 11)


def built(folder: Path) -> Path | None:
    """The shim, compiled; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None or os.uname().sysname != "Linux":
        return None
    target, source = folder / "shim.so", Path(__file__).with_name("shim.c")
    options = ("-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(target), str(source))
    subprocess.run([compiler, *options, "-ldl", "-pthread"], check=True)
    return target


class Disk:
    """The shim of this process, which was started with it."""

    def __init__(self) -> None:
        self._shim = ctypes.CDLL(os.environ["LD_PRELOAD"])

    def arm(self, root: Path, fault: Fault, at: int, journal: int = -1) -> None:
        """From now on, fail at so many touches of what lies below a folder."""
        self._shim.arm(str(root).encode(), int(fault), ctypes.c_long(at), journal)

    def done(self) -> None:
        """A step is over."""
        self._shim.done()

    @property
    def touches(self) -> int:
        """How many there were."""
        return int(self._shim.touches())


@dataclass(frozen=True, slots=True)
class Event:
    """One touch as it was written down."""

    touch: Touch
    fd: int
    offset: int
    path: str
    to: str
    data: bytes


def events(journal: bytes) -> Iterator[Event]:
    """What was written down."""
    at = 0
    while at < len(journal):
        touch, fd, offset, path, to, length = _HEAD.unpack_from(journal, at)
        parts, at = [], at + _HEAD.size
        for size in (path, to, length):
            parts.append(journal[at : at + size])
            at += size
        names = parts[0].decode(), parts[1].decode()
        yield Event(Touch(touch), fd, offset, *names, parts[2])


@dataclass(eq=False)
class _Inode:
    kept: bytes = b""
    """What is on the disk for sure."""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Writes, and cuts (None), since it was flushed."""

    def content(self, rng: Random | None, *, everything: bool) -> bytes:
        data = bytearray(self.kept)
        for offset, new in self.pending:
            if rng.random() < 0.5 if rng is not None else not everything:
                continue
            if new is None:
                data[offset:] = bytes(max(0, offset - len(data)))
            else:
                data.extend(bytes(max(0, offset - len(data))))
                data[offset : offset + len(new)] = new
        return bytes(data)


Names = dict[str, _Inode | None]
"""Every path with its file, or None for a folder."""


class PowerCuts:
    """Plays a journal, and says what a power cut may leave at any moment.

    Names change in their order (the file system has a journal of its own) and last when their
    folder was flushed; what was written to a file lasts when the file was, and else none of it,
    all or any.
    """

    def __init__(self, start: Path, root: Path) -> None:
        self._first: Names = {
            str(root / path.relative_to(start)): None
            if path.is_dir()
            else _Inode(path.read_bytes())
            for path in sorted(start.rglob("*"))
        }
        self._root = str(root)
        self._now = dict(self._first)
        self._steps: list[Event | tuple[str, _Inode]] = []
        self._lasting = 0
        self._open: dict[int, _Inode] = {}

    def play(self, event: Event) -> None:
        """One more touch."""
        if event.touch is Touch.OPEN:
            there = self._now.get(event.path)
            if event.path not in self._now and event.path != self._root:
                there = _Inode()
                self._change((event.path, there))
            if there is not None:
                self._open[event.fd] = there
                there.pending += [(0, None)] if event.offset else []
        elif event.touch is Touch.WRITE:
            self._open[event.fd].pending.append((event.offset, event.data))
        elif event.touch is Touch.TRUNCATE:
            self._open[event.fd].pending.append((event.offset, None))
        elif event.touch is Touch.SYNC:
            self._flush(event)
        elif event.touch is not Touch.DONE:
            self._change(event)

    def left(self, rng: Random) -> Iterator[Names]:
        """What may be on the disk now: names and contents, the most and the least and by chance."""
        for names in {self._lasting, len(self._steps)}:
            for everything in (False, True):
                yield self._at(names, None, everything=everything)
        for _ in range(2):
            yield self._at(rng.randint(self._lasting, len(self._steps)), rng)

    def _at(self, names: int, rng: Random | None, *, everything: bool = False) -> Names:
        found = dict(self._first)
        for step in self._steps[:names]:
            _apply(found, step)
        kept: dict[int, _Inode] = {}
        for inode in found.values():
            if inode is not None and id(inode) not in kept:
                kept[id(inode)] = _Inode(inode.content(rng, everything=everything))
        return {path: inode and kept[id(inode)] for path, inode in found.items()}

    def _flush(self, event: Event) -> None:
        if event.path == self._root or self._now.get(event.path, self) is None:
            for number, step in enumerate(self._steps, start=1):
                paths = (step[0],) if isinstance(step, tuple) else (step.path, step.to)
                if any(os.path.dirname(path) == event.path for path in paths):  # noqa: PTH120
                    self._lasting = max(self._lasting, number)
            return
        inode = self._open[event.fd]
        inode.kept, inode.pending = inode.content(None, everything=True), []

    def _change(self, step: Event | tuple[str, _Inode]) -> None:
        self._steps.append(step)
        _apply(self._now, step)


def _apply(names: Names, step: Event | tuple[str, _Inode]) -> None:
    if isinstance(step, tuple):
        names[step[0]] = step[1]
    elif step.touch is Touch.MKDIR:
        names[step.path] = None
    elif step.touch is Touch.LINK:
        names[step.to] = names[step.path]
    elif step.touch is Touch.RENAME:
        for path in [p for p in names if p == step.path or p.startswith(f"{step.path}/")]:
            names[step.to + path.removeprefix(step.path)] = names.pop(path)
    else:
        names.pop(step.path, None)


def laid_out(names: Names, root: Path, to: Path) -> None:
    """Make files and folders of what a power cut left."""
    for path, inode in sorted(names.items()):
        place = to / Path(path).relative_to(root)
        if inode is None:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(inode.kept)


def fingerprint(names: Names) -> int:
    """The same number for the same files."""
    return hash(tuple((path, inode and inode.kept) for path, inode in sorted(names.items())))
