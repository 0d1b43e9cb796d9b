"""The teacher's password: scrypt, from the standard library; only its hash is stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from typing import Final

from fewshot_fer.errors import AccessError

SHORTEST: Final = 8
LONGEST: Final = 1_000
_COST, _BLOCK, _LANES = 2**15, 8, 1
_MEMORY: Final = 64 * 1024 * 1024
# No letter or digit that is mistaken for another when it is read from a screen.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def made_up() -> str:
    """A password of 75 bits in groups that one can read out: `k7mq2-…`."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))


def hashed(password: str) -> str:
    """What is stored: the costs, the salt and the hash."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccessError(
            f"The password has {len(password)} letters.",
            next_step=f"Use at least {SHORTEST}; three or four words are best.",
        )
    salt = secrets.token_bytes(16)
    words = (b64encode(part).decode() for part in (salt, _scrypt(password, salt, _COST)))
    return "$".join(("scrypt", str(_COST), *words))


def fits(password: str, stored: str) -> bool:
    """Whether this is the password; takes about 0.1 s and 32 MB by intent."""
    try:
        name, cost, salt, wanted = stored.split("$")
        if name != "scrypt" or len(password) > LONGEST:
            return False
        found = _scrypt(password, b64decode(salt, validate=True), int(cost))
        return hmac.compare_digest(found, b64decode(wanted, validate=True))
    except ValueError:
        return False


def _scrypt(password: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=cost,
        r=_BLOCK,
        p=_LANES,
        maxmem=_MEMORY,
        dklen=32,
    )
