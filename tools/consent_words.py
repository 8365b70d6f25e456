"""Which words of a language's list are heard right: two voices speak each, the recogniser writes it down.

    python -m tools.consent_words en              says which words were heard otherwise
    python -m tools.consent_words en es --write   and takes them off the lists

The words are spoken six at a time at the end of the consent's own sentence, by each voice beside
others. Needs the natural set.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from benchmarks.voices import Hear, joined, kokoro_here, listener, say, whisper_here
from engine import weights
from engine.pool import ModelPool
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.types import Samples
from engine.voices import consent

MANY = 6
"""Words in a sentence."""

VOICES = {
    "en": ("en-us", ("af_heart", "am_michael")),
    "es": ("es", ("ef_dora", "em_alex")),
    "fr": ("fr-fr", ("ff_siwis", "ff_siwis")),
    "it": ("it", ("if_sara", "im_nicola")),
    "pt": ("pt-br", ("pf_dora", "pm_alex")),
    "hi": ("hi", ("hf_alpha", "hm_omega")),
    "zh": ("zh", ("zf_xiaoxiao", "zm_yunxi")),
    "ja": ("ja", ("jf_alpha", "jm_kumo")),
}


def main() -> None:
    """Measure the languages that are named."""
    parser = argparse.ArgumentParser()
    parser.add_argument("languages", nargs="+")
    parser.add_argument("--write", action="store_true", help="take words that are heard otherwise off the list")
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
            _measure(language, speaker, hear, options.write)


def _measure(language: str, speaker: KokoroSynthesizer, hear: Hear, write: bool) -> None:
    began, words = time.monotonic(), consent.words(language)
    code, voices = VOICES[language]
    missed: dict[str, list[str]] = {}
    for turn, voice in enumerate(voices):
        # Other neighbours in each turn.
        order = words if turn == 0 else tuple(word for begin in range(MANY) for word in words[begin::MANY])
        for at in range(0, len(order), MANY):
            some = order[at : at + MANY]
            text = _closing(language).format(("、" if language in ("zh", "ja") else ", ").join(some[:-1]), some[-1])
            written = hear(_spoken(speaker, text, voice, code), code)
            for word in some:
                if not consent.is_in(word, written, language):
                    missed.setdefault(word, []).append(f"{voice}: {written.strip()}")
    kept = [word for word in words if word not in missed]
    for word, heard in missed.items():
        print(f"  {word}: {' | '.join(heard)}", flush=True)
    took = time.monotonic() - began
    print(f"{language}: {len(kept)} of {len(words)} words heard right by both, {took:.0f} s", flush=True)
    if write:
        path = _list(language)
        path.write_text("\n".join(" ".join(kept[at : at + 16]) for at in range(0, len(kept), 16)) + "\n", "utf-8")


def _list(language: str) -> Path:
    return Path(consent.__file__).with_name("words") / f"{language}.txt"


def _closing(language: str) -> str:
    """The last sentence, with the words' places."""
    text = consent.SENTENCES[language]
    ends = [at for at in range(len(text) - 1) if text[at] in ".。।"]
    return text[ends[-1] + 1 :].strip()


def _spoken(speaker: KokoroSynthesizer, text: str, voice: str, code: str) -> Samples:
    return np.concatenate([joined(pieces) for pieces in say(speaker, text, voice, code)])


if __name__ == "__main__":
    main()
