"""Where pictures come from: a camera, a video, a stream, a screen, a folder; one generator each.

Every picture has the time at which it was taken, in seconds from the source's beginning. A
generator releases what it holds when it ends, fails or is closed. Drawn classes are sources too:
anything that yields `Captured` is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, Protocol, cast

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ImageError, SourceError
from fewshot_fer.images import SUFFIXES, read_image
from fewshot_fer.languages import Phrase
from fewshot_fer.lesson.health import is_black

VIDEO_SUFFIXES: Final = frozenset(
    ".3gp .avi .m4v .mkv .mov .mp4 .mpeg .mpg .ogv .ts .webm .wmv".split()
)
_STREAM: Final = re.compile(r"(rtsps?|https?|rtmp|udp|tcp)://", re.IGNORECASE)
_BACK_OFF_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""How long a camera or stream that broke off is left alone before each new try."""
_QUIET: Final = 2
"""Errors only; an unplugged camera is said in our own words."""
_FROZEN_S: Final = 10.0
"""A camera that sends the very same picture for so long has stopped: real ones have noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """A picture [h,w,3] in RGB and the second it was taken at."""

    image: Bytes
    time: float


Pictures = Generator[Captured]


class Capture(Protocol):
    """What is used of OpenCV's VideoCapture."""

    def isOpened(self) -> bool:  # noqa: N802
        """Whether there is anything to read."""
        ...

    def grab(self) -> bool:
        """Move on to the next picture; False at the end."""
        ...

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the picture."""
        ...

    def get(self, what: int, /) -> float:
        """A property."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


Opens = Callable[[int | str], Capture]
Clock = Callable[[], float]
Sleeps = Callable[[float], None]


def with_opencv(source: int | str) -> Capture:
    """OpenCV's way to a camera, a file or a stream; its own warnings are kept quiet."""
    cv2.utils.logging.setLogLevel(_QUIET)
    return cast(Capture, cv2.VideoCapture(source))


def is_video(path: Path) -> bool:
    """Whether a file is read as a video, by its name."""
    return path.suffix.casefold() in VIDEO_SUFFIXES


def is_live(source: str) -> bool:
    """Whether a source goes on by itself, so that late pictures must be dropped."""
    return source.isdecimal() or source.split(":")[0] == "screen" or bool(_STREAM.match(source))


def without_password(source: str) -> str:
    """An address as it may be shown: who signs in to a stream stays out of it."""
    return re.sub(r"(?<=://)[^/@]*@", "", source)


def open_source(source: str, *, every: float = 0.0) -> Pictures:
    """The pictures of a camera's number, a file, a folder, an address, or `screen[:x,y,w,h]`.

    `every` is the shortest time between two pictures.
    """
    if source.isdecimal():
        return camera(int(source), every=every)
    if _STREAM.match(source):
        return stream(source, every=every)
    if source.split(":")[0] == "screen":
        return screen(_region(source), every=every or 0.1)
    path = Path(source)
    if not path.exists():
        raise SourceError(
            "There is no such file or folder.", where=source, next_step="Check its name."
        )
    return folder(path, every=every or 1.0) if path.is_dir() else video(path, every=every)


def camera(
    number: int,
    *,
    every: float = 0.0,
    opens: Opens = with_opencv,
    clock: Clock = monotonic,
    sleeps: Sleeps = sleep,
) -> Pictures:
    """A webcam's pictures; it is opened again, more and more slowly, when its cable was out."""
    where = f"camera {number}"
    missing = SourceError(
        "There is no such camera, or another program is using it.",
        where=where,
        next_step="Plug it in, close other programs that show it, or try another number "
        "(`fewshot-fer doctor` lists what is there).",
    )
    gone = SourceError(
        "The camera has stopped sending pictures.",
        where=where,
        next_step="Check the cable, then start again.",
    )
    clocked = partial(_pictures, every=every, clock=clock, began=clock())
    yield from _called_again(number, opens, clocked, sleeps, gone, missing)


def stream(
    url: str,
    *,
    every: float = 0.0,
    opens: Opens = with_opencv,
    clock: Clock = monotonic,
    sleeps: Sleeps = sleep,
) -> Pictures:
    """A network stream's pictures; it is called again, more and more slowly, when it breaks off."""
    gone = SourceError(
        "Nothing has come from this address for a while.",
        where=without_password(url),
        next_step="Check the address and the network, and that the other side is sending.",
    )
    clocked = partial(_pictures, every=every, clock=clock, began=clock())
    yield from _called_again(url, opens, clocked, sleeps, gone)


def video(path: Path, *, every: float = 0.0, opens: Opens = with_opencv) -> Pictures:
    """A video's pictures with the times that the file gives them."""
    last = -np.inf
    with _opened(str(path), opens) as capture:
        rate = capture.get(cv2.CAP_PROP_FPS) if capture.isOpened() else 0.0
        step = 1 / rate if 1 <= rate <= 1000 else 1 / 25
        count, taken = 0, -np.inf
        while capture.isOpened() and capture.grab():
            told = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            # Some formats know no times: then the pictures are counted.
            now = told if told > last and (told > 0 or count == 0) else max(last, 0.0) + step
            last, count = now, count + 1
            if now - taken >= every - 1e-6:
                image = _grabbed(capture)
                if image is not None:
                    taken = now
                    yield Captured(image, now)
    if taken == -np.inf:
        raise SourceError(
            "No picture can be read from this file.",
            where=str(path),
            next_step="Use a video that your player shows, such as MP4 or AVI; a damaged one can "
            "often be mended with `ffmpeg -i IN OUT.mp4`.",
        )


def rate_of(path: Path, *, opens: Opens = with_opencv) -> float | None:
    """Frames a second, as a video says; None where it does not."""
    with _opened(str(path), opens) as capture:
        rate = capture.get(cv2.CAP_PROP_FPS) if capture.isOpened() else 0.0
    return rate if 1 <= rate <= 1000 else None


def length_of(path: Path, *, opens: Opens = with_opencv) -> float | None:
    """How many seconds a video says that it has; None where it does not say."""
    with _opened(str(path), opens) as capture:
        if not capture.isOpened():
            return None
        rate, count = (capture.get(what) for what in (cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_COUNT))
    return count / rate if 1 <= rate <= 1000 and count > 0 else None


def folder(path: Path, *, every: float = 1.0) -> Pictures:
    """A folder's pictures in the order of their names, one every so many seconds."""
    files = sorted(p for p in path.iterdir() if p.suffix.casefold() in SUFFIXES)
    taken = 0
    for file in files:
        try:
            image = read_image(file)
        except ImageError:
            if len(files) == 1:
                raise
            continue
        yield Captured(image, taken * every)
        taken += 1
    if not taken:
        raise SourceError(
            "There is no picture in this folder that can be read.",
            where=str(path),
            next_step=Phrase(
                "Name a folder with pictures ({suffixes}).", suffixes=", ".join(sorted(SUFFIXES))
            ),
        )


def screen(
    region: tuple[int, int, int, int] | None = None,
    *,
    every: float = 0.1,
    clock: Clock = monotonic,
    sleeps: Sleeps = sleep,
) -> Pictures:
    """The first screen, or a part of it (left, top, width, height)."""
    try:
        mss = import_module("mss")
    except ImportError as error:
        raise SourceError(
            "Reading the screen needs a small library that is not installed.",
            where="screen",
            next_step="Install it with `pip install mss`.",
        ) from error
    try:
        grabber = mss.mss()
    except Exception as error:
        raise SourceError(
            "There is no screen to read.",
            where="screen",
            next_step="Start it on the desktop whose screen is meant, not over SSH.",
        ) from error
    with closing(grabber):
        area: Any = grabber.monitors[1]
        if region is not None:
            area = dict(zip(("left", "top", "width", "height"), region, strict=True))
        began = clock()
        while True:
            now = clock()
            shot = np.asarray(grabber.grab(area), np.uint8)
            yield Captured(np.ascontiguousarray(shot[..., 2::-1]), now - began)
            sleeps(max(0.0, every - (clock() - now)))


@contextmanager
def _opened(source: int | str, opens: Opens) -> Iterator[Capture]:
    """A capture that is always released."""
    capture = opens(source)
    try:
        yield capture
    finally:
        capture.release()


def _pictures(capture: Capture, every: float, clock: Clock, began: float | None = None) -> Pictures:
    """The pictures of something live, as they come; ends when nothing comes any more."""
    start = clock() if began is None else began
    last = -np.inf
    while capture.isOpened() and capture.grab():
        now = clock() - start
        if now - last >= every:
            image = _grabbed(capture)
            if image is not None:
                last = now
                yield Captured(image, now)


def _called_again(
    source: int | str,
    opens: Opens,
    pictures_of: Callable[[Capture], Pictures],
    sleeps: Sleeps,
    gone: SourceError,
    missing: SourceError | None = None,
) -> Pictures:
    """A source's pictures whenever it gives any; `missing` if it is not there in the beginning."""
    tries = 0
    while True:
        with _opened(source, opens) as capture:
            if missing is not None and not capture.isOpened():
                raise missing
            missing = None
            for captured in _watched(pictures_of(capture), gone.where):
                tries = 0
                yield captured
        if tries == len(_BACK_OFF_S):
            raise gone
        sleeps(_BACK_OFF_S[tries])
        tries += 1


def _watched(pictures: Pictures, where: str) -> Pictures:
    """The same pictures; an error when the very same one comes for too long.

    Save a black one: that is a shutter before the lens, which will be opened again.
    """
    before: Captured | None = None
    for captured in pictures:
        same = before is not None and np.array_equal(before.image, captured.image)
        if before is None or not same or is_black(captured.image):
            before = captured
        elif captured.time - before.time > _FROZEN_S:
            raise SourceError(
                Phrase(
                    "The picture has been standing still for {seconds:.0f} seconds.",
                    seconds=_FROZEN_S,
                ),
                where=where,
                next_step="Start the camera again, or the program that sends its picture.",
            )
        yield captured


def _region(source: str) -> tuple[int, int, int, int] | None:
    """The part of the screen that `screen:x,y,width,height` means."""
    _, colon, numbers = source.partition(":")
    if not colon:
        return None
    parts = re.fullmatch(r"(-?\d+),(-?\d+),([1-9]\d*),([1-9]\d*)", numbers.replace(" ", ""))
    if parts is None:
        raise SourceError(
            "This is no part of the screen.",
            where=source,
            next_step="Say screen:LEFT,TOP,WIDTH,HEIGHT, such as screen:0,80,1280,720.",
        )
    left, top, width, height = (int(part) for part in parts.groups())
    return left, top, width, height


def _grabbed(capture: Capture) -> Bytes | None:
    """The picture [h,w,3] that was grabbed; of a damaged file it may be none, or of no size."""
    try:
        found, image = capture.retrieve()
    except cv2.error:
        return None
    return _rgb(image) if found and image is not None and image.size else None


def _rgb(image: Any) -> Bytes:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)
