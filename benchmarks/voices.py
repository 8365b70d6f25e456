"""Every voice of Kokoro with real weights: how loud, how good by DNSMOS, which words Whisper hears; and the voices that
come with the studio beside the published ones.

STUDIO_MODELS_DIR is where the models are. STUDIO_BENCH_PACKS names a folder `voices` of published packs for the second
table. STUDIO_BENCH_KEEP names a folder for what was spoken and heard: a run that was cut short goes on there.
STUDIO_BENCH_VOICES="af_heart jf_alpha" takes these alone.
"""

import difflib
import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import dnsmos
from benchmarks.peers import PeerMissing
from engine import registry, weights
from engine.audio.loudness import LoudnessReport, measure
from engine.audio.mel import mel_filters
from engine.audio.resample import resample
from engine.pool import ModelPool
from engine.registry import ModelCard
from engine.text.segment import prepare
from engine.tts.base import SpeechPiece
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.tts.kokoro.table import loudness
from engine.tts.kokoro.voices import described, voices
from engine.types import Samples, SpeechRequest

RATE = 24_000
PAUSE_S = 0.3
BANDS = 24
FRAME = 1024
FLOOR_DB = 50.0
"""Bands this far below the loudest are not compared: nobody hears them."""
COMPARED = (5, 7)
"""Which of the twelve sentences are spoken with the published packs too."""

OWN = {
    "es": "Buenos días a todos. El pan todavía estaba caliente cuando nos sentamos a la mesa. "
    "Un camino estrecho bajaba hasta el río, y los niños jugaban en la orilla.",
    "fr-fr": "Bonjour à tous. Le pain était encore chaud quand nous nous sommes mis à table. "
    "Un chemin étroit descendait jusqu'à la rivière, et les enfants jouaient au bord de l'eau.",
    "hi": "आप सबको नमस्ते। जब हम मेज़ पर बैठे तब रोटी अभी भी गरम थी। एक पतला रास्ता नदी तक जाता था, और बच्चे किनारे पर खेल रहे थे।",
    "it": "Buongiorno a tutti. Il pane era ancora caldo quando ci siamo seduti a tavola. "
    "Una strada stretta scendeva fino al fiume, e i bambini giocavano sulla riva.",
    "pt-br": "Bom dia a todos. O pão ainda estava quente quando nos sentamos à mesa. "
    "Um caminho estreito descia até o rio, e as crianças brincavam na margem.",
    "ja": "皆さん、おはようございます。私たちが席に着いたとき、パンはまだ温かかったです。"
    "細い道が川まで続いていて、子供たちは岸辺で遊んでいました。",
    "zh": "大家早上好。我们坐下来吃饭的时候，面包还是热的。一条小路通到河边，孩子们在岸上玩耍。",
}
"""What a voice says in its own language, where that is not English."""
BY_LETTER = frozenset({"ja", "zh", "hi"})
"""Languages whose words are not parted, or not as one writes them: letters are counted."""

Hear = Callable[[Samples, str], str]
"""Sound at RATE and its language -> the words."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is told of a voice.

    Attributes:
        voice: its id.
        level: over the twelve sentences.
        english: DNSMOS of them.
        english_wrong: share of their words that Whisper hears otherwise.
        own: DNSMOS of its own language; None where that is English.
        own_wrong: share of words, or of letters, heard otherwise.
    """

    voice: str
    level: LoudnessReport
    english: float
    english_wrong: float
    own: float | None = None
    own_wrong: float | None = None


def main() -> None:
    """Print the tables."""
    try:
        _tables()
    except PeerMissing as exc:
        print(exc)


def _tables() -> None:
    models_dir = Path(os.environ["STUDIO_MODELS_DIR"]) if os.environ.get("STUDIO_MODELS_DIR") else None
    model, ear = kokoro_here(models_dir), whisper_here(models_dir)
    if model is None or ear is None:
        print("Kokoro and Whisper base are not both here: get them, or name their folder in STUDIO_MODELS_DIR.")
        return
    names = os.environ.get("STUDIO_BENCH_VOICES", "").split() or [voice.id for voice in voices()]
    packs = os.environ.get("STUDIO_BENCH_PACKS")
    with tempfile.TemporaryDirectory() as scratch, ModelPool(models_dir=models_dir, offline=True) as pool:
        kept = Kept(Path(os.environ.get("STUDIO_BENCH_KEEP", scratch)))
        folder, hear = weights.folder_of(model, models_dir, offline=True), listener(pool, ear)
        own = Lazy(with_voices(folder, Path(scratch) / "own", None))
        _print_voices([_row(name, own, hear, kept) for name in names])
        if packs:
            published = Lazy(with_voices(folder, Path(scratch) / "published", Path(packs)))
            _print_published(names, own, published, hear, kept)


class Lazy:
    """A Kokoro that is loaded when it first speaks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model: KokoroSynthesizer | None = None

    def say(self, text: str, voice: str, language: str, only: Sequence[int] = ()) -> list[Samples]:
        """Each segment's sound, or that of some of them."""
        if self._model is None:
            self._model = load(self._folder)
        return [joined(pieces) for pieces in say(self._model, text, voice, language, only)]


class Kept:
    """What was spoken and heard, by name, so that a run goes on where it stopped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def sound(self, name: str, make: Callable[[], list[Samples]]) -> list[Samples]:
        """Segments of sound."""
        path = self._folder / f"{name}.npz"
        if not path.is_file():
            part = path.with_suffix(".part.npz")
            np.savez(part, *make())
            part.replace(path)
        with np.load(path) as file:
            return [file[key] for key in file.files]

    def text(self, name: str, make: Callable[[], str]) -> str:
        """What was heard."""
        path = self._folder / f"{name}.json"
        if not path.is_file():
            path.write_text(json.dumps(make(), ensure_ascii=False), encoding="utf-8")
        return json.loads(path.read_text(encoding="utf-8"))


def kokoro_here(models_dir: Path | None) -> ModelCard | None:
    """The Kokoro on this machine, the natural set's first."""
    cards = (card for card in registry.cards("speak") if card.family == "kokoro")
    return next((card for card in cards if weights.is_present(card, models_dir)), None)


def whisper_here(models_dir: Path | None) -> ModelCard | None:
    """The Whisper base on this machine, the natural set's first."""
    cards = (card for card in registry.cards("transcribe") if card.family == "whisper" and "base" in card.id)
    return next((card for card in cards if weights.is_present(card, models_dir)), None)


def with_voices(model: Path, place: Path, packs: Path | None) -> Path:
    """The same model with other voices: those of a folder, or the ones that come with the studio."""
    place.mkdir()
    for file in model.iterdir():
        if file.is_file():
            (place / file.name).symlink_to(file.resolve())
    if packs is not None:
        (place / "voices").symlink_to(packs.resolve())
    return place


def say(
    model: KokoroSynthesizer, text: str, voice: str, language: str, only: Sequence[int] = ()
) -> list[list[SpeechPiece]]:
    """Each segment's pieces, or those of some segments."""
    request = model.check(SpeechRequest(text, voice=voice, language=language))
    told = list(prepare(text, request.language, model.limits))
    return [list(model.synthesize(told[at], request)) for at in only or range(len(told))]


def joined(pieces: Sequence[SpeechPiece]) -> Samples:
    """The sound of all pieces."""
    return np.concatenate([piece.samples for piece in pieces])


def in_a_row(segments: Sequence[Samples]) -> Samples:
    """Segments with a pause behind each."""
    pause = np.zeros(round(PAUSE_S * RATE), dtype=np.float32)
    return np.concatenate([part for segment in segments for part in (segment, pause)])


def listener(pool: ModelPool, ear: ModelCard) -> Hear:
    """Somebody who writes down what is said."""

    def hear(sound: Samples, language: str) -> str:
        heard = resample(sound, RATE, 16_000)
        with pool.transcribe(ear.id, iter([heard]), language.partition("-")[0]) as segments:
            return " ".join(segment.text for segment in segments)

    return hear


def wrong(said: str, heard: str, language: str) -> float:
    """The share of words (of letters, where words are not parted) to put in, leave out or change."""
    reference, other = units(said, language), units(heard, language)
    return distance(reference, other) / max(1, len(reference))


def units(text: str, language: str) -> list[str]:
    """What is counted: small letters and figures, no marks."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    if language in BY_LETTER:
        return [letter for letter in plain if letter.isalnum() or unicodedata.category(letter).startswith("M")]
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain)


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The fewest units to put in, leave out or change."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, right in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (left != right))
    return row[-1]


def spectrum_db(sound: Samples) -> np.ndarray:
    """Mean power in BANDS bands, dB below the loudest of them."""
    whole = len(sound) - len(sound) % FRAME
    frames = sound[:whole].reshape(-1, FRAME) * np.hanning(FRAME)
    power = (np.abs(np.fft.rfft(frames)) ** 2).mean(axis=0) @ mel_filters(RATE, FRAME, BANDS).T
    return 10 * np.log10(np.maximum(power, 1e-12))


def spectra_apart(one: Samples, other: Samples) -> float:
    """By how many dB the spectra differ at most, in a band that is heard."""
    mine, theirs = spectrum_db(one), spectrum_db(other)
    return float(np.abs(mine - theirs)[theirs > theirs.max() - FLOOR_DB].max())


def _row(name: str, model: Lazy, hear: Hear, kept: Kept) -> Row:
    text = " ".join(loudness.sentences())
    sound = in_a_row(kept.sound(f"{name}-en", lambda: model.say(text, name, "en-us")))
    heard = kept.text(f"{name}-en", lambda: hear(sound, "en"))
    row = Row(name, measure([sound], RATE), dnsmos.overall(sound, RATE), wrong(text, heard, "en"))
    language = described(name).language
    if language not in OWN:
        return row
    own = in_a_row(kept.sound(f"{name}-own", lambda: model.say(OWN[language], name, language)))
    heard = kept.text(f"{name}-own", lambda: hear(own, language))
    return Row(
        name,
        row.level,
        row.english,
        row.english_wrong,
        dnsmos.overall(own, RATE),
        wrong(OWN[language], heard, language),
    )


def _print_voices(rows: Sequence[Row]) -> None:
    print("| voice | language | LUFS | true peak, dB | DNSMOS, English | words wrong | DNSMOS, own | wrong |")
    print("|---" * 8 + "|")
    for row in rows:
        own = "| |" if row.own is None else f"{row.own:.2f} | {row.own_wrong:.0%} |"
        print(
            f"| {row.voice} | {described(row.voice).language} | {row.level.integrated_lufs:.1f} "
            f"| {row.level.true_peak_db:.1f} | {row.english:.2f} | {row.english_wrong:.0%} | {own}"
        )
    print("\nBest by DNSMOS in their own language, of those heard no more than 5 % worse than the best:")
    for language in dict.fromkeys(described(row.voice).language for row in rows):
        ours = [row for row in rows if described(row.voice).language == language]
        least = min(_wrong_of(row) for row in ours)
        able = [row for row in ours if _wrong_of(row) <= least + 0.05]
        able.sort(key=lambda row: -(row.english if row.own is None else row.own))
        print(f"- {language}: {', '.join(row.voice for row in able[:3])}")


def _wrong_of(row: Row) -> float:
    return row.english_wrong if row.own_wrong is None else row.own_wrong


def _print_published(names: Sequence[str], own: Lazy, published: Lazy, hear: Hear, kept: Kept) -> None:
    print("\nBeside the published packs, two sentences:\n")
    print("| voice | length | samples apart | spectrum apart | DNSMOS apart | words |")
    print("|---" * 6 + "|")
    text = " ".join(loudness.sentences())
    for name in names:
        all_of_it = kept.sound(f"{name}-en", lambda name=name: own.say(text, name, "en-us"))
        mine = in_a_row([all_of_it[at] for at in COMPARED])
        theirs = in_a_row(
            kept.sound(f"{name}-published", lambda name=name: published.say(text, name, "en-us", COMPARED))
        )
        longer = len(mine) / len(theirs) - 1
        n = min(len(mine), len(theirs))
        apart = 20 * np.log10(max(1e-9, np.std(mine[:n] - theirs[:n]) / np.std(theirs)))
        one, other = (
            kept.text(f"{name}-{kind}", lambda sound=sound: hear(sound, "en"))
            for kind, sound in (("two", mine), ("published", theirs))
        )
        same = difflib.SequenceMatcher(None, units(one, "en"), units(other, "en")).ratio() == 1
        better = dnsmos.overall(mine, RATE) - dnsmos.overall(theirs, RATE)
        print(
            f"| {name} | {longer:+.2%} | {apart:.0f} dB | {spectra_apart(mine, theirs):.3f} dB | {better:+.3f} "
            f"| {'the same' if same else f'“{one}” for “{other}”'} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
