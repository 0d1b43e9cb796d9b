"""HEIC, as phones give it, and AVIF: decoded in a process of their own, whose memory is bounded.

Both say their size twice, and what they really are stands deep inside: 2 kB that said 64 pixels
took 1.9 GB. This file is also what that process runs.
"""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from fewshot_fer.arrays import Bytes

MOST_BYTES: Final = 1_200_000_000
_LONGEST_S: Final = 30.0


def kind_of(data: bytes) -> str:
    """`HEIC` or `AVIF`, as the beginning says; empty for all else."""
    if data[4:8] != b"ftyp":
        return ""
    brands = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    return "AVIF" if b"avif" in brands or b"avis" in brands else "HEIC"


def decode(data: bytes) -> Bytes | None:
    """The picture [h,w,3], or None where it is damaged or takes too much."""
    command = [sys.executable, "-m", __name__]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, check=True, timeout=_LONGEST_S
        )
        return np.asarray(np.load(BytesIO(done.stdout), allow_pickle=False), np.uint8)
    except (subprocess.SubprocessError, OSError, ValueError):
        return None


def packed(image: Bytes) -> bytes:
    """As it is handed over: `np.save` wants a file that it can seek in, and a pipe is none."""
    file = BytesIO()
    np.save(file, image)
    return file.getvalue()


def decode_here(data: bytes) -> Bytes:
    """As the process does it."""
    if kind_of(data) == "AVIF":
        return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB))
    import pi_heif

    image = np.asarray(pi_heif.open_heif(data, convert_hdr_to_8bit=True))
    if image.ndim == 2:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), np.uint8)
    return image[:, :, :3]


if __name__ == "__main__":
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    sys.stdout.buffer.write(packed(decode_here(sys.stdin.buffer.read())))
