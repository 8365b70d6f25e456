"""What a voice of one's own is called: its name as a person types it, and the `voice_...` that programs and jobs carry.
Knows no database.
"""

import re
import unicodedata

from engine.errors import OptionError

MAX_NAME_CHARS = 60
TOKEN = re.compile(r"voice_([0-9a-f]{32})")


def token(voice_id: str) -> str:
    """What a request, a job or a program names a voice by, whatever it is called."""
    return f"voice_{voice_id}"


def id_of(written: str) -> str:
    """The id in a token; a bare id as older programs have it is one too; "" of anything else."""
    found = TOKEN.fullmatch(written) or re.fullmatch(r"([0-9a-f]{32})", written)
    return found[1] if found else ""


def checked(name: str) -> str:
    """A name as it is kept.

    Raises:
        OptionError: a name that cannot be used.
    """
    # A lone surrogate is in no name, and no database takes it.
    name = " ".join(unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode()).split())
    if not name or not any(character.isalnum() for character in name):
        raise OptionError("Give the voice a name with a letter in it.")
    if len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise OptionError(f"The name of a voice has at most {MAX_NAME_CHARS} plain characters.")
    if strange := next((sign for sign in "+:~<>[]" if sign in name), ""):
        raise OptionError(f"The name of a voice cannot have a “{strange}” in it: blends and moods are written with it.")
    if TOKEN.fullmatch(name):
        raise OptionError("That is how programs name a voice; give it a name that people can read.")
    return name


def key_of(name: str) -> str:
    """What makes two names the same."""
    written = name.encode("utf-8", "replace").decode()
    return " ".join(unicodedata.normalize("NFC", written).split()).casefold()
