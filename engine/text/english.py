"""English: the order in which its rules may claim a text."""

from engine.text import abbreviations, clock, contacts, dates, figures, fractions, measures, money, roman, symbols
from engine.text.rules import Rule

# First come, first served: whole things (an address, a date) before their parts (a number, a sign).
RULES: tuple[Rule, ...] = (
    *contacts.ADDRESS_RULES,
    *dates.DATE_RULES,
    *clock.RULES,
    *contacts.RULES,
    *money.RULES,
    *fractions.RULES,
    *measures.RULES,
    *dates.YEAR_RULES,
    *roman.RULES,
    *abbreviations.RULES,
    *symbols.MARK_RULES,
    *figures.RULES,
    *figures.SIGN_RULES,
    *symbols.RULES,
    *figures.LAST_RULES,
)
