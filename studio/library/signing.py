"""Finished files signed with a certificate of the studio's own (STUDIO_C2PA).

Nobody else knows the certificate: a verifier says "unknown signer", and that the file is as the studio made it. It is
made once and kept in the outputs folder, readable for its owner alone; whoever has it can sign as this studio.
"""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from engine.audio.files import credentials
from engine.audio.files.credentials import Signer
from engine.audio.files.provenance import Provenance
from engine.errors import EngineError
from studio.library.storage import Storage
from studio.private_file import write_private
from studio.settings import Settings

log = logging.getLogger(__name__)

FILE = "content-credentials.pem"
LIFETIME = timedelta(days=3650)
RENEWED_BEFORE = timedelta(days=30)


def is_on(settings: Settings, ending: str) -> bool:
    """Whether a finished file of this kind is to be signed, and can be."""
    return settings.c2pa and ending.lower() in credentials.MEDIA_TYPES and credentials.is_here()


def sign_finished(
    settings: Settings, storage: Storage, path: Path, made_by: Provenance, title: str = "", ending: str = ""
) -> tuple[str, ...]:
    """Sign a finished file where the settings ask for it; it never costs the file.

    Args:
        settings: STUDIO_C2PA.
        storage: where the studio's certificate is.
        path: the file.
        made_by: what is signed.
        title: of the file.
        ending: of its kind, where its name does not say.

    Returns:
        A sentence where it was asked for and was not done; usually nothing.
    """
    if not settings.c2pa:
        return ()
    try:
        credentials.sign(path, made_by, own_signer(storage), title, ending)
    except EngineError as exc:
        log.warning("a finished file was not signed", exc_info=exc)
        return (f"The file was not signed: {exc}",)
    return ()


def own_signer(storage: Storage, at: datetime | None = None) -> Signer:
    """The studio's own, made where there is none, or none that still holds.

    Raises:
        SigningError: the folder cannot be written.
    """
    present = at or datetime.now(UTC)
    file = storage.outputs / FILE
    kept = _read(file, present)
    if kept is not None:
        return kept
    try:
        write_private(file, _made(present))
    except OSError as exc:
        raise credentials.SigningError("The studio's certificate cannot be kept: no room, or no right.") from exc
    kept = _read(file, present)
    if kept is None:
        raise credentials.SigningError("The studio's certificate cannot be read.")
    return kept


def _read(file: Path, present: datetime) -> Signer | None:
    """What is kept, when it is whole, ours alone and not about to run out."""
    try:
        held = file.read_bytes()
        if file.stat().st_mode & 0o077:
            return None
        chain = x509.load_pem_x509_certificates(held)
        key = serialization.load_pem_private_key(held, None)
    except (OSError, ValueError, TypeError):
        return None
    if len(chain) < 2 or key.public_key() != chain[0].public_key():
        return None
    if not chain[0].not_valid_before_utc <= present < chain[0].not_valid_after_utc - RENEWED_BEFORE:
        return None
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Signer(b"".join(one.public_bytes(pem) for one in chain), private)


def _made(present: datetime) -> bytes:
    """A key, its certificate, and the one above it, whose key nobody keeps: the C2PA takes no leaf of its own root."""
    above, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("A studio of somebody's own", above, above, None, present, is_root=True)
    leaf = _certificate("Speech Studio, somebody's own", own, above, root, present, is_root=False)
    pem = serialization.Encoding.PEM
    key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key + leaf.public_bytes(pem) + root.public_bytes(pem)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    present: datetime,
    *,
    is_root: bool,
) -> x509.Certificate:
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Speech Studio")]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(present - timedelta(days=1))
        .not_valid_after(present + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(is_root), critical=True)
    )
    if not is_root:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])  # what the C2PA asks of signers
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
        builder = builder.add_extension(purposes, critical=False).add_extension(authority, critical=False)
    return builder.sign(by, hashes.SHA256())


def _usage(is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
