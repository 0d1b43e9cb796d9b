"""What a hidden tab loses: pictures a second and their size, in front and behind another tab.

    xvfb-run python benchmarks/web_hidden.py [--seconds 10]

A Chromium with a screen (headless ones never hide a tab), whose camera is its own test picture.
Playwright keeps every tab awake, so this speaks to the browser's own protocol.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from shutil import which
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

from benchmarks.web_start import PASSWORD, _free
from tests.web.browsing import serving

SEEN = """
(() => {
  const root = document.querySelector('.fewshot-fer-live').shadowRoot;
  return [document.visibilityState, window.ticks, root.getElementById('speed').textContent,
    window.sent, window.bytes];
})()
"""
COUNT = """
window.ticks = window.sent = window.bytes = 0;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (typeof data !== 'string') { window.sent += 1; window.bytes += data.size ?? data.byteLength; }
  return send.call(this, data);
};
(function tick() { window.ticks += 1; setTimeout(tick, 50); })();
"""


class Tab:
    """A tab, spoken to in the browser's own protocol."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._ids = count(1)

    def ask(self, method: str, **how: Any) -> Any:
        number = next(self._ids)
        self._line.send(json.dumps({"id": number, "method": method, "params": how}))
        while (got := json.loads(self._line.recv(timeout=120))).get("id") != number:
            pass
        return got["result"]

    def run(self, script: str) -> Any:
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get(
            "value"
        )

    def until(self, script: str) -> None:
        for _ in range(600):
            if self.run(script):
                return
            time.sleep(0.2)
        raise TimeoutError(script)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    port = _free()
    flags = (
        "--no-sandbox", "--disable-gpu", "--no-first-run", "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", f"--remote-debugging-port={port}",
    )  # fmt: skip
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        notice = place / "fewshot-fer-web" / "notice-was-read"
        notice.parent.mkdir(mode=0o700)
        notice.touch()
        with serving(place, _free(), "--password", PASSWORD) as server:
            browser = subprocess.Popen(
                [which("chromium") or "chromium", f"--user-data-dir={place / 'browser'}", *flags,
                 f"{server.address}/sign-in?next=/"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                with connect(_address(port), max_size=None) as line:
                    _measure(Tab(line), seconds)
            finally:
                browser.terminate()
                browser.wait(30)
    print("cores, load", os.cpu_count(), [round(one, 1) for one in os.getloadavg()])


def _address(port: int) -> str:
    """Of the tab that shows our page, once there is one."""
    end = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/json") as found:
                pages = [one for one in json.load(found) if "sign-in" in one["url"]]
            return str(pages[0]["webSocketDebuggerUrl"])
        except (OSError, IndexError):
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def _measure(tab: Tab, seconds: float) -> None:
    tab.ask("Page.enable")
    tab.ask("Page.addScriptToEvaluateOnNewDocument", source=COUNT)
    tab.until("document.getElementById('password') !== null")
    tab.run(f"document.getElementById('password').value = '{PASSWORD}'; "
            "document.querySelector('form').submit()")  # fmt: skip
    root = "document.querySelector('.fewshot-fer-live')?.shadowRoot"
    tab.until(f"{root}?.getElementById('choose-camera') != null")
    tab.run(f"{root}.getElementById('choose-camera').click()")
    tab.until(f"{root}.getElementById('speed').textContent.includes('×')")
    time.sleep(3)
    for what in ("in front", "behind", "in front again"):
        if what == "behind":
            other = tab.ask("Target.createTarget", url="about:blank")["targetId"]
        elif what == "in front again":
            tab.ask("Target.closeTarget", targetId=other)
        time.sleep(2)
        tab.run("window.ticks = window.sent = window.bytes = 0")
        time.sleep(seconds)
        state, ticks, speed, sent, size = tab.run(SEEN)
        kilobytes = size / max(1, sent) / 1000
        print(f"{what:<15} {state}: {sent / seconds:.1f} pictures a second of {kilobytes:.0f} kB;")
        print(f"{'':<15} the page's own clock {ticks / seconds:.1f} times a second ({speed})")


if __name__ == "__main__":
    main()
