"""English: the order in which its rules may claim a text."""

from engine.text.english import (
    abbreviations,
    address,
    chemistry,
    date,
    electronic,
    figures,
    fraction,
    measure,
    money,
    old_money,
    roman,
    scripture,
    symbols,
    time,
)
from engine.text.rules import Rule

# First come, first served: whole things (an address, a date) before their parts (a number, a sign).
RULES: tuple[Rule, ...] = (
    *electronic.ADDRESS_RULES,
    *scripture.RULES,
    *address.RULES,
    *date.DATE_RULES,
    *time.RULES,
    *electronic.RULES,
    *old_money.RULES,
    *money.RULES,
    *chemistry.RULES,
    *fraction.RULES,
    *figures.PLURAL_RULES,
    *measure.RULES,
    *date.YEAR_RULES,
    *roman.RULES,
    *abbreviations.RULES,
    *symbols.MARK_RULES,
    *figures.RULES,
    *figures.SIGN_RULES,
    *symbols.RULES,
    *figures.LAST_RULES,
)
