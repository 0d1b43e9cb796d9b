"""How soon a page shows something, with nothing in the browser's cache, and whom it asks.

    python benchmarks/web_start.py [--times 5] [--json]

`fewshot-fer serve --drawn 12` in a process of its own, Debian's Chromium, a new context each time.
*First content* is the browser's own paint timing (first-contentful-paint). Requests to any other
host are counted. Both run on one machine, whose load is told with the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path
from shutil import which

from playwright.sync_api import sync_playwright

from tests.web.browsing import serving

PAGES = ("", "students", "sessions", "pictures", "settings", "sign-in", "api/docs")
PASSWORD = "correct horse battery"
PAINTED = """
() => new Promise((done) => new PerformanceObserver((list) => {
  const found = list.getEntriesByName('first-contentful-paint');
  if (found.length) done(found[0].startTime);
}).observe({ type: 'paint', buffered: true }))
"""


def measure(times: int) -> dict[str, object]:
    """Milliseconds to the first content by page, and requests to other hosts."""
    found: dict[str, list[float]] = {page: [] for page in PAGES}
    elsewhere: list[str] = []
    options = ("--drawn", "12", "--password", PASSWORD)
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), _free(), *options) as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for page in [*PAGES[:1], *PAGES * times]:  # The first visit of all warms the server up.
            context = chromium.new_context(viewport={"width": 1280, "height": 800})
            signed_in = context.request.get(f"{server.address}/sign-in").text()
            token = signed_in.partition('name="token" value="')[2].partition('"')[0]
            context.request.post(
                f"{server.address}/sign-in",
                form={"token": token, "next": "/", "password": PASSWORD},
            )
            tab = context.new_page()
            tab.on(
                "request",
                lambda asked: (
                    None
                    if asked.url.startswith((server.address, "data:", "blob:"))
                    else elsewhere.append(asked.url)
                ),
            )
            tab.goto(f"{server.address}/{page}", wait_until="commit")
            found[page].append(tab.evaluate(PAINTED))
            context.close()
        chromium.close()
    found[""].pop(0)
    return {
        "first_content_ms": {
            f"/{page}": {"median": round(statistics.median(ms)), "most": round(max(ms))}
            for page, ms in found.items()
        },
        "times": times,
        "requests_elsewhere": elsewhere,
        "cores": os.cpu_count(),
        "load": [round(one, 1) for one in os.getloadavg()],
    }


def _free() -> int:
    from socket import create_server

    with create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.times)
    if options.json:
        print(json.dumps(found))
        return
    for page, ms in found.pop("first_content_ms").items():  # type: ignore[attr-defined]
        print(f"{page:<12} first content after {ms['median']} ms (median), {ms['most']} ms (most)")
    for name, value in found.items():
        print(f"{name:<20} {value}")


if __name__ == "__main__":
    main()
