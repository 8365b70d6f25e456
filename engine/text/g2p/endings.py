"""The endings that English puts to a word, in sounds. Source: misaki 0.9.4, en.py (Apache-2.0)."""


def with_s(sounds: str, is_british: bool) -> str:
    """A plural or a possessive of a word, given the word's sounds."""
    if sounds[-1] in "ptkfθ":
        return f"{sounds}s"
    return f"{sounds}{'ɪ' if is_british else 'ᵻ'}z" if sounds[-1] in "szʃʒʧʤ" else f"{sounds}z"
