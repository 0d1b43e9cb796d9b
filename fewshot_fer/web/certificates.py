"""HTTPS: a certificate of one's own, or one that this machine signs for itself."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fewshot_fer.errors import ServerError
from fewshot_fer.files import whole_file, write_atomically

_LASTS: Final = timedelta(days=365)
_RENEW: Final = timedelta(days=65)
"""Before it ends."""


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
        found = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return made.key.exists() and found.not_valid_after_utc - datetime.now(UTC) > _RENEW


def _make(made: Certificate, host: str) -> None:
    """For this server alone: nothing else can be signed with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fewshot-fer")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks of other machines may be behind
        .not_valid_after(now + _LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(map(_name, _names(host))), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, no_password = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    with whole_file(made.key, mode=0o600) as file:
        file.write(key.private_bytes(pem, form, no_password))
    write_atomically(made.certificate, certificate.public_bytes(pem))


def _names(host: str) -> list[str]:
    """What browsers may call this machine."""
    own = socket.gethostname()
    found = ["localhost", "127.0.0.1", own, f"{own}.local", host]
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(own, None, socket.AF_INET)]
    return [one for one in dict.fromkeys(found) if one not in ("", "0.0.0.0", "::")]


def _name(one: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(one))
    except ValueError:
        return x509.DNSName(one.encode("idna").decode())


def _no_password() -> str:
    """Never ask at the terminal: a server may have none."""
    return ""


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
