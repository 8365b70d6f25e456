"""How a person wants words said: a dictionary of their own, looked up in the text as written.

A match becomes an edit like any rule's: inline phonemes `[word](/phonemes/)`, or the respelling's words. So spans and
word times lead back to the word that was written, voices without phonemes say the word (or the respelling), and what
was changed stands in the segment's text, under which its sound is cached. Knows no voice and nobody's storage.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import get_args

from engine.errors import OptionError
from engine.text.characters import plain
from engine.text.g2p.endings import with_s
from engine.text.g2p.roles import part_of_speech
from engine.text.normalise import is_english, is_speakable, normalise
from engine.text.normalised import Edit
from engine.types import PartOfSpeech, Pronunciation

# With its phonemes and the brackets an entry stays a tag that `tags` reads, a possessive's ending included.
MAX_WORD_CHARS, MAX_PHONEMES_CHARS, MAX_RESPELLING_CHARS = 56, 112, 56
PARTS_OF_SPEECH: tuple[PartOfSpeech, ...] = get_args(PartOfSpeech)

_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
# Scripts that put no spaces between words: each of their characters is a token, so that a word is found inside a line.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])\w[{_MARKS}]*)+|[^\w\s]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")
_POSSESSIVE = re.compile(r"['’][sS](?!\w)")
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,3}")
_UNWANTED = frozenset("[]()<>/\\")
# What IPA is written with: its letters and marks, Kokoro's capitals, stress, length, ties, syllables and tones.
_SOUNDS = re.compile("[A-Za-zæçðøħŋœβθχ\u0250-\u02ff\u0300-\u036f\u1d00-\u1dbf\u203f\u2191-\u2198'.:;,!?—…| ‖ⁿˈˌːˑ]+")


def checked(entry: Pronunciation) -> Pronunciation:
    """An entry as it is kept: trimmed, its phonemes without the slashes around them.

    Raises:
        OptionError: it has no word, nothing to say, or signs that no voice could read.
    """
    word = _line("word", entry.word, MAX_WORD_CHARS)
    if not word:
        raise OptionError("An entry needs the word it is for.")
    if not any(character.isalnum() or not character.isascii() for character in word):
        raise OptionError(f"“{word}” is no word: it has neither letters nor figures.")
    # "/x/" and "[x]" are how phonemes are quoted; the sounds are what is between.
    phonemes = unicodedata.normalize("NFC", entry.phonemes).strip()
    for opening, closing in ("//", "[]"):
        if len(phonemes) > 1 and phonemes[0] == opening and phonemes[-1] == closing:
            phonemes = phonemes[1:-1]
    # Dictionaries write sounds that not everybody makes in brackets: "kɑː(r)".
    phonemes = _line("phonemes", phonemes.replace("(", "").replace(")", ""), MAX_PHONEMES_CHARS)
    if phonemes and not _SOUNDS.fullmatch(phonemes):
        strange = _SOUNDS.sub("", phonemes)[:1]
        raise OptionError(f"“{strange}” is no sound. Phonemes are letters of the IPA, such as sˈɪbəl.")
    if phonemes and not any(unicodedata.category(character) in ("Ll", "Lu", "Lo") for character in phonemes):
        raise OptionError("The phonemes have no sound in them. They are letters of the IPA, such as sˈɪbəl.")
    respelling = _line("respelling", entry.respelling, MAX_RESPELLING_CHARS)
    if respelling and not is_speakable(respelling):
        raise OptionError(f"“{respelling}” cannot be read aloud. A respelling is letters, such as Sigh-bull.")
    if not phonemes and not respelling:
        raise OptionError(f"“{word}” needs phonemes or a respelling.")
    language = entry.language.strip().lower().replace("_", "-")
    if language and not _LANGUAGE.fullmatch(language):
        raise OptionError(f"“{language[:40]}” is no language tag. Write one such as en or pt-br, or leave it empty.")
    if entry.part_of_speech not in PARTS_OF_SPEECH:
        raise OptionError("The part of speech must be noun, verb, adjective or adverb, or be left empty.")
    if entry.part_of_speech and not is_english(language):
        raise OptionError("Parts of speech are told apart in English only; leave that empty for other languages.")
    return replace(entry, word=word, phonemes=phonemes, respelling=respelling, language=language)


def _line(what: str, text: str, most: int) -> str:
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if len(line) > most:
        raise OptionError(f"The {what} has {len(line)} characters; {most} are possible.")
    if strange := next((sign for sign in line if sign in _UNWANTED or not sign.isprintable()), ""):
        shown = strange if strange.isprintable() else f"U+{ord(strange):04X}"
        raise OptionError(f"The {what} “{line[:30]}” has a sign that cannot stand there: {shown}")
    return line


@dataclass(slots=True)
class _Node:
    """A token's place in the dictionary: what may follow it, and the entries whose last token it is, in order."""

    following: "dict[str, _Node]"
    entries: "list[_Entry]"


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry made ready; `cased` are its tokens where capitals matter, else ()."""

    phonemes: str
    respelling: str
    cased: tuple[str, ...]
    part_of_speech: str


class Dictionary:
    """The entries that hold for one language. Reading a text costs its length times the longest phrase, at most.

    Args:
        entries: the first that fits a word has it, the longest phrase before shorter ones. What cannot be used (see
            `checked`) is left out.
        language: BCP 47 tag of the text.
    """

    def __init__(self, entries: Sequence[Pronunciation], language: str) -> None:
        self._language = language
        self._is_english = is_english(language)
        self._root = _Node({}, [])
        self._respelled: dict[str, str] = {}
        for entry in entries:
            self._add(entry)

    def __bool__(self) -> bool:
        return bool(self._root.following)

    def __call__(self, text: str) -> list[Edit]:
        """What to say instead of what is written: edits in order and apart from one another."""
        if not self._root.following or not text:
            return []
        tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
        keys = [_key(token) for token, _, _ in tokens]
        words: _Words | None = None
        edits: list[Edit] = []
        at = 0
        while at < len(tokens):
            step = 1
            for end, entries in self._found(keys, at):
                if words is None and any(entry.part_of_speech for entry in entries):
                    words = _Words(text)
                fitting = self._fitting(entries, tokens[at:end], text, words)
                if fitting is not None:
                    edits.append(self._edit(fitting, text, tokens[at][1], tokens[end - 1][2]))
                    step = end - at
                    break
            at += step
        return edits

    def _add(self, entry: Pronunciation) -> None:
        if entry.language and not _covers(entry.language.lower(), self._language.lower().replace("_", "-")):
            return
        try:
            entry = checked(entry)
        except OptionError:
            return
        tokens = tuple(_TOKEN.findall(entry.word))
        node = self._root
        for token in tokens:
            node = node.following.setdefault(_key(token), _Node({}, []))
        if entry.part_of_speech and not self._is_english:
            return
        cased = tokens if entry.match_case else ()
        node.entries.append(_Entry(entry.phonemes, entry.respelling, cased, entry.part_of_speech))

    def _found(self, keys: Sequence[str], at: int) -> Iterator[tuple[int, list[_Entry]]]:
        """Ends of the phrases that begin at a token and their entries, the longest first."""
        found: list[tuple[int, list[_Entry]]] = []
        node = self._root
        for end in range(at, len(keys)):
            deeper = node.following.get(keys[end])
            if deeper is None:
                break
            node = deeper
            if node.entries:
                found.append((end + 1, node.entries))
        return reversed(found)

    def _fitting(
        self, entries: list[_Entry], tokens: Sequence[tuple[str, int, int]], text: str, words: "_Words | None"
    ) -> _Entry | None:
        start, end = tokens[0][1], tokens[-1][2]
        if not _is_whole(text, end):
            return None
        for entry in entries:
            if entry.cased and entry.cased != tuple(unicodedata.normalize("NFC", token) for token, _, _ in tokens):
                continue
            if entry.part_of_speech and (words is None or words.part_at(tokens[-1][1]) != entry.part_of_speech):
                continue
            if start and text[start - 1] in "'’" and start > 1 and text[start - 2].isalnum() and self._is_english:
                continue  # the "s" of "it's" is no word
            return entry
        return None

    def _edit(self, entry: _Entry, text: str, start: int, end: int) -> Edit:
        respelling = self._respelling(entry.respelling) if entry.respelling else ""
        if not entry.phonemes:
            return Edit(start, end, respelling)
        said, sounds = respelling or text[start:end], entry.phonemes
        if self._is_english and (possessive := _POSSESSIVE.match(text, end)):
            end = possessive.end()
            said, sounds = f"{said}'s", with_s(sounds, self._language.lower() == "en-gb")
        return Edit(start, end, f"[{said}](/{sounds}/)")

    def _respelling(self, written: str) -> str:
        """As it is spoken: a respelling may have figures too."""
        if written not in self._respelled:
            spoken = normalise(written, self._language).text.replace("\n", " ")
            is_plain = bool(spoken) and len(spoken) <= MAX_RESPELLING_CHARS and _UNWANTED.isdisjoint(spoken)
            self._respelled[written] = spoken if is_plain else written
        return self._respelled[written]


@lru_cache(maxsize=8)
def dictionary(entries: tuple[Pronunciation, ...], language: str) -> Dictionary:
    """The dictionary of these entries, made once for as long as nobody changes them."""
    return Dictionary(entries, language)


def used(entries: Sequence[Pronunciation], texts: Iterable[str]) -> tuple[Pronunciation, ...]:
    """The entries whose words occur in a text, in order: a book need not carry a whole dictionary."""
    if not entries:
        return ()
    seen = {_key(token) for text in texts for token in _TOKEN.findall(plain(text).text)}
    return tuple(entry for entry in entries if all(_key(token) in seen for token in _TOKEN.findall(entry.word)))


class _Words:
    """The words of a text as the tagger wants them, found by their place."""

    def __init__(self, text: str) -> None:
        matches = list(_WORD.finditer(text))
        self._starts = [match.start() for match in matches]
        self._words = [match.group().lower().replace("’", "'") for match in matches]

    def part_at(self, start: int) -> str:
        at = bisect_right(self._starts, start) - 1
        return part_of_speech(self._words, at) if at >= 0 else ""


def _is_whole(text: str, end: int) -> bool:
    """Whether a word ends here: no mark of its last letter follows, and no "n't", only a possessive "'s"."""
    if end >= len(text):
        return True
    if unicodedata.category(text[end])[0] == "M":
        return False
    if text[end] in "'’" and end + 1 < len(text) and text[end + 1].isalnum():
        return _POSSESSIVE.match(text, end) is not None
    return True


def _key(token: str) -> str:
    return unicodedata.normalize("NFC", token).casefold()


def _covers(wanted: str, spoken: str) -> bool:
    """Whether an entry's language is that of the text: "en" is for "en-us" too."""
    return spoken == wanted or spoken.startswith(f"{wanted}-")
