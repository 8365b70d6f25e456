"""Which words of a language's list are heard right: two voices speak each, the recogniser writes it down.

    python -m tools.consent_words en --kept words.jsonl              says which words were heard otherwise
    python -m tools.consent_words en --kept words.jsonl --write      and takes them off the list

The words are spoken seven at a time, four such rows to a recording, the first in the consent's last sentence. What was
heard is added to the kept file recording by recording: a run that is stopped goes on there. Needs the natural set.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.voices import Hear, joined, kokoro_here, listener, say, whisper_here
from engine import weights
from engine.pool import ModelPool
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.types import Samples
from engine.voices import consent

WORDS, SENTENCES = 7, 4
PAUSE_S = 0.35
"""Between sentences; less than what parts a recording in two."""
RATE = 24_000

VOICES = {
    "en": ("en-us", ("af_heart", "am_michael")),
    "es": ("es", ("ef_dora", "em_alex")),
    "fr": ("fr-fr", ("ff_siwis",)),
    "it": ("it", ("if_sara", "im_nicola")),
    "pt": ("pt-br", ("pf_dora", "pm_alex")),
    "hi": ("hi", ("hf_alpha", "hm_omega")),
    "zh": ("zh", ("zf_xiaoxiao", "zm_yunxi")),
    "ja": ("ja", ("jf_alpha", "jm_kumo")),
}

Heard = dict[tuple[str, str], str]
"""(word, voice) -> "" where it was heard right, else what was written."""


def main() -> None:
    """Measure the languages that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("languages", nargs="+", choices=VOICES)
    parser.add_argument("--kept", type=Path, required=True, help="a file that remembers what was heard")
    parser.add_argument("--write", action="store_true", help="keep on the list only words that every voice got through")
    options = parser.parse_args()
    model, ear = kokoro_here(None), whisper_here(None)
    if model is None or ear is None:
        print("Kokoro and Whisper base are not both here: studio models get natural")
        return
    folder = weights.folder_of(model)
    assert folder is not None
    with ModelPool(offline=True) as pool:
        speaker, hear = load(folder), listener(pool, ear)
        for language in options.languages:
            _measure(language, speaker, hear, options.kept)
            _tell(language, _known(language, options.kept), options.write)


def _known(language: str, kept: Path) -> Heard:
    lines = kept.read_text("utf-8").splitlines() if kept.is_file() else []
    rows = [json.loads(line) for line in lines]
    return {(one["word"], one["voice"]): one["written"] for one in rows if one["language"] == language}


def _measure(language: str, speaker: KokoroSynthesizer, hear: Hear, kept: Path) -> None:
    code, voices = VOICES[language]
    for voice in voices:
        known = _known(language, kept)
        left = [word for word in consent.words(language) if (word, voice) not in known]
        for some in _portions(left, WORDS * SENTENCES):
            began = time.process_time()
            sound = _recording(language, some, speaker, voice, code)
            spoken = time.process_time()
            written = hear(sound, code)
            with kept.open("a", encoding="utf-8") as file:
                for word in some:
                    right = consent.is_in(word, written, language)
                    row = {"language": language, "voice": voice, "word": word, "written": "" if right else written}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
            took = f"{spoken - began:.0f} s to speak, {time.process_time() - spoken:.0f} s to hear"
            print(f"{language} {voice}: {len(some)} words, {len(sound) / RATE:.0f} s of sound, {took}", flush=True)


def _tell(language: str, heard: Heard, write: bool) -> None:
    words, voices = consent.words(language), VOICES[language][1]
    kept = [word for word in words if all(heard.get((word, voice)) == "" for voice in voices)]
    print(f"{language}: {len(kept)} of {len(words)} words heard right of {' and '.join(voices)}")
    print(f"  not: {' '.join(word for word in words if word not in kept)}", flush=True)
    if write:
        folder = Path(consent.__file__).with_name("words")
        lines = "\n".join(" ".join(some) for some in _portions(kept, 16))
        (folder / f"{language}.txt").write_text(f"{lines}\n", encoding="utf-8")
        measured = " ".join(sorted({*consent.MEASURED, language}))
        (folder / "measured.txt").write_text(f"{measured}\n", encoding="utf-8")


def _recording(language: str, words: list[str], speaker: KokoroSynthesizer, voice: str, code: str) -> Samples:
    """Sentences with a pause behind each."""
    comma = "、" if language in ("zh", "ja") else ", "
    parts: list[Samples] = []
    for number, some in enumerate(_portions(words, WORDS)):
        # A sentence that is said four times sounds to the recogniser as if it were stuck: only the first is whole.
        is_whole = number == 0 and len(some) > 1
        text = _closing(language).format(comma.join(some[:-1]), some[-1]) if is_whole else f"{comma.join(some)}."
        parts += [joined(pieces) for pieces in say(speaker, text, voice, code)]
        parts.append(np.zeros(round(PAUSE_S * RATE), dtype=np.float32))
    return np.concatenate(parts)


def _closing(language: str) -> str:
    """The last sentence, with the words' places."""
    text = consent.SENTENCES[language]
    ends = [at for at in range(len(text) - 1) if text[at] in ".。।"]
    return text[ends[-1] + 1 :].strip()


def _portions(words: "list[str] | tuple[str, ...]", size: int) -> Iterator[list[str]]:
    for at in range(0, len(words), size):
        yield list(words[at : at + size])


if __name__ == "__main__":
    main()
