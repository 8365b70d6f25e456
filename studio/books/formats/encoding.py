"""Bytes -> text: byte-order marks, declared encodings, UTF-8, and an informed guess. Also what is not text at all."""

import codecs
import re
import unicodedata

# Only encodings that decode in linear time; Python's registry also holds punycode, idna and unicode_escape.
_SAFE = re.compile(
    r"(utf[-_]?(8|16|32)([-_]?(le|be|sig))?|(us-?)?ascii|latin[-_]?[0-9]+|iso[-_]?8859[-_]?[0-9]+"
    r"|(windows|cp|x-cp|ibm)[-_]?[0-9]+|koi8[-_]?[rut]|mac[-_]?[a-z]+|macintosh|shift[-_]?jis|s?jis|ms932|euc[-_]?(jp|kr|cn)"
    r"|iso-2022-(jp|kr)|gb[-_]?(k|2312|18030)|hz|big5([-_]?hkscs)?|tis-?620)",
    re.IGNORECASE,
)
_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with that mark
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_SAMPLE_BYTES = 64 * 1024
# What Western European books written in windows-1252 hold beyond ASCII. Letters outside it mean another encoding.
_WESTERN = frozenset(
    "àáâãäåæçèéêëìíîïñòóôõöøœùúûüýÿßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜÝŸ‘’“”‚„–—…•«»‹›€£§©®™°·¿¡½¼¾ªº\xa0\xad"
)
_MOST_WESTERN = 0.25  # share of such characters; French has about 0.05, Russian in a wrong decoding nearly 0.8

_REPLACED: dict[int, str | None] = {code: None for code in [*range(0x00, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F]}
_REPLACED.update((code, None) for code in [0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, *range(0xFDD0, 0xFDF0)])
_REPLACED.update({0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n\n", 0xA0: " ", 0x202F: " "})
_REPLACED.update({0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"})
_ODD = re.compile("[\ud800-\udfff" + "".join(re.escape(chr(code)) for code in _REPLACED) + "]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def decode(data: bytes, declared: str = "") -> str:
    """The text in some bytes; never fails, and never loses a byte silently (what is unreadable becomes U+FFFD).

    Args:
        data: the file.
        declared: the encoding it names for itself; ignored when it is unknown or does not fit.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    wide = _wide(data)
    if wide:
        return data.decode(wide, "replace")
    for encoding in ("utf-8", declared):
        text = _strictly(data, encoding)
        if text is not None:
            return text
    western = data.decode("cp1252", "replace")
    if _is_western(western):
        return western
    guess = _guess(data)
    return western if guess is None else data.decode(guess, "replace")


def is_binary(data: bytes) -> bool:
    """Whether some bytes are not text in any encoding people use."""
    sample = data[:_SAMPLE_BYTES]
    if not sample or any(sample.startswith(mark) for mark, _ in _MARKS) or _wide(sample):
        return False
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", sample))
    if b"\0" in sample or controls > len(sample) / 50:
        return True
    # A multi-byte character may be cut at the end of the sample.
    if _strictly(sample, "utf-8") is not None or _strictly(sample[:-3], "utf-8") is not None:
        return False
    high = sum(byte >= 0x80 for byte in sample)
    spaces = sum(sample.count(byte) for byte in b" \n\r\t")
    # Legacy encodings of languages with spaces; those without show long runs of high bytes and few ASCII signs.
    return high > len(sample) / 10 and spaces < len(sample) / 40 and _guess(sample) is None


def clean(text: str) -> str:
    """Text without what cannot be spoken or kept: controls, soft hyphens, zero widths, lone surrogates; NFC."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _ODD.search(text):
        text = _SURROGATE.sub("�", text.translate(_REPLACED))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _strictly(data: bytes, encoding: str) -> str | None:
    if not _SAFE.fullmatch(encoding.strip()):
        return None
    try:
        return data.decode(encoding.strip())
    except (UnicodeDecodeError, LookupError):
        return None


def _wide(data: bytes) -> str:
    """UTF-16 without its mark: every other byte of Western text is zero."""
    sample = data[:4096]
    if len(sample) < 4 or len(sample) % 2:
        sample = sample[:-1]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half < 2:
        return ""
    if odd > half * 0.7 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.05:
        return "utf-16-be"
    return ""


def _is_western(text: str) -> bool:
    beyond = [char for char in text[:_SAMPLE_BYTES] if char > "\x7f"]
    return len(beyond) <= _MOST_WESTERN * len(text[:_SAMPLE_BYTES]) and _WESTERN.issuperset(beyond)


def _guess(data: bytes) -> str | None:
    """What statistics say; None when they say nothing."""
    from charset_normalizer import from_bytes  # 30 ms to import, and hardly ever needed

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    if best is None or not _SAFE.fullmatch(best.encoding):
        return None
    return best.encoding
