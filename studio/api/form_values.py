"""What the texts of a form mean. Knows no door."""

from studio.api.uploads import FormError

_YES, _NO = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off", ""})


def yes_or_no(field: str, text: str) -> bool:
    """What a field says that is true or false; empty is no.

    Raises:
        FormError: neither.
    """
    said = text.strip().lower()
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise FormError(f"`{field}` must be true or false; yes, on and 1, or no, off and 0, mean the same.", field)
