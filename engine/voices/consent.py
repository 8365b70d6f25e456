"""What a person reads aloud to agree that their voice is used, and whether it was read: a fixed sentence and two words.

The words are drawn anew each time, so that an old recording does not serve. It is a hurdle and no proof: whoever has
enough sound of somebody can put a sentence together. Whether the voice is the right one is `embedding`'s to say.
"""

import difflib
import random
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.errors import OptionError

SENTENCES: Mapping[str, str] = {
    "en": "I agree that this studio makes speech in my voice. My two words are {0} and {1}.",
    "de": "Ich bin einverstanden, dass dieses Studio mit meiner Stimme spricht. Meine zwei Wörter sind {0} und {1}.",
    "es": "Acepto que este estudio hable con mi voz. Mis dos palabras son {0} y {1}.",
    "fr": "J'accepte que ce studio parle avec ma voix. Mes deux mots sont {0} et {1}.",
    "hi": "मैं सहमत हूँ कि यह स्टूडियो मेरी आवाज़ में बोले। मेरे दो शब्द हैं {0} और {1}।",
    "it": "Accetto che questo studio parli con la mia voce. Le mie due parole sono {0} e {1}.",
    "ja": "私は、このスタジオが私の声で話すことに同意します。私の二つの言葉は、{0}と、{1}です。",
    "ko": "저는 이 스튜디오가 제 목소리로 말하는 것에 동의합니다. 저의 두 단어는 {0}, 그리고 {1}입니다.",
    "nl": "Ik ga ermee akkoord dat deze studio met mijn stem spreekt. Mijn twee woorden zijn {0} en {1}.",
    "pl": "Zgadzam się, aby to studio mówiło moim głosem. Moje dwa słowa to {0} i {1}.",
    "pt": "Aceito que este estúdio fale com a minha voz. As minhas duas palavras são {0} e {1}.",
    "ru": "Я разрешаю этой студии говорить моим голосом. Мои два слова: {0} и {1}.",
    "tr": "Bu stüdyonun benim sesimle konuşmasını kabul ediyorum. İki kelimem {0} ve {1}.",
    "zh": "我同意这个录音室用我的声音说话。我的两个词是{0}和{1}。",
}
"""By language; {0} and {1} are the words."""

_WORDS = Path(__file__).with_name("words")

MEASURED = frozenset((_WORDS / "measured.txt").read_text(encoding="utf-8").split())
"""Languages whose every word was spoken by the natural voices and heard right: tools/consent_words.py writes them."""

WEAK = frozenset(SENTENCES) - MEASURED
"""Languages in which the recogniser was not measured, or hears badly: three tries, then the owner decides."""

TRIES = 3
"""So often a person may read in a weak language before the owner is asked."""

FIXED_ALIKE = 0.75
"""So much of the fixed part, letter by letter, must have been heard."""

_UNPARTED = frozenset({"zh", "ja", "ko"})  # a word may stand in the middle of letters


@dataclass(frozen=True, slots=True)
class ConsentSentence:
    """What is to be read.

    Attributes:
        text: the whole sentence.
        words: the two words in it.
        language: of the sentence: English where the wanted one has none.
        name: the voice it is for; it is kept, and not read: names are misheard.
    """

    text: str
    words: tuple[str, str]
    language: str
    name: str = ""


def spoken_language(language: str) -> str:
    """The language of the sentence for somebody's: "pt" for "pt-br"; English where there is none."""
    short = language.strip().lower().replace("_", "-").partition("-")[0]
    return short if short in SENTENCES else "en"


def sentence(language: str, name: str = "", rng: random.Random | None = None) -> ConsentSentence:
    """A sentence with two words drawn anew.

    Args:
        language: BCP 47; one without a sentence gets the English one.
        name: of the voice, kept with it.
        rng: draws the words; None draws them so that nobody can foretell them.
    """
    spoken = spoken_language(language)
    first, second = (rng or random.SystemRandom()).sample(words(spoken), 2)
    return ConsentSentence(SENTENCES[spoken].format(first, second), (first, second), spoken, name)


def again(text: str, language: str, name: str = "") -> ConsentSentence:
    """A sentence that was given out before, from its text.

    Raises:
        OptionError: it is none of ours.
    """
    spoken = spoken_language(language)
    pattern = re.escape(SENTENCES[spoken]).replace(r"\{0\}", "(.+)").replace(r"\{1\}", "(.+)")
    match = re.fullmatch(pattern, text)
    known = set(words(spoken))
    if match is None or not {match[1], match[2]} <= known:
        raise OptionError("This is no sentence that the studio gave out. Ask for a new one.")
    return ConsentSentence(text, (match[1], match[2]), spoken, name)


def heard(wanted: ConsentSentence, transcript: str) -> bool:
    """Whether a transcript is that sentence: both words exactly and in order, the rest about.

    Args:
        wanted: what was to be read.
        transcript: what the recogniser wrote; its case, marks and spelling of numbers do not matter.
    """
    return words_heard(wanted, transcript) and fixed_alike(wanted, transcript) >= FIXED_ALIKE


def words_heard(wanted: ConsentSentence, transcript: str) -> bool:
    """Whether both words were heard, in their order."""
    rest = transcript
    for word in wanted.words:
        rest, is_there = _behind(word, rest, wanted.language)
        if not is_there:
            return False
    return True


def is_in(word: str, transcript: str, language: str) -> bool:
    """Whether a word was heard."""
    return _behind(word, transcript, language)[1]


def _behind(word: str, transcript: str, language: str) -> tuple[str, bool]:
    """What stands behind the first place of a word, and whether it has one."""
    plain, other = _plain(word), _plain(transcript)
    if language in _UNPARTED:
        plain, other = plain.replace(" ", ""), other.replace(" ", "")
    match = re.search(re.escape(plain) if language in _UNPARTED else rf"(?<!\S){re.escape(plain)}(?!\S)", other)
    return ("", False) if match is None else (other[match.end() :], True)


def fixed_alike(wanted: ConsentSentence, transcript: str) -> float:
    """How much of the sentence besides its two words was heard, 0 to 1, letter by letter."""
    fixed = _letters(SENTENCES[wanted.language].format("", ""), wanted.language)
    other = _plain(transcript)
    for word in wanted.words:
        # From the end: the words stand there, and may stand in the fixed part too.
        before, found, after = other.rpartition(_plain(word))
        other = f"{before}{after}" if found else other
    return difflib.SequenceMatcher(None, fixed, _letters(other, wanted.language), autojunk=False).ratio()


@cache
def words(language: str) -> tuple[str, ...]:
    """The words a language's two are drawn from."""
    return tuple((_WORDS / f"{language}.txt").read_text(encoding="utf-8").split())


def _plain(text: str) -> str:
    """Small letters and figures, one space between words; no marks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = (char if char.isalnum() or unicodedata.category(char).startswith("M") else " " for char in folded)
    return " ".join("".join(kept).split())


_FIGURES: Mapping[str, str] = {
    "en": "two", "de": "zwei", "es": "dos", "fr": "deux", "hi": "दो", "it": "due", "ja": "二", "ko": "두", "nl": "twee",
    "pl": "dwa", "pt": "duas", "ru": "два", "tr": "iki", "zh": "两",
}  # fmt: skip


def _letters(text: str, language: str) -> str:
    return _plain(text).replace("2", _FIGURES[language]).replace(" ", "")
