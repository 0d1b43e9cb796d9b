"""A network between two programs that stalls and cuts."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


class Network:
    """Passes bytes on, until it is told otherwise; `port` is where it listens."""

    def __init__(self, there: Callable[[], socket.socket]) -> None:
        self._there = there
        self._open: list[socket.socket] = []
        self._passes = Event()
        self._passes.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        Thread(target=self._accept, daemon=True).start()

    def stall(self) -> None:
        """Nothing comes through, and nobody is told."""
        self._passes.clear()

    def go_on(self) -> None:
        """What was held back comes through now."""
        self._passes.set()

    def cut(self) -> None:
        """Every connection is broken off; new ones can be made."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def close(self) -> None:
        self._listening.close()
        self.go_on()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = self._there()
                self._open += [here, there]
                Thread(target=self._carry, args=(here, there), daemon=True).start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with here, there:
            back = Thread(target=self._pass_on, args=(there, here), daemon=True)
            back.start()
            self._pass_on(here, there)
            back.join()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._passes.wait()
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def between(there: Callable[[], socket.socket]) -> Iterator[Network]:
    """A network to what is there, as long as it is needed."""
    network = Network(there)
    try:
        yield network
    finally:
        network.close()


def at(path: str) -> Callable[[], socket.socket]:
    """Connects to a socket of this machine's file system."""

    def connected() -> socket.socket:
        made = socket.socket(socket.AF_UNIX)
        made.connect(path)
        return made

    return connected
