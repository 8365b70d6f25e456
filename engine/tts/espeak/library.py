"""The espeak-ng shared library: loaded anew for every stretch of text, one at a time. Knows nothing of words or voices.

The library is not thread-safe, and it has no way back to its first state: the phase of its pitch flutter, its noise and
its resonators carry over from one text to the next, so the same sentence never sounds the same twice. An audiobook that
was killed and resumed would differ from one that was not. A library that has just been mapped into memory has no past,
and mapping it costs a third of a millisecond: so each stretch of text gets a fresh one, from a private copy that nobody
else in the process can hold open. One lock stands around the whole, because loading also touches the process's locale
and the C library's `rand` (which the speech-player variants use for noise).
"""

import ctypes
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ctypes import POINTER, c_char_p, c_int, c_long, c_uint, c_void_p
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import espeakng_loader

from engine.errors import GenerationError, VoiceError, WeightsError

log = logging.getLogger(__name__)

SAMPLE_RATE = 22050

# Klatt variants sound slightly different for another buffer length, so there is one for all uses. The first buffer is
# full after a quarter of a millisecond of computing; longer ones can starve the library's own queue in mid-clause.
BUFFER_MS = 200

_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_UTF8_TEXT = 1  # neither SSML nor [[phonemes]]: the text is spoken as it stands
_BY_CHARACTER = 1
_IPA = 2
_WORD_EVENT = 1
_RATE, _PITCH = 1, 3
_SEED = 1
_PATH_MAX = 150  # the library cuts longer data paths off

_one_at_a_time = threading.Lock()


class Mark(NamedTuple):
    """The library begins to speak what stands at a character of the text.

    Attributes:
        sample: counted from the beginning of the speech.
        char: 0-based offset in the text.
    """

    sample: int
    char: int


Hear = Callable[[bytes, list[Mark]], bool]
"""Takes the next int16 samples and the marks in them; returns False to stop."""


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """Which voice to load.

    Attributes:
        identifier: path below the library's folder of languages ("gmw/en-US").
        variant: name of a file of timbres ("f3"), or "".
    """

    identifier: str
    variant: str = ""


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", c_int), ("unique_identifier", c_uint), ("text_position", c_int), ("length", c_int),
        ("audio_position", c_int), ("sample", c_int), ("user_data", c_void_p), ("id", ctypes.c_uint64),
    )  # fmt: skip


_Callback = ctypes.CFUNCTYPE(c_int, c_void_p, c_int, POINTER(_Event))


def speak(text: str, voice: VoiceFile, words_per_minute: int, pitch: int, hear: Hear) -> None:
    """Speak a text in the calling thread; `hear` is called with every buffer.

    Args:
        text: spoken literally; no control characters, which the library takes for commands.
        voice: an existing voice.
        words_per_minute: 80 to 450.
        pitch: 0 to 99, an octave in 50 steps, 50 is the voice's own.
        hear: what it raises stops the speech and is raised here.

    Raises:
        WeightsError: the library or its data are damaged or out of reach.
        VoiceError: the voice cannot be loaded.
        GenerationError: the library gave up.
    """
    failure: list[BaseException] = []

    def on_buffer(samples: int | None, count: int, events: Any) -> int:
        # An exception must not leave a C callback; a signal's handler may raise in here too.
        try:
            marks: list[Mark] = []
            at = 0
            while events and (kind := events[at].type) != 0:
                if kind == _WORD_EVENT:
                    marks.append(Mark(events[at].sample, events[at].text_position - 1))
                at += 1
            return 0 if hear(ctypes.string_at(samples, 2 * count) if samples and count else b"", marks) else 1
        except BaseException as exc:
            failure.append(exc)
            return 1

    callback = _Callback(on_buffer)
    encoded = text.encode() + b"\0"
    with _fresh_library(voice) as library:
        library.espeak_SetSynthCallback(callback)
        library.espeak_SetParameter(_RATE, words_per_minute, 0)
        library.espeak_SetParameter(_PITCH, pitch, 0)
        status = library.espeak_Synth(encoded, len(encoded), 0, _BY_CHARACTER, 0, _UTF8_TEXT, None, None)
    if failure:
        raise failure[0]
    if status != 0:
        raise GenerationError("The built-in voice could not speak this text. Try another wording, or another voice.")


def to_phonemes(text: str, voice: VoiceFile, tie: str = "") -> list[str]:
    """The sounds of a text in IPA, clause by clause.

    Args:
        text: as for `speak`.
        voice: whose pronunciation.
        tie: a character to join the letters of one sound with ("͡"), or "".
    """
    mode = _IPA | (0x80 | ord(tie[0]) << 8 if tie else 0)
    clauses: list[str] = []
    buffer = ctypes.create_string_buffer(text.encode())
    place = c_void_p(ctypes.addressof(buffer))
    with _fresh_library(voice) as library:
        library.espeak_TextToPhonemes.restype = c_char_p
        while place.value:
            spoken: bytes | None = library.espeak_TextToPhonemes(ctypes.byref(place), _UTF8_TEXT, mode)
            if spoken:
                clauses.append(spoken.decode(errors="replace").strip())
    return [clause for clause in clauses if clause]


def data_folder() -> Path:
    """Where the languages, voices and dictionaries are.

    Raises:
        WeightsError: they are not there.
    """
    try:
        return Path(espeakng_loader.get_data_path())
    except RuntimeError as exc:
        raise WeightsError(_DAMAGED) from exc


_DAMAGED = "The built-in voice is not completely installed: its data are missing. Run `make install` again."


@contextmanager
def _fresh_library(voice: VoiceFile) -> Generator[ctypes.CDLL]:
    with _one_at_a_time:
        path = _private_copy()
        try:
            library = ctypes.CDLL(path)
        except OSError as exc:
            raise WeightsError("The built-in voice's library cannot be loaded. Run `make install` again.") from exc
        try:
            data = os.fsencode(data_folder())
            if len(data) > _PATH_MAX:
                raise WeightsError("The studio lies too deep in folders for its built-in voice. Move it up a few.")
            if library.espeak_Initialize(_SYNCHRONOUS, BUFFER_MS, data, _DO_NOT_EXIT) != SAMPLE_RATE:
                raise WeightsError(_DAMAGED)
            library.espeak_ng_SetRandSeed(c_long(_SEED))
            _system().srand(_SEED)
            _set_voice(library, voice)
            yield library
        finally:
            library.espeak_Terminate()
            _unload(library, path)


def _set_voice(library: ctypes.CDLL, voice: VoiceFile) -> None:
    variant = f"+{voice.variant}" if voice.variant else ""
    name, folder = voice.identifier, Path("/proc/self/fd")
    # The library lowers the case of a name, and on a disk that minds the case it then reads all voices to find the
    # file: 2.5 ms, and 2 kB it never gives back. An open file's number has no case.
    if name != name.lower() and folder.is_dir():
        descriptor = os.open(data_folder() / "lang" / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            status = library.espeak_SetVoiceByFile(os.fsencode(f"{folder}/{descriptor}{variant}"))
        finally:
            os.close(descriptor)
    else:
        status = library.espeak_SetVoiceByName(os.fsencode(name + variant))
    if status != 0:
        raise VoiceError(f"The voice {voice.identifier}{variant} cannot be loaded. Choose another one.")


@cache
def _private_copy() -> str:
    """A copy of the library that is this process's own: a file opened by others too would stay mapped."""
    source = Path(espeakng_loader.get_library_path())
    try:
        image = source.read_bytes()
        if sys.platform == "linux":
            descriptor = os.memfd_create("espeak-ng", os.MFD_CLOEXEC)
            with os.fdopen(descriptor, "wb", closefd=False) as file:
                file.write(image)
            return f"/proc/self/fd/{descriptor}"
        folder = _temporary_folder()
        copy = Path(folder.name) / source.name
        copy.write_bytes(image)
        return str(copy)
    except OSError as exc:
        raise WeightsError(_DAMAGED) from exc


@cache
def _temporary_folder() -> "tempfile.TemporaryDirectory[str]":
    """Removed when the process ends."""
    return tempfile.TemporaryDirectory(prefix="espeak-ng-")


@cache
def _system() -> ctypes.CDLL:
    """The C library and the dynamic loader, with the types of what is called."""
    system = ctypes.CDLL(None)
    system.dlclose.argtypes = [c_void_p]
    system.dlopen.argtypes = [c_char_p, c_int]
    system.dlopen.restype = c_void_p
    return system


def _unload(library: ctypes.CDLL, path: str) -> None:
    system = _system()
    system.dlclose(library._handle)
    still_there = system.dlopen(os.fsencode(path), os.RTLD_LAZY | os.RTLD_NOLOAD)
    if still_there:
        system.dlclose(still_there)
        _warn_once()


@cache
def _warn_once() -> None:
    log.warning("espeak-ng stays loaded on this system: the same text may differ in the last bits when spoken again")
