"""Passwords: argon2id; only the hash is stored. Hashes of scrypt, as they were, still open."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from fewshot_fer.errors import AccessError
from fewshot_fer.languages import Phrase

SHORTEST: Final = 8
LONGEST: Final = 1_000
_FEWEST_LETTERS: Final = 5
_GUESSED_FIRST: Final = frozenset(
    "password password1 password12 password123 passw0rd p@ssw0rd p@ssword passwort passwort1 "
    "12345678 123456789 1234567890 0123456789 87654321 qwertyui qwertyuiop qwerty12 "
    "qwerty123 qwertz123 1q2w3e4r 1qaz2wsx asdfghjk asdfghjkl iloveyou sunshine princess "
    "football baseball welcome1 welcome123 trustno1 letmein1 letmein123 admin123 "
    "administrator changeme changeme1 teacher1 teacher123 school123 schule123 lehrer123 "
    "fewshot-fer fewshotfer superman starwars computer whatever abcd1234 abc12345 a1b2c3d4 "
    "motdepasse contraseña".split()
)
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=1)
_SCRYPT: Final = "scrypt$"
_SCRYPT_MEMORY: Final = 64 * 1024 * 1024
# No letter or digit that is mistaken for another when it is read from a screen.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def made_up() -> str:
    """A password of 75 bits in groups that one can read out: `k7mq2-…`."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))


def hashed(password: str) -> str:
    """What is stored: the costs, the salt and the hash."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccessError(
            Phrase("The password has {length} letters.", length=len(password)),
            next_step=Phrase("Use at least {least}; three or four words are best.", least=SHORTEST),
        )
    if len(set(password.casefold())) < _FEWEST_LETTERS or password.casefold() in _GUESSED_FIRST:
        raise AccessError(
            "This password is among the first that are guessed.",
            next_step="Use three or four words that nobody else puts together.",
        )
    return _HASHER.hash(_bytes(password))


def fits(password: str, stored: str) -> bool:
    """Whether this is the password; takes about 0.1 s and 64 MB by intent."""
    if len(password) > LONGEST:
        return False
    try:
        if stored.startswith(_SCRYPT):
            return _scrypt_fits(password, stored)
        return _HASHER.verify(stored, _bytes(password))
    except (Argon2Error, InvalidHashError, ValueError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a password that fits should be hashed anew, as we do it now."""
    return stored.startswith(_SCRYPT) or _HASHER.check_needs_rehash(stored)


def _scrypt_fits(password: str, stored: str) -> bool:
    _, cost, salt, wanted = stored.split("$")
    found = hashlib.scrypt(
        _bytes(password), salt=b64decode(salt, validate=True), n=int(cost), r=8, p=1,
        maxmem=_SCRYPT_MEMORY, dklen=32,
    )  # fmt: skip
    return hmac.compare_digest(found, b64decode(wanted, validate=True))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
