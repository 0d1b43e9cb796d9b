"""HTTPS: a certificate of one's own, or one that this machine signs for itself."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from fewshot_fer.errors import ServerError

_DAYS: Final = 365
_RENEW_S: Final = 300 * 86_400.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """What HTTPS needs, without which browsers give no camera to other machines."""

    certificate: Path
    key: Path

    def check(self) -> None:
        """Refuse what is no certificate, or no key of it."""
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                self.certificate, self.key, password=_no_password
            )
        except (OSError, ssl.SSLError, ValueError) as error:
            raise ServerError(
                f"The certificate or its key cannot be used: {_reason(error)}.",
                where=f"{self.certificate}, {self.key}",
                next_step="Both must be PEM files that belong together, the key without password.",
            ) from error


def self_signed(folder: Path, host: str) -> Certificate:
    """A certificate that this machine signs for itself; browsers warn once, then take it."""
    made = Certificate(folder / "self-signed.crt", folder / "self-signed.key")
    if not _good(made):
        _make(made, host)
    made.check()
    return made


def _good(made: Certificate) -> bool:
    try:
        return made.key.exists() and time.time() - made.certificate.stat().st_mtime < _RENEW_S
    except FileNotFoundError:
        return False


def _make(made: Certificate, host: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise ServerError(
            "Making a certificate needs the program `openssl`, which is not installed.",
            next_step="Install it, or bring a certificate with --cert and --key.",
        )
    names = ",".join(_name(one) for one in _names(host))
    command = [
        program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", str(_DAYS), "-subj", "/CN=fewshot-fer", "-addext", f"subjectAltName={names}",
        "-keyout", str(made.key), "-out", str(made.certificate),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerError(
            f"openssl made no certificate: {done.stderr.strip().splitlines()[-1:] or 'no reason'}.",
            next_step="Bring a certificate with --cert and --key.",
        )
    made.key.chmod(0o600)


def _names(host: str) -> list[str]:
    """What browsers may call this machine."""
    own = socket.gethostname()
    found = ["localhost", "127.0.0.1", own, f"{own}.local", host]
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(own, None, socket.AF_INET)]
    return [one for one in dict.fromkeys(found) if one not in ("", "0.0.0.0", "::")]


def _name(one: str) -> str:
    try:
        return f"IP:{ip_address(one)}"
    except ValueError:
        return f"DNS:{one}"


def _no_password() -> str:
    """Never ask at the terminal: a server may have none."""
    return ""


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
