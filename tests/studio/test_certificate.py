"""The studio's own certificate: made once, private, good for its names, renewed when it has to be."""

import hashlib
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from studio import certificate, server
from tests.studio.test_server import serving

NAMES = ["localhost", "127.0.0.1", "::1", "studio.local", "192.168.1.5"]
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first = certificate.own(tmp_path / "new" / "folder", NAMES, NOW)
    assert first.is_new
    assert stat.S_IMODE(first.file.stat().st_mode) == 0o600
    assert len(first.fingerprint.split(":")) == 32
    again = certificate.own(tmp_path / "new" / "folder", NAMES[:2], NOW + timedelta(days=300))
    assert (again.fingerprint, again.is_new) == (first.fingerprint, False)
    assert [path.name for path in first.file.parent.iterdir()] == [certificate.FILE]


@pytest.mark.parametrize(
    ("days", "names"), [(397, NAMES), (391, NAMES), (-2, NAMES), (0, [*NAMES, "192.168.1.6"]), (0, [*NAMES, "new"])]
)
def test_it_is_renewed_when_it_runs_out_or_the_machine_has_another_address(
    tmp_path: Path, days: int, names: list[str]
) -> None:
    first = certificate.own(tmp_path, NAMES, NOW)
    renewed = certificate.own(tmp_path, names, NOW + timedelta(days=days))
    assert renewed.is_new
    assert renewed.fingerprint != first.fingerprint


@pytest.mark.parametrize("damage", ["empty", "noise", "half", "open"])
def test_one_that_is_damaged_or_that_others_could_read_is_replaced(tmp_path: Path, damage: str) -> None:
    first = certificate.own(tmp_path, NAMES, NOW)
    whole = first.file.read_bytes()
    other = certificate.own(tmp_path / "other", NAMES, NOW).file.read_bytes()
    mixed = whole[: whole.index(b"-----BEGIN CERT")] + other[other.index(b"-----BEGIN CERT") :]
    first.file.write_bytes({"empty": b"", "noise": b"\0" * 900, "half": mixed, "open": whole}[damage])
    if damage == "open":
        first.file.chmod(0o644)
    renewed = certificate.own(tmp_path, NAMES, NOW)
    assert renewed.is_new
    assert stat.S_IMODE(renewed.file.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(certificate.CertificateError, match="cannot be kept"):
        certificate.own(tmp_path / "file", NAMES)


def test_a_name_that_nobody_can_ask_for_does_no_harm(tmp_path: Path) -> None:
    assert certificate.own(tmp_path, ["a" * 80, "..", "", "bücher.local"]).is_new


def test_the_server_speaks_https_with_it_and_clients_that_know_it_agree(tmp_path: Path) -> None:
    own = certificate.own(tmp_path, NAMES)
    trusting = ssl.create_default_context(cafile=str(own.file))
    with serving(own.file) as port:
        with httpx.Client(verify=trusting) as client:
            for host in ("localhost", "127.0.0.1"):
                assert client.get(f"https://{host}:{port}/").text == "ok"
        seen = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
        assert own.fingerprint == ":".join(f"{byte:02X}" for byte in hashlib.sha256(seen).digest())
    assert server.address_of("0.0.0.0", 1, "https") == "https://127.0.0.1:1"
