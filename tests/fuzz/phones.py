"""Photographs from phones, which are decoded in a process of their own."""

from __future__ import annotations

import os
import resource
import signal
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np

from fewshot_fer import heif
from fewshot_fer.arrays import Bytes
from fewshot_fer.images import decode_image
from tests.fakes.phone import HEIC
from tests.fuzz.inputs import Input, encoded

LIMIT_S: Final = 5


def from_phones(_: Path) -> Input:
    """What is decoded in a process of its own: forked here, where a start of Python takes 0.3 s."""
    heif.decode = _decode_forked
    return Input([encoded(".avif"), HEIC], decode_image)


def _decode_forked(data: bytes) -> Bytes | None:
    """As `heif.decode` does it; longer than what the fuzz allows is told, a crash is damage."""
    came, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(came)
        with os.fdopen(told, "wb") as back, suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_DATA, (heif.MOST_BYTES, heif.MOST_BYTES))
            resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S + 1))
            back.write(heif.packed(heif.decode_here(data)))
        os._exit(0)
    os.close(told)
    with os.fdopen(came, "rb") as back:
        found = back.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code != -signal.SIGXCPU, f"longer than {LIMIT_S} s"
    with suppress(ValueError, EOFError):
        return np.asarray(np.load(BytesIO(found)), np.uint8)
    return None


PHONES: Final = {"photographs from phones": from_phones}
