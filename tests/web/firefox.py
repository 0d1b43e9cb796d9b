"""A real Firefox, spoken to by WebDriver BiDi, which it brings itself."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from shutil import which
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.fakes.waiting import PATIENCE_S

FIREFOX = which("firefox-esr") or which("firefox")


class Firefox:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = count()
        self.tab = ""

    async def ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._ids)
        asked = {"id": number, "method": method, "params": parameters}
        await self._socket.send(json.dumps(asked))
        while True:
            said = json.loads(await self._socket.recv())
            if said.get("id") == number:
                assert said["type"] == "success", said
                return said["result"]

    async def open(self, address: str, cookie: str) -> None:
        await self.ask("session.new", capabilities={})
        self.tab = (await self.ask("browsingContext.getTree"))["contexts"][0]["context"]
        for where in (f"{address}/sign-in", f"{address}/me"):
            await self.ask("browsingContext.navigate", context=self.tab, url=where, wait="complete")
            await self.evaluate("(cookie) => { document.cookie = cookie; }", cookie)

    async def evaluate(self, function: str, given: str) -> Any:
        """What an asynchronous function gives, by way of JSON."""
        script = (
            f"(async () => JSON.stringify(await ({function})({json.dumps(given)})) ?? 'null')()"
        )
        said = await self.ask(
            "script.evaluate", expression=script, target={"context": self.tab}, awaitPromise=True
        )
        assert said["type"] == "success", said
        return json.loads(said["result"]["value"])


@asynccontextmanager
async def firefox(profile: Path) -> AsyncIterator[Firefox]:
    command = [FIREFOX or "", "--headless", "--no-remote", "--remote-debugging-port", "0"]
    log = profile.with_suffix(".log")
    profile.mkdir()
    with log.open("w") as file, subprocess.Popen(
        [*command, "--profile", str(profile)], stdout=file, stderr=file,
        env={"HOME": str(profile), "MOZ_HEADLESS": "1", "PATH": "/usr/bin:/bin"},
    ) as process:  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (found := re.search(r"BiDi listening on (ws://\S+)", log.read_text())):
                    await asyncio.sleep(0.1)
            async with connect(f"{found[1]}/session", max_size=None, origin=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
