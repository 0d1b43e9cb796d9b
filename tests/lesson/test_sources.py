from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fewshot_fer.errors import SourceError
from fewshot_fer.lesson.sources import (
    Captured,
    camera,
    folder,
    is_live,
    open_source,
    screen,
    stream,
    video,
    without_password,
)
from tests.fakes.captures import Device, Watch


def test_a_camera_gives_rgb_pictures_with_growing_times_and_is_released() -> None:
    watch = Watch()
    device = Device(watch, 5)
    pictures, error = until_error(
        camera(0, opens=lambda _: device, clock=watch, sleeps=watch.sleep)
    )
    assert "stopped sending" in error.what
    assert sum(watch.slept) == 15.5
    assert device.released
    assert [round(p.time, 2) for p in pictures] == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert pictures[0].image[0, 0].tolist() == [200, 0, 1]


def until_error(source: Iterator[Captured]) -> tuple[list[Captured], SourceError]:
    """All pictures until a source fails, and how it fails."""
    pictures: list[Captured] = []
    while True:
        try:
            pictures.append(next(source))
        except SourceError as error:
            return pictures, error


def test_a_camera_is_released_when_nobody_wants_more() -> None:
    watch = Watch()
    device = Device(watch, 1000)
    pictures = camera(0, opens=lambda _: device, clock=watch)
    next(pictures)
    pictures.close()
    assert device.released


def test_no_camera_is_an_error_with_advice() -> None:
    device = Device(Watch(), 0, opened=False)
    with pytest.raises(SourceError) as error:
        next(camera(3, opens=lambda _: device))
    assert error.value.where == "camera 3"
    assert "doctor" in error.value.next_step
    assert device.released


def test_a_camera_that_stands_still_is_an_error() -> None:
    watch = Watch()
    device = Device(watch, 1000, still=True)
    pictures, error = until_error(camera(0, opens=lambda _: device, clock=watch))
    assert "standing still" in error.what
    assert 99 <= len(pictures) <= 102


def test_a_slower_rate_leaves_pictures_out() -> None:
    watch = Watch()
    device = Device(watch, 20)
    pictures, _ = until_error(
        camera(0, every=0.5, opens=lambda _: device, clock=watch, sleeps=watch.sleep)
    )
    assert len(pictures) == 4


def test_a_camera_that_is_plugged_in_again_goes_on() -> None:
    watch = Watch()
    out = Device(watch, 0, opened=False)
    devices = [Device(watch, 3), out, out, Device(watch, 2), *(out for _ in range(6))]
    waiting = iter(devices)
    pictures, error = until_error(
        camera(0, opens=lambda _: next(waiting), clock=watch, sleeps=watch.sleep)
    )
    assert "stopped sending" in error.what
    assert [round(p.time, 1) for p in pictures] == [0.1, 0.2, 0.3, 4.0, 4.1]
    assert watch.slept == [0.5, 1.0, 2.0, 0.5, 1.0, 2.0, 4.0, 8.0]


def test_a_shutter_before_the_lens_is_no_frozen_camera() -> None:
    watch = Watch()
    dark = Dark(watch, 200, still=True)
    pictures, error = until_error(camera(0, opens=lambda _: dark, clock=watch, sleeps=watch.sleep))
    assert "stopped sending" in error.what
    assert len(pictures) == 200


class Dark(Device):
    """Sends the same black picture all the time."""

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.zeros((4, 6, 3), np.uint8)


def test_a_stream_is_called_again_more_and_more_slowly_then_given_up() -> None:
    watch = Watch()
    devices = [Device(watch, 3), Device(watch, 2), *(Device(watch, 0) for _ in range(9))]
    waiting = iter(devices)
    pictures, error = until_error(
        stream("rtsp://x", opens=lambda _: next(waiting), clock=watch, sleeps=watch.sleep)
    )
    assert "Nothing has come" in error.what
    assert len(pictures) == 5
    times = [p.time for p in pictures]
    assert times == sorted(times)
    assert watch.slept == [0.5, 0.5, 1.0, 2.0, 4.0, 8.0]
    assert all(device.released for device in devices if device.taken)


# ---------------------------------------------------------------------- files


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A video of 20 pictures at 10 a second, getting brighter."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for k in range(20):
        writer.write(np.full((48, 64, 3), 10 * k, np.uint8))
    writer.release()
    return path


def brightness(pictures: list[Captured]) -> list[int]:
    return [round(float(p.image.mean()) / 10) for p in pictures]


def test_a_video_has_the_files_own_times(clip: Path) -> None:
    pictures = list(video(clip))
    assert brightness(pictures) == list(range(20))
    assert np.diff([p.time for p in pictures]) == pytest.approx(0.1, abs=0.01)
    assert brightness(list(video(clip, every=0.5))) == [0, 5, 10, 15]


def test_a_video_that_breaks_off_is_read_as_far_as_it_goes(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 2 // 3])
    pictures = list(video(clip))
    assert 5 < len(pictures) < 20


@pytest.mark.parametrize("content", [b"", b"no video at all" * 50], ids=["empty", "text"])
def test_a_file_that_is_no_video_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="No picture can be read") as error:
        list(video(path))
    assert error.value.where == str(path)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        open_source(str(tmp_path / "nobody.mp4"))


def test_a_video_without_times_is_counted() -> None:
    device = Device(Watch(), 4)
    pictures = list(video(Path(__file__), opens=lambda _: device))
    assert [p.time for p in pictures] == pytest.approx([0.0, 0.04, 0.08, 0.12])


def test_pictures_of_a_damaged_video_that_are_none_are_left_out() -> None:
    device = Device(Watch(), 5)
    good, empty = device.retrieve(), np.empty((0, 0, 3), np.uint8)
    given: Iterator[tuple[bool, Any] | cv2.error] = iter(
        [cv2.error("too long"), (True, empty), good, (True, None)]
    )

    def retrieve() -> tuple[bool, Any]:
        one = next(given, (False, None))
        if isinstance(one, cv2.error):
            raise one
        return one

    device.retrieve = retrieve  # type: ignore[method-assign]
    assert len(list(video(Path(__file__), opens=lambda _: device))) == 1


def test_a_folder_is_shown_in_order_without_what_cannot_be_read(tmp_path: Path) -> None:
    for k in (2, 1):
        cv2.imwrite(str(tmp_path / f"{k}.png"), np.full((32, 32, 3), 60 * k, np.uint8))
    (tmp_path / "1b.jpg").write_bytes(b"broken")
    (tmp_path / "notes.txt").write_text("not a picture")
    pictures = list(open_source(str(tmp_path), every=2.0))
    assert [p.time for p in pictures] == [0.0, 2.0]
    assert [int(p.image[0, 0, 0]) for p in pictures] == [60, 120]


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no picture"):
        list(folder(tmp_path))


@pytest.mark.parametrize("region", ["screen:1,2", "screen:0,0,0,5", "screen:a,b,c,d"])
def test_a_part_of_the_screen_must_be_one(region: str) -> None:
    with pytest.raises(SourceError, match="no part of the screen"):
        open_source(region)


def test_without_the_screens_library_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mss", None)
    with pytest.raises(SourceError) as error:
        next(screen())
    assert "pip install mss" in error.value.next_step


@pytest.mark.parametrize(
    ("source", "live"),
    [("0", True), ("rtsp://a/b", True), ("http://a/b.mjpg", True), ("screen", True),
     ("screen:0,0,5,5", True), ("a.mp4", False), ("/tmp", False)],
)  # fmt: skip
def test_live_sources_are_known(source: str, live: bool) -> None:
    assert is_live(source) is live


@dataclass
class Recorded(Device):
    """A file whose pictures have times of their own; the name's `get` tells them."""

    times: tuple[float, ...] = ()

    def get(self, what: int, /) -> float:
        told = {cv2.CAP_PROP_FPS: 25.0, cv2.CAP_PROP_POS_MSEC: 0.0}
        if what == cv2.CAP_PROP_POS_MSEC and 0 < self.taken <= len(self.times):
            return 1000 * self.times[self.taken - 1]
        return told.get(what, 0.0)


def times_of(*times: float) -> list[float]:
    device = Recorded(Watch(), len(times), times=times)
    return [p.time for p in video(Path(__file__), opens=lambda _: device)]


def test_a_variable_rate_is_kept_as_the_file_says() -> None:
    assert times_of(0.0, 0.04, 0.5, 0.51, 3.0) == pytest.approx([0.0, 0.04, 0.5, 0.51, 3.0])


def test_times_that_go_back_in_a_file_go_on_by_its_rate() -> None:
    assert times_of(1.0, 1.04, 0.0, 0.04, 2.0) == pytest.approx([1.0, 1.04, 1.08, 1.12, 2.0])


@pytest.mark.parametrize(
    ("source", "shown"),
    [("rtsp://me:secret@host/a", "rtsp://host/a"), ("http://host/a@b", "http://host/a@b"),
     ("a@b.mp4", "a@b.mp4")],
)  # fmt: skip
def test_a_password_is_never_shown(source: str, shown: str) -> None:
    assert without_password(source) == shown


def test_a_stream_that_is_given_up_is_named_without_its_password() -> None:
    watch = Watch()
    given_up = stream(
        "rtsp://me:secret@host/a", opens=lambda _: Device(watch, 0), clock=watch,
        sleeps=watch.sleep,
    )  # fmt: skip
    _, error = until_error(given_up)
    assert error.where == "rtsp://host/a"


# ---------------------------------------------------------------------- pacing
