"""Damage, drawn by a numbered chance: the same number is the same damage for ever."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

WORDS: Final = (
    b"", b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"-1", b"1e999",
    b"NaN", b"null", b"true", b"[", b"{", b"]}", b'"', b"'", b"&a [*a]", b"../../", b"%00", b"%2e",
    b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\r\n\r\n", b"=HYPERLINK(", b"<script>", b"; DROP TABLE x",
    "\u202e".encode(), "\u0130\u00df".encode(), b"9" * 400, b"[" * 3000, b"a" * 70_000,
)  # fmt: skip
"""What has made programs stumble before."""


def mutated(seeds: Sequence[bytes], rng: Random) -> bytes:
    """One of the seeds with one to four things done to it; now and then nothing but noise."""
    if rng.random() < 0.02:
        return rng.randbytes(rng.randrange(400))
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        _damage(data, seeds, rng)
    return bytes(data)


def _damage(data: bytearray, seeds: Sequence[bytes], rng: Random) -> None:
    at = rng.randrange(len(data) + 1)
    # Headers decide most, so half of what is done is done near the beginning.
    at = min(at, rng.randrange(200)) if rng.random() < 0.5 else at
    end = min(len(data), at + rng.choice((1, 1, 2, 4, 8, 64, 4096)))
    what = rng.randrange(8)
    if what == 0 and at < len(data):
        data[at] ^= 1 << rng.randrange(8)
    elif what == 1:
        data[at:end] = rng.randbytes(end - at)
    elif what == 2:
        del data[at:end]
    elif what == 3:
        del data[at:]
    elif what == 4:
        data[at:at] = rng.choice(WORDS)
    elif what == 5:
        word = rng.choice(WORDS)
        data[at : at + len(word)] = word
    elif what == 6:
        data[at:at] = data[at:end] * rng.choice((1, 2, 50))
    else:
        other = rng.choice(seeds)
        start = rng.randrange(len(other) + 1)
        data[at:end] = other[start : start + rng.choice((1, 8, 64, 4096))]
