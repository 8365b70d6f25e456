"""What Whisper base makes of real sound: marks, times, noise, and live beside whole. Kokoro says what is known word by
word; recordings of people lie in STUDIO_BENCH_SPEECH, where it names a folder.

STUDIO_MODELS_DIR is where the models are. STUDIO_BENCH_LIVE_S is how much of an example book is read aloud for the last
table (600 seconds).
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from benchmarks.voices import distance, kokoro_here, units, whisper_here
from engine import weights
from engine.audio.files.io import read_blocks
from engine.audio.resample import resample
from engine.stt.live import LiveSession
from engine.stt.transcribe import transcribe
from engine.stt.whisper.model import Whisper
from engine.stt.whisper.model import load as load_whisper
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.kokoro.model import load as load_kokoro
from engine.tts.speak import speak
from engine.types import Samples, SpeechRequest, Word
from tests.real.noises import RATE, noises

BOOK = Path(__file__).parent.parent / "examples" / "aesop.txt"
LIVE_S = float(os.environ.get("STUDIO_BENCH_LIVE_S", "600"))
MARKS = (
    ("af_heart", "en", "The ticket costs $3.50, and it is a well-known fact."),
    ("af_heart", "en", "Visit example.com before 7:45, and bring 1,000,000 things, e.g. rock 'n' roll and/or jazz."),
    ("af_heart", "en", "About 35% of the U.S. voted."),
    ("ff_siwis", "fr", "C'est-à-dire que l'homme est parti, et qu'aujourd'hui il n'y a personne."),
    ("ef_dora", "es", "¿Qué hora es? El 35% está de acuerdo."),
    ("if_sara", "it", "L'uomo dell'altro giorno è arrivato."),
)
VOICES = ("af_heart", "am_michael", "bf_emma", "bm_george", "af_bella", "am_fenrir")
SENTENCES = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness.",
    "The meeting was moved from Tuesday to Thursday because of the weather.",
    "A narrow road led through the valley to a village that nobody had visited for years.",
    "I would rather walk home in the rain than wait another hour for that bus!",
    "Our neighbours planted apple trees, pears, cherries, and two rows of strawberries.",
)
PAUSE_S = 0.8


@dataclass(frozen=True, slots=True)
class Said:
    """A word and when it is said: truly, for the voice tells.

    Attributes:
        text: small letters and figures.
        start_s: from the beginning of the recording.
        is_first: of its sentence.
    """

    text: str
    start_s: float
    is_first: bool


def main() -> None:
    """Print the four tables."""
    models_dir = Path(os.environ["STUDIO_MODELS_DIR"]) if os.environ.get("STUDIO_MODELS_DIR") else None
    voice, ear = kokoro_here(models_dir), whisper_here(models_dir)
    if voice is None or ear is None:
        print("Kokoro and Whisper base are not both here: get them, or name their folder in STUDIO_MODELS_DIR.")
        return
    speaker = load_kokoro(weights.folder_of(voice, models_dir, offline=True))
    listener = load_whisper(weights.folder_of(ear, models_dir, offline=True))
    print_marks(speaker, listener)
    print_times(speaker, listener)
    print_noise(listener)
    print_live(speaker, listener)


def spoken(speaker: KokoroSynthesizer, texts: Sequence[str], voice: str, language: str) -> tuple[Samples, list[Said]]:
    """Texts with pauses between them: float32 [n] at RATE, and their words."""
    parts: list[Samples] = [np.zeros(RATE // 2, np.float32)]
    words: list[Said] = []
    for text in texts:
        at_s = sum(map(len, parts)) / RATE
        chunks = list(speak(speaker, SpeechRequest(text, voice=voice, language=language)))
        parts.append(resample(np.concatenate([chunk.samples for chunk in chunks]), chunks[0].sample_rate, RATE))
        said = [(units(word.text, "en"), word.start_s) for chunk in chunks for word in chunk.words]
        named = [("".join(name), start_s) for name, start_s in said if name]
        words += [Said(name, at_s + start_s, number == 0) for number, (name, start_s) in enumerate(named)]
        parts.append(np.zeros(round(PAUSE_S * RATE), np.float32))
    return np.concatenate(parts), words


def heard(listener: Whisper, sound: Samples, language: str) -> list[Word]:
    """The words of a recording."""
    return [word for segment in transcribe(listener, blocks(sound, RATE), language) for word in segment.words]


def heard_live(listener: Whisper, sound: Samples, language: str) -> list[Word]:
    """The words that a microphone's session commits to."""
    session = LiveSession(listener, language, RATE)
    events = [event for packet in blocks(sound, RATE // 10) for event in session.add_audio(packet)]
    return [word for event in [*events, *session.finish()] for word in event.stable]


def blocks(sound: Samples, size: int) -> Iterator[Samples]:
    """A recording in blocks."""
    return (sound[at : at + size] for at in range(0, len(sound), size))


def print_marks(speaker: KokoroSynthesizer, listener: Whisper) -> None:
    """What marks come out as."""
    print("| said | heard |")
    print("|---|---|")
    for voice, language, text in MARKS:
        sound, _ = spoken(
            speaker, [text], voice, "en-us" if language == "en" else {"fr": "fr-fr"}.get(language, language)
        )
        found = " ".join(one.text for one in transcribe(listener, blocks(sound, RATE), language))
        print(f"| {text} | {found} |", flush=True)


def print_times(speaker: KokoroSynthesizer, listener: Whisper) -> None:
    """How far words' beginnings are from when they are said."""
    print("\n| voice | words | median | 95 % | sentences' first words: earliest, latest |")
    print("|---" * 5 + "|")
    for voice in VOICES:
        sound, said = spoken(speaker, SENTENCES, voice, "")
        words = heard(listener, sound, "en")
        names = ["".join(units(word.text, "en")) for word in words]
        matcher = SequenceMatcher(None, [one.text for one in said], names, autojunk=False)
        pairs = [
            (said[block.a + n], words[block.b + n])
            for block in matcher.get_matching_blocks()
            for n in range(block.size)
        ]
        late = np.array([word.start_s - one.start_s for one, word in pairs])
        first = late[[one.is_first for one, _ in pairs]]
        print(
            f"| {voice} | {len(pairs)} of {len(said)} | {np.median(np.abs(late)):.3f} s "
            f"| {np.percentile(np.abs(late), 95):.3f} s | {first.min():+.3f}, {first.max():+.3f} s |",
            flush=True,
        )


def print_noise(listener: Whisper) -> None:
    """How many words are made up for what nobody says."""
    print("\n| ten seconds of | words, file | words, live |")
    print("|---|---|---|")
    for name, sound in noises().items():
        print(
            f"| {name} | {len(heard(listener, sound, 'en'))} | {len(heard_live(listener, sound, 'en'))} |", flush=True
        )


def print_live(speaker: KokoroSynthesizer, listener: Whisper) -> None:
    """Words wrong, live and whole, of what is known to be said; and how far the two are apart where it is not."""
    print("\n| recording | length | whole: words wrong | live: words wrong | live unlike whole |")
    print("|---" * 5 + "|")
    text, sound = read_aloud(speaker)
    _print_both("the natural voices read a book", listener, sound, text)
    folder = os.environ.get("STUDIO_BENCH_SPEECH")
    for path in sorted(Path(folder).iterdir()) if folder else ():
        if path.suffix in (".wav", ".flac"):
            _print_both(f"a person: {path.stem}", listener, np.concatenate(list(read_blocks(path, RATE))), "")


def read_aloud(speaker: KokoroSynthesizer) -> tuple[str, Samples]:
    """Paragraphs of the example book in turn by all VOICES, and their text."""
    texts: list[str] = []
    parts: list[Samples] = []
    paragraphs = (" ".join(one.split()) for one in BOOK.read_text(encoding="utf-8").split("\n\n"))
    for number, paragraph in enumerate(one for one in paragraphs if len(one) > 120):
        sound, _ = spoken(speaker, [paragraph], VOICES[number % len(VOICES)], "")
        texts.append(paragraph)
        parts.append(sound)
        if sum(map(len, parts)) > LIVE_S * RATE:
            break
    return " ".join(texts), np.concatenate(parts)


def _print_both(name: str, listener: Whisper, sound: Samples, text: str) -> None:
    whole, live = (
        units(" ".join(word.text for word in words), "en")
        for words in (heard(listener, sound, "en"), heard_live(listener, sound, "en"))
    )
    said = units(text, "en")
    wrong = [f"{distance(said, found) / len(said):.1%}" if said else "" for found in (whole, live)]
    apart = distance(whole, live) / max(1, len(whole))
    print(f"| {name} | {len(sound) / RATE:.0f} s | {wrong[0]} | {wrong[1]} | {apart:.1%} |", flush=True)


if __name__ == "__main__":
    main()
