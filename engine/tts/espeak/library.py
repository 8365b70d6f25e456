"""The espeak-ng shared library, loaded anew for every stretch of text; and the loop of the process it lives in.

Two things are wrong with the library for a studio that never stops. It has no way back to its first state: the phase of
its pitch flutter, its noise and its resonators carry over from one text to the next, so the same sentence never sounds
the same twice, and an audiobook that was killed and resumed would differ from one that was not. A library that has just
been mapped into memory has no past, and mapping it costs a third of a millisecond: so each stretch of text gets a fresh
one. And its buffers have fixed sizes that some odd words overrun, which ends the process: so it has a process of its
own, this file run as a script, which `process.py` starts and talks to. For a quick start it needs nothing but the
standard library.
"""

import ctypes
import json
import os
import re
import select
import struct
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ctypes import POINTER, c_char_p, c_int, c_long, c_uint, c_void_p
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

SAMPLE_RATE = 22050

# Klatt timbres sound slightly different for another buffer length, so there is one for all uses. The first buffer is
# full after a quarter of a millisecond; much longer ones can starve the library's own queue in mid-clause.
BUFFER_MS = 200
# When the first word is out nobody waits for a little sound, and fewer, larger messages wake fewer sleepers: half a
# second, then twice as much each time, up to four.
_SECOND_BYTES, _MOST_BYTES = SAMPLE_RATE, 8 * SAMPLE_RATE

_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_UTF8_TEXT = 1  # neither SSML nor [[phonemes]]: the text is spoken as it stands
_PHONEMES = 0x100  # with [[phonemes]], in the library's own names
_BY_CHARACTER = 1
_IPA = 2
_WORD_EVENT = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_SEED = 1
_LANGUAGE_SWITCH = re.compile(r"\([a-z][a-z-]*\)")  # "(fr)" before a word said in another language's way

ORDER = struct.Struct("<I")  # bytes of JSON that follow; 0 tells the library to stop
ANSWER = struct.Struct("<cII")  # kind, marks, bytes; the marks follow as pairs of int32, then the bytes


class Failure(Exception):
    """The library refused; the message is one of the words below."""


DAMAGED, NO_VOICE, GAVE_UP = "damaged", "no voice", "gave up"


class Mark(NamedTuple):
    """The library begins to speak what stands at a character of the text.

    Attributes:
        sample: counted from the beginning of the speech.
        char: 0-based offset in the text.
    """

    sample: int
    char: int


class Order(NamedTuple):
    """What to say and how.

    Attributes:
        text: spoken literally; without control characters, which the library takes for commands.
        voice: path below the library's folder of languages ("gmw/en-US").
        variant: name of a file of timbres ("f3"), or "".
        words_per_minute: 80 to 450; the library's own pace is 175.
        pitch: 0 to 99, an octave in 50 steps, 50 is the voice's own.
        pitch_range: 0 to 99, of the melody, in proportion; 50 is the voice's own.
        at_once: nobody waits for the beginning; fewer, larger messages.
        ipa: give the sounds in IPA instead of speaking, their letters tied with `tie`.
        tie: a character that joins the letters of one sound ("͡"), or "".
        named: what stands in [[]] are sounds by their names in the library.
    """

    text: str
    voice: str
    variant: str = ""
    words_per_minute: int = 175
    pitch: int = 50
    pitch_range: int = 50
    at_once: bool = False
    ipa: bool = False
    tie: str = ""
    named: bool = False


Hear = Callable[[bytes, list[Mark]], bool]
"""Takes the next int16 samples and the marks in them; returns False to stop."""


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", c_int),
        ("unique_identifier", c_uint),
        ("text_position", c_int),
        ("length", c_int),
        ("audio_position", c_int),
        ("sample", c_int),
        ("user_data", c_void_p),
        ("id", ctypes.c_uint64),
    )


_Callback = ctypes.CFUNCTYPE(c_int, c_void_p, c_int, POINTER(_Event))


class Library:
    """A private copy of the library's file, mapped and unmapped for each order. One order at a time."""

    def __init__(self, file: Path, data: Path) -> None:
        self._data = data
        self._copy = _private_copy(file)
        self._system = ctypes.CDLL(None)
        self._system.dlclose.argtypes = [c_void_p]

    def speak(self, order: Order, hear: Hear) -> None:
        """Speak; `hear` is called with every buffer.

        Raises:
            Failure: DAMAGED, NO_VOICE or GAVE_UP.
        """

        def on_buffer(samples: int | None, count: int, events: Any) -> int:
            marks: list[Mark] = []
            at = 0
            while events and (kind := events[at].type) != 0:
                if kind == _WORD_EVENT:
                    marks.append(Mark(events[at].sample, events[at].text_position - 1))
                at += 1
            return 0 if hear(ctypes.string_at(samples, 2 * count) if samples and count else b"", marks) else 1

        callback = _Callback(on_buffer)
        text = order.text.encode() + b"\0"
        with self._fresh(order) as library:
            library.espeak_SetSynthCallback(callback)
            library.espeak_SetParameter(_RATE, order.words_per_minute, 0)
            library.espeak_SetParameter(_PITCH, order.pitch, 0)
            library.espeak_SetParameter(_RANGE, order.pitch_range, 0)
            flags = _UTF8_TEXT | (_PHONEMES if order.named else 0)
            if library.espeak_Synth(text, len(text), 0, _BY_CHARACTER, 0, flags, None, None) != 0:
                raise Failure(GAVE_UP)

    def phonemes(self, order: Order) -> list[str]:
        """The sounds of a text in IPA, clause by clause.

        Raises:
            Failure: DAMAGED or NO_VOICE.
        """
        mode = _IPA | (0x80 | ord(order.tie[0]) << 8 if order.tie else 0)
        clauses: list[str] = []
        buffer = ctypes.create_string_buffer(order.text.encode())
        place = c_void_p(ctypes.addressof(buffer))
        with self._fresh(order) as library:
            library.espeak_TextToPhonemes.restype = c_char_p
            while place.value:
                spoken: bytes | None = library.espeak_TextToPhonemes(ctypes.byref(place), _UTF8_TEXT, mode)
                if spoken:
                    clauses.append(_LANGUAGE_SWITCH.sub("", spoken.decode(errors="replace")).strip())
        return [clause for clause in clauses if clause]

    @contextmanager
    def _fresh(self, order: Order) -> Generator[ctypes.CDLL]:
        try:
            library = ctypes.CDLL(self._copy)
        except OSError as exc:
            raise Failure(DAMAGED) from exc
        try:
            data = os.fsencode(self._data)
            if library.espeak_Initialize(_SYNCHRONOUS, BUFFER_MS, data, _DO_NOT_EXIT) != SAMPLE_RATE:
                raise Failure(DAMAGED)
            library.espeak_ng_SetRandSeed(c_long(_SEED))
            self._system.srand(_SEED)  # the speech-player timbres take their noise from the C library
            self._set_voice(library, order)
            yield library
        finally:
            library.espeak_Terminate()
            self._system.dlclose(library._handle)

    def _set_voice(self, library: ctypes.CDLL, order: Order) -> None:
        variant = f"+{order.variant}" if order.variant else ""
        name, descriptors = order.voice, Path("/proc/self/fd")
        # The library lowers the case of a name, and on a disk that minds the case it then reads all voices to find the
        # file: 2.5 ms, and 2 kB it never gives back. An open file's number has no case.
        if name != name.lower() and descriptors.is_dir():
            try:
                descriptor = os.open(self._data / "lang" / name, os.O_RDONLY | os.O_CLOEXEC)
            except OSError as exc:
                raise Failure(NO_VOICE) from exc
            try:
                status = library.espeak_SetVoiceByFile(os.fsencode(f"{descriptors}/{descriptor}{variant}"))
            finally:
                os.close(descriptor)
        else:
            status = library.espeak_SetVoiceByName(os.fsencode(name + variant))
        if status != 0:
            raise Failure(NO_VOICE)


def _private_copy(file: Path) -> str:
    """A path that this process alone has opened: what others hold open too would stay mapped."""
    image = file.read_bytes()
    if sys.platform == "linux":
        descriptor = os.memfd_create("espeak-ng", os.MFD_CLOEXEC)
        with os.fdopen(descriptor, "wb", closefd=False) as copy:
            copy.write(image)
        return f"/proc/self/fd/{descriptor}"
    path = Path(_temporary_folder().name) / file.name
    path.write_bytes(image)
    return str(path)


@cache
def _temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """Removed when the process ends."""
    return tempfile.TemporaryDirectory(prefix="espeak-ng-")


def serve(library: Library, orders: BinaryIO, answers: BinaryIO) -> None:
    """Carry out orders until the other side hangs up.

    An order is the fields of `Order` as JSON. An answer is any number of messages with sound (kind A) or one with text
    (kind P), then E when all went well or F with the failure's word. Whatever arrives meanwhile cuts the speech short.
    """
    pending = bytearray()
    marked: list[Mark] = []
    enough = 0

    def send(kind: bytes, body: bytes = b"") -> None:
        flat = [number for mark in marked for number in mark]
        answers.write(ANSWER.pack(kind, len(marked), len(body)) + struct.pack(f"<{len(flat)}i", *flat) + body)
        answers.flush()
        marked.clear()

    def hear(samples: bytes, marks: list[Mark]) -> bool:
        nonlocal enough
        pending.extend(samples)
        marked.extend(marks)
        if pending and len(pending) >= enough:
            # The mark after the first ends the first word: until then nothing can be played.
            if enough or any(mark.sample > 0 for mark in marked):
                enough = min(_MOST_BYTES, max(_SECOND_BYTES, 2 * enough))
            send(b"A", bytes(pending))
            pending.clear()
        return not select.select([orders], [], [], 0)[0]

    while len(head := orders.read(ORDER.size)) == ORDER.size:
        if not (length := ORDER.unpack(head)[0]):
            continue  # a stop that came when all was said
        body = b""
        while len(body) < length:
            body += orders.read(length - len(body)) or sys.exit(0)
        order = Order(**json.loads(body))
        pending.clear()
        marked.clear()
        # One who wants all at once is not woken before.
        enough = _MOST_BYTES if order.at_once else 0
        try:
            if order.ipa:
                send(b"P", "\n".join(library.phonemes(order)).encode())
            else:
                library.speak(order, hear)
                if pending or marked:
                    send(b"A", bytes(pending))
            send(b"E")
        except Failure as failure:
            marked.clear()
            send(b"F", str(failure).encode())


if __name__ == "__main__":
    # The answers have a descriptor of their own: the library prints to the standard ones.
    with os.fdopen(int(sys.argv[3]), "wb") as out, os.fdopen(0, "rb", buffering=0) as orders:
        serve(Library(Path(sys.argv[1]), Path(sys.argv[2])), orders, out)
