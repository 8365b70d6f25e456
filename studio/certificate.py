"""A certificate of the studio's own, so that browsers on other devices speak https with it: made once, kept, renewed
when it runs out or the machine has another address. Browsers warn of it once; its fingerprint tells that it is ours.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from engine.errors import EngineError
from studio.private_file import write_private

FILE = "https.pem"
LIFETIME = timedelta(days=397)
"""Longer ones are refused by some browsers."""
RENEWED_BEFORE = timedelta(days=7)


class CertificateError(EngineError):
    """No certificate can be made or kept."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, in one file that only its owner can read.

    Attributes:
        file: PEM, the key first.
        fingerprint: SHA-256, as browsers show it: AB:CD:...
        is_new: whether it was made just now.
    """

    file: Path
    fingerprint: str
    is_new: bool


def own(folder: Path, names: Iterable[str], at: datetime | None = None) -> Certificate:
    """The certificate of this machine, made or renewed where it has to be.

    Args:
        folder: where it is kept; made when it is not there.
        names: host names and addresses under which the studio is opened.
        at: the present; now when None.

    Raises:
        CertificateError: the folder cannot be written.
    """
    present = at or datetime.now(UTC)
    wanted = _alternatives(names)
    file = folder / FILE
    kept = _read(file)
    if kept is not None and _is_good(kept, wanted, present):
        return Certificate(file, _fingerprint(kept), is_new=False)
    key = ec.generate_private_key(ec.SECP256R1())
    made = _make(key, wanted, present)
    lines = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        write_private(file, lines + made.public_bytes(serialization.Encoding.PEM))
    except OSError as exc:
        raise CertificateError(f"The certificate for https cannot be kept in {folder}: no room, or no right.") from exc
    return Certificate(file, _fingerprint(made), is_new=True)


def _alternatives(names: Iterable[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in dict.fromkeys(names):
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            try:
                found.append(x509.DNSName(name.encode("idna").decode()))
            except UnicodeError:
                continue  # a name that no browser could ask for
    return found


def _make(key: ec.EllipticCurvePrivateKey, names: list[x509.GeneralName], present: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Speech Studio")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A device whose clock is behind takes it as well.
        .not_valid_before(present - timedelta(days=1))
        .not_valid_after(present + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(key, hashes.SHA256())


def _read(file: Path) -> x509.Certificate | None:
    """What is kept, when it is whole, ours alone, and belongs to its key."""
    try:
        held = file.read_bytes()
        if file.stat().st_mode & 0o077:
            return None
        certificate = x509.load_pem_x509_certificate(held)
        key = serialization.load_pem_private_key(held, None)
    except (OSError, ValueError, TypeError):
        return None
    return certificate if key.public_key() == certificate.public_key() else None


def _is_good(certificate: x509.Certificate, wanted: list[x509.GeneralName], present: datetime) -> bool:
    try:
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    lasts = certificate.not_valid_before_utc <= present < certificate.not_valid_after_utc - RENEWED_BEFORE
    return lasts and set(wanted) <= set(named)


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()
