"""What a file with a made voice says of itself: that it is synthetic, who made it, and whose rules bind it.

One sentence of pairs for every container's comment, its parts under names of their own where a container takes them,
and the IPTC's digital source type as XMP where there is a place for it. Knows how a container is written, and no sound.
"""

import re
import struct
from dataclasses import dataclass
from typing import Literal, get_args
from xml.sax.saxutils import escape, quoteattr

DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""The IPTC's word for media that a trained model made."""
SOFTWARE = "Speech Studio"
SENTENCE = "Synthetic speech made by a model"

VoiceKind = Literal["stock", "blend", "house", "cloned", "designed", "tuned"]
"""What a voice is: a model's own, mixed of several, the studio's own, after a recording, after a description, or fitted
to a recording."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_MOST_CHARS = 200
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_BEXT = struct.Struct("<256s32s32s10s8sIIH64s190s")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a sound comes from.

    Attributes:
        model: its name, as people know it.
        voice: as the person calls it; "" where nobody named one.
        kind: what the voice is.
        licence: the model's, where it binds what is made with it; else "".
    """

    model: str
    voice: str = ""
    kind: VoiceKind = "stock"
    licence: str = ""

    @property
    def comment(self) -> str:
        """All of it in one line, which `read` understands."""
        pairs = [f"{name}: {value}" for name, value in self._pairs().items() if value]
        return "; ".join([SENTENCE, *pairs])

    @property
    def tags(self) -> dict[str, str]:
        """All of it by names, for containers that take any: the comment, then its parts."""
        parts = {name.replace(" ", "_"): value for name, value in self._pairs().items() if value}
        return {"comment": self.comment, "encoder": SOFTWARE, **parts}

    def _pairs(self) -> dict[str, str]:
        return {
            "software": SOFTWARE,
            "model": _plain(self.model),
            "voice": _plain(self.voice),
            "voice kind": self.kind,
            "licence": _plain(self.licence),
            "digital source type": DIGITAL_SOURCE_TYPE,
        }


def read(comment: str) -> Provenance | None:
    """What a file's comment says, where it is one of ours."""
    sentence, *pairs = comment.split("; ")
    told = {name: value for name, _, value in (pair.partition(": ") for pair in pairs)}
    kind = next((one for one in get_args(VoiceKind) if one == told.get("voice kind")), None)
    if sentence != SENTENCE or kind is None:
        return None
    return Provenance(told.get("model", ""), told.get("voice", ""), kind, told.get("licence", ""))


def ffmpeg_tags(made_by: Provenance | None) -> list[str]:
    """ffmpeg's arguments for it, before the output's name."""
    if made_by is None:
        return []
    return [argument for name, value in made_by.tags.items() for argument in ("-metadata", f"{name}={value}")]


def bext_tags(made_by: Provenance | None) -> list[str]:
    """ffmpeg's arguments for a broadcast WAV file, besides `ffmpeg_tags`."""
    if made_by is None:
        return []
    return ["-write_bext", "1", "-metadata", f"description={_ascii(made_by)}", "-metadata", f"originator={SOFTWARE}"]


def wav_chunks(made_by: Provenance | None) -> bytes:
    """A WAV file's chunks for it, to stand before the samples: bext (EBU 3285), LIST INFO and XMP."""
    if made_by is None:
        return b""
    description, originator = (text.encode("ascii", "replace") for text in (_ascii(made_by), SOFTWARE))
    bext = _BEXT.pack(description, originator, b"", b"", b"", 0, 0, 1, b"", b"")
    info = b"INFO" + _chunk(b"ISFT", SOFTWARE.encode() + b"\0") + _chunk(b"ICMT", made_by.comment.encode() + b"\0")
    return _chunk(b"bext", bext) + _chunk(b"LIST", info) + _chunk(b"_PMX", xmp(made_by))


def mp4_box(made_by: Provenance | None) -> bytes:
    """The box with XMP that may stand at the end of an MP4 file."""
    if made_by is None:
        return b""
    packet = xmp(made_by)
    return struct.pack(">I4s", 24 + len(packet), b"uuid") + _XMP_UUID + packet


def id3(made_by: Provenance | None) -> bytes:
    """An ID3 tag (2.3) for the beginning of an MP3 stream."""
    if made_by is None:
        return b""
    frames = _frame(b"TSSE", b"\x01" + _utf16(SOFTWARE))
    frames += _frame(b"COMM", b"\x01eng" + _utf16("") + b"\0\0" + _utf16(made_by.comment))
    for name, value in made_by.tags.items():
        if name not in {"comment", "encoder"}:
            frames += _frame(b"TXXX", b"\x01" + _utf16(name) + b"\0\0" + _utf16(value))
    size = len(frames)
    return b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + frames


def xmp(made_by: Provenance) -> bytes:
    """The IPTC's digital source type, the software and the comment as an XMP packet."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f" Iptc4xmpExt:DigitalSourceType={quoteattr(DIGITAL_SOURCE_TYPE)} xmp:CreatorTool={quoteattr(SOFTWARE)}>"
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(made_by.comment)}</rdf:li></rdf:Alt>'
        "</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    ).encode()


def _plain(text: str) -> str:
    """What may stand in any container: one line, no signs that part the pairs."""
    return " ".join(_CONTROL.sub(" ", text).replace(";", ",").split())[:_MOST_CHARS]


def _ascii(made_by: Provenance) -> str:
    """The 256 letters of a broadcast file's description."""
    text = f"{SENTENCE} ({DIGITAL_SOURCE_TYPE}). Voice: {made_by.kind}. Model: {_plain(made_by.model)}."
    return (text + (f" Licence: {_plain(made_by.licence)}." if made_by.licence else ""))[:256]


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _frame(name: bytes, data: bytes) -> bytes:
    return name + struct.pack(">IH", len(data), 0) + data


def _utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")
