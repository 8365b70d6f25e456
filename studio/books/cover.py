"""A picture from a stranger -> a JPEG or PNG of sensible size, or nothing."""

import io
import warnings
from typing import TYPE_CHECKING

from studio.books.model import CoverType

if TYPE_CHECKING:
    from PIL import Image

MAX_COVER_BYTES = 32 * 2**20  # as it stands in the book
_MAX_KEPT_BYTES = 4 * 2**20  # larger ones are made smaller: a player loads the cover before the first word
_MAX_PIXELS = 60_000_000  # 180 MB unpacked
_MAX_EDGE = 2_400  # pixels; what shops ask for
_READABLE = ("JPEG", "PNG", "GIF", "WEBP", "BMP")

Cover = tuple[bytes, CoverType]


def checked_cover(data: bytes) -> Cover | None:
    """A cover that every player can show.

    Args:
        data: what the book calls its cover, in any format.

    Returns:
        The bytes unchanged when they are a sound JPEG or PNG of normal size; else a JPEG made of them; None when they
        are no picture, are damaged, or would unpack to an absurd size.
    """
    if not 0 < len(data) <= MAX_COVER_BYTES:
        return None
    from PIL import Image  # 50 ms to import; most documents have no cover

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_READABLE) as picture:
                width, height = picture.size
                if width * height > _MAX_PIXELS or min(width, height) < 1:
                    return None
                picture.load()
                kept: dict[str, CoverType] = {"JPEG": "image/jpeg", "PNG": "image/png"}
                media_type = kept.get(picture.format or "", "")
                if media_type and len(data) <= _MAX_KEPT_BYTES and max(width, height) <= 2 * _MAX_EDGE:
                    return data, media_type
                return _as_jpeg(picture), "image/jpeg"
    except (OSError, ValueError, SyntaxError, ArithmeticError, EOFError, MemoryError, Image.DecompressionBombError):
        # Pillow's decoders raise any of these on torn or hostile files; a book without a cover is still a book.
        return None


def _as_jpeg(picture: "Image.Image") -> bytes:
    flat = picture.convert("RGB")
    flat.thumbnail((_MAX_EDGE, _MAX_EDGE))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=88)
    return out.getvalue()
