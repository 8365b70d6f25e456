"""Stress marks: taking, giving and placing them. Source for the levels: misaki 0.9.4, en.py (Apache-2.0)."""

PRIMARY, SECONDARY = "ˈ", "ˌ"
VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ")  # not ɐ: "a" and "an" neither bear stress nor bend "to"
DIPHTHONGS = frozenset("AIOQWYʤʧ")


def weaken(phonemes: str) -> str:
    """The primary stress becomes secondary, secondary stresses go."""
    return phonemes.replace(SECONDARY, "").replace(PRIMARY, SECONDARY)


def emphasise(phonemes: str) -> str:
    """For a word in capitals: a primary stress, whatever it had."""
    if PRIMARY in phonemes:
        return phonemes
    if SECONDARY in phonemes:
        return phonemes.replace(SECONDARY, PRIMARY)
    return _before_first_vowel(phonemes, PRIMARY)


def lift(phonemes: str) -> str:
    """For a word with a capital, at the head of a sentence: a secondary stress where there was none."""
    if PRIMARY in phonemes or SECONDARY in phonemes:
        return phonemes
    return _before_first_vowel(phonemes, SECONDARY)


def balance(parts: list[str]) -> list[str]:
    """The parts of one word ("well-known"): at most about half keep a primary stress, the lightest lose theirs."""
    stressed = sorted((PRIMARY in part, _weight(part), at) for at, part in enumerate(parts) if part)
    if len(stressed) < 2 or sum(has for has, _, _ in stressed) <= (len(stressed) + 1) // 2:
        return parts
    lightest = {at for _, _, at in stressed[: len(stressed) // 2]}
    return [weaken(part) if at in lightest and PRIMARY in part else part for at, part in enumerate(parts)]


def _before_first_vowel(phonemes: str, mark: str) -> str:
    at = next((at for at, sound in enumerate(phonemes) if sound in VOWELS), None)
    return phonemes if at is None else phonemes[:at] + mark + phonemes[at:]


def _weight(phonemes: str) -> int:
    return sum(2 if sound in DIPHTHONGS else 1 for sound in phonemes)
