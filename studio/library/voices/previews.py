"""What a voice sounds like: one sentence of its language, spoken once and kept on the disk. Knows no door.

A preview is a file named by the hash of all that decides its sound: it is whole or absent, and the same for everybody.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from engine.audio.files.encode import write_file
from engine.audio.files.provenance import Provenance
from engine.types import AudioChunk, Samples
from studio.library.storage import Storage, replacing

SENTENCES = {
    "af": "Goeiemôre. Dit is hoe ek klink wanneer ek vir jou voorlees.",
    "ar": "مرحبا. هكذا أبدو عندما أقرأ لك.",
    "bg": "Здравейте. Така звуча, когато ви чета.",
    "ca": "Bon dia. Així sono quan us llegeixo.",
    "cs": "Dobrý den. Takhle zním, když vám předčítám.",
    "cy": "Bore da. Fel hyn rydw i'n swnio wrth ddarllen i chi.",
    "da": "Goddag. Sådan lyder jeg, når jeg læser højt for dig.",
    "de": "Guten Tag. So klinge ich, wenn ich Ihnen vorlese.",
    "el": "Καλημέρα. Έτσι ακούγομαι όταν σας διαβάζω.",
    "en": "Good evening. This is how I sound when I read to you.",
    "eo": "Bonan tagon. Tiel mi sonas, kiam mi legas al vi.",
    "es": "Buenos días. Así sueno cuando te leo en voz alta.",
    "et": "Tere päevast. Nii ma kõlan, kui ma sulle ette loen.",
    "fa": "سلام. صدای من هنگام خواندن برای شما این‌گونه است.",
    "fi": "Hyvää päivää. Tältä kuulostan, kun luen sinulle.",
    "fr": "Bonjour. Voici ma voix quand je vous fais la lecture.",
    "he": "שלום. כך אני נשמע כשאני קורא לך.",
    "hi": "नमस्ते। जब मैं आपके लिए पढ़ता हूँ, तो मेरी आवाज़ ऐसी होती है।",
    "hr": "Dobar dan. Ovako zvučim kada vam čitam.",
    "hu": "Jó napot. Így szól a hangom, amikor felolvasok.",
    "id": "Selamat siang. Beginilah suara saya saat membaca untuk Anda.",
    "is": "Góðan dag. Svona hljóma ég þegar ég les fyrir þig.",
    "it": "Buongiorno. Ecco la mia voce quando leggo per te.",
    "ja": "こんにちは。これが私の声です。",
    "ko": "안녕하세요. 이것이 제 목소리입니다.",
    "lt": "Laba diena. Taip skambu, kai jums skaitau.",
    "lv": "Labdien. Tā es skanu, kad jums lasu.",
    "nb": "God dag. Slik høres jeg ut når jeg leser for deg.",
    "nl": "Goedendag. Zo klink ik wanneer ik je voorlees.",
    "pl": "Dzień dobry. Tak brzmię, kiedy ci czytam.",
    "pt": "Bom dia. É assim que eu soo quando leio para você.",
    "ro": "Bună ziua. Așa sun când citesc pentru dumneavoastră.",
    "ru": "Добрый день. Так я звучу, когда читаю вам.",
    "sk": "Dobrý deň. Takto znejem, keď vám čítam.",
    "sl": "Dober dan. Tako zvenim, ko vam berem.",
    "sr": "Добар дан. Овако звучим када вам читам.",
    "sv": "God dag. Så här låter jag när jag läser för dig.",
    "sw": "Habari. Hivi ndivyo ninavyosikika ninapokusomea.",
    "ta": "வணக்கம். நான் உங்களுக்காக வாசிக்கும்போது இப்படித்தான் ஒலிக்கும்.",
    "tr": "İyi günler. Size okurken sesim böyle.",
    "uk": "Добрий день. Так я звучу, коли читаю вам.",
    "vi": "Xin chào. Đây là giọng của tôi khi tôi đọc cho bạn.",
    "zh": "你好。这就是我朗读时的声音。",
    "cmn": "你好。这就是我朗读时的声音。",
}  # fmt: skip
ANYWHERE = "1, 2, 3, 4, 5, 6, 7."
"""Every voice can count."""

MAX_FILES = 2000

_making: dict[Path, threading.Lock] = {}
_guard = threading.Lock()


def sentence(language: str) -> str:
    """What a voice of this language says of itself."""
    return SENTENCES.get(language.lower().replace("_", "-").partition("-")[0], ANYWHERE)


def preview(
    storage: Storage,
    made_by: Mapping[str, str],
    voice: str,
    text: str,
    speak: Callable[[], Iterator[AudioChunk]],
    told: Provenance | None = None,
) -> Path:
    """The file with a voice's sentence (WAV); spoken now if it never was.

    Args:
        storage: where files are.
        made_by: who speaks; see `engine.weights.identity`.
        voice: as the model knows it, a blend with its shares.
        text: the sentence.
        speak: says it.
        told: what the file says of it.

    Raises:
        EngineError: it cannot be spoken, or there is no room on the disk.
    """
    return preview_in(storage.previews, made_by, voice, text, speak, told)


def preview_in(
    folder: Path,
    made_by: Mapping[str, str],
    voice: str,
    text: str,
    speak: Callable[[], Iterator[AudioChunk]],
    told: Provenance | None = None,
) -> Path:
    """The same in a folder of one's own, which goes with its voice."""
    folder.mkdir(parents=True, exist_ok=True)
    spelled = json.dumps([dict(made_by), voice, text], ensure_ascii=True, sort_keys=True).encode()
    path = folder / f"{hashlib.sha256(spelled).hexdigest()}.wav"
    if path.is_file():
        return path
    with _guard:
        lock = _making.setdefault(path, threading.Lock())
    try:
        with lock:
            if not path.is_file():
                chunks = iter(speak())
                first = next(chunks)
                with replacing(path) as temporary:
                    write_file(temporary, _samples(first, chunks), "wav", first.sample_rate, made_by=told)
                _thin_out(path.parent)
    finally:
        with _guard:
            _making.pop(path, None)
    return path


def _thin_out(folder: Path) -> None:
    """A voice can be blended in more ways than a disk can hold: the oldest previews go."""
    kept = sorted(folder.glob("*.wav"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-MAX_FILES]:
        path.unlink(missing_ok=True)


def _samples(first: AudioChunk, rest: Iterator[AudioChunk]) -> Iterator[Samples]:
    yield first.samples
    for chunk in rest:
        yield chunk.samples
