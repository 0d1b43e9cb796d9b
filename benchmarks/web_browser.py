"""How fast the web app is for one teacher: from the program's start to a labelled face, and live.

    python benchmarks/web_browser.py                 # three starts, then 20 seconds live at 720p
    python benchmarks/web_browser.py --starts 5 --seconds 60 --json

A real server in a process of its own, Debian's Chromium, and a camera that shows a drawn student.
The browser is open before the server starts. "Labelled" is a box with an expression, as the page
shows it. A round trip is from taking a picture of the camera to drawing its boxes. Both run on the
same machine, so that the browser's own work is in the figures; the load is told with them.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import Any
from urllib.request import urlopen

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from fewshot_fer.drawn.files import write_mjpeg
from fewshot_fer.drawn.portrait import Look, Sitter
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.drawn.webcam import sensor_noise
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.tokens import TEACHER_COOKIE

WIDTH, HEIGHT = 1280, 720
PERSON = 11
LOOKS = ("neutral", "happy", "surprise")
LABELS = ("happy", "surprise", "neutral", "sad", "fear", "disgust", "angry")
PATIENCE_S = 120.0


def film(path: Path) -> Path:
    """A clip of a drawn student at 720p, thirty pictures a second."""
    person = invent_class(PERSON + 1, seed=0)[-1]
    webcam = person.webcam(0)
    sitter = Sitter(person, webcam, WIDTH, HEIGHT)
    rng = np.random.default_rng(0)
    noises = [sensor_noise(rng, WIDTH, HEIGHT, webcam.noise) for _ in range(5)]
    pictures = [
        np.asarray(cv2.add(sitter.shot(Look(look)).image, noise, dtype=cv2.CV_8U), np.uint8)
        for look in LOOKS
        for noise in noises
    ]
    write_mjpeg(path, (pictures[5 * (k // 60) + k % 5] for k in range(60 * len(LOOKS))))
    return path


@contextmanager
def started(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A server that has just been told to start, and when."""
    command = [sys.executable, "-m", "fewshot_fer", "serve", "--port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    try:
        yield process, began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def answering(address: str) -> None:
    """Wait until the page is answered."""
    end = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < end:
        with suppress(OSError), urlopen(address, timeout=5):
            return
        time.sleep(0.02)
    raise TimeoutError(address)


def labelled(page: Any, address: str) -> None:
    """Open the page, switch the camera on, wait for a label."""
    page.goto(address, wait_until="commit")
    page.get_by_role("button", name="A camera").click()
    page.wait_for_function(
        """(labels) => {
            const shadow = document.querySelector('.fewshot-fer-live')?.shadowRoot;
            const shown = shadow?.querySelector('.face .what')?.textContent;
            return labels.includes(shown);
        }""",
        arg=list(LABELS),
    )


def live(page: Any, seconds: float) -> tuple[list[float], list[float]]:
    """Rates and delays as the page tells them, once a second."""
    rates, delays = [], []
    host = page.locator(".fewshot-fer-live .stage")
    page.wait_for_timeout(4000)
    for _ in range(round(seconds)):
        page.wait_for_timeout(1000)
        rates.append(float(host.get_attribute("data-rate")))
        delays.append(float(host.get_attribute("data-delay")))
    return rates, delays


def memory_mb(pid: int) -> float:
    """What a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def processor_s(pid: int) -> float:
    """Processor time that a process has used: it hardly depends on what else runs."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def signed_in(folder: Path, port: int) -> Any:
    """The cookie of a teacher who has opened the link that the server shows."""
    known = Credentials(folder / "fewshot-fer-web", now=time.time)
    return {
        "name": TEACHER_COOKIE,
        "value": known.teacher_cookie(),
        "url": f"http://localhost:{port}",
    }


def measure(starts: int, seconds: float) -> dict[str, object]:
    """All figures."""
    page_s, label_s, opened_s, page_cpu_s = [], [], [], []
    cpu_s = 0.0
    rates: list[float] = []
    delays: list[float] = []
    memory = 0.0
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        camera = film(folder / "camera.mjpeg")
        notice = folder / "fewshot-fer-web" / "notice-was-read"
        notice.parent.mkdir(mode=0o700)
        notice.touch()
        flags = [
            "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={camera}",
        ]  # fmt: skip
        chromium = playwright.chromium.launch(
            executable_path=which("chromium") or which("google-chrome"), args=flags
        )
        for number in range(starts):
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            context = chromium.new_context(viewport={"width": 1280, "height": 800})
            context.add_cookies([signed_in(folder, port)])
            page = context.new_page()
            page.set_default_timeout(1000 * PATIENCE_S)
            address = f"http://localhost:{port}/"
            with started(folder, port) as (process, began):
                answering(address)
                page_s.append(time.perf_counter() - began)
                page_cpu_s.append(processor_s(process.pid))
                labelled(page, address)
                label_s.append(time.perf_counter() - began)
                opened_s.append(label_s[-1] - page_s[-1])
                if number == starts - 1:
                    before, then = processor_s(process.pid), time.perf_counter()
                    rates, delays = live(page, seconds)
                    cpu_s = (processor_s(process.pid) - before) / (time.perf_counter() - then)
                    memory = memory_mb(process.pid)
                page.close()
        chromium.close()
    return {
        "starts": starts,
        "page_s": round(statistics.median(page_s), 2),
        "page_processor_s": round(statistics.median(page_cpu_s), 2),
        "label_s": round(statistics.median(label_s), 2),
        "opened_to_label_s": round(statistics.median(opened_s), 2),
        "seconds": seconds,
        "round_trips_a_second": round(statistics.median(rates), 1),
        "delay_ms": round(statistics.median(delays), 1),
        "processor_ms_a_picture": round(1000 * cpu_s / max(0.1, statistics.median(rates)), 1),
        "server_mb": round(memory),
        "cores": os.cpu_count(),
        "load": [round(one, 1) for one in os.getloadavg()],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.starts, options.seconds)
    if options.json:
        print(json.dumps(found))
        return
    print(f"process start to page answering    {found['page_s']} s (median of {found['starts']})")
    print(f"  processor time until then        {found['page_processor_s']} s")
    print(f"process start to labelled face     {found['label_s']} s")
    print(f"page asked for to labelled face    {found['opened_to_label_s']} s")
    print(
        f"live, 720p                         {found['round_trips_a_second']} round trips a second"
    )
    print(f"                                   {found['delay_ms']} ms median delay")
    print(f"server's processor time a picture  {found['processor_ms_a_picture']} ms")
    print(f"server's memory                    {found['server_mb']} MB")
    print(f"cores, load                        {found['cores']}, {found['load']}")


if __name__ == "__main__":
    main()
