"""Covers: what every player can show, or nothing."""

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.books.cover import checked_cover


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_sound_pictures_are_kept_byte_for_byte(documents: Any, kind: str, media_type: str) -> None:
    picture = documents.picture(kind)
    assert checked_cover(picture) == (picture, media_type)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "BMP"])
def test_other_pictures_become_jpeg(documents: Any, kind: str) -> None:
    made = checked_cover(documents.picture(kind, (90, 120)))
    assert made is not None
    assert made[1] == "image/jpeg"
    with Image.open(io.BytesIO(made[0])) as picture:
        assert (picture.format, picture.size) == ("JPEG", (90, 120))


def test_enormous_pictures_are_made_smaller(documents: Any) -> None:
    made = checked_cover(documents.picture("PNG", (3000, 6000)))
    assert made is not None
    with Image.open(io.BytesIO(made[0])) as picture:
        assert picture.size == (1200, 2400)


def test_what_would_unpack_to_gigabytes_is_refused_before_it_does(documents: Any) -> None:
    assert checked_cover(documents.png(4, 4, claim=(100_000, 100_000))) is None


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"%PDF-1.4", bytes(40 * 2**20)]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert checked_cover(data) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]), st.floats(0, 1), st.binary(min_size=1, max_size=8))
def test_damaged_pictures_never_raise(documents: Any, kind: str, place: float, noise: bytes) -> None:
    picture = bytearray(documents.picture(kind))
    at = int(place * (len(picture) - len(noise)))
    picture[at : at + len(noise)] = noise
    checked_cover(bytes(picture))
    checked_cover(bytes(picture[: at + 1]))
