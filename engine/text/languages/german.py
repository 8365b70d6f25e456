"""What German says around numbers: units, money, dates, times, abbreviations."""

from engine.text.languages.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="de", decimal="Komma", reads_fraction_whole=False, minus="minus", plus="plus", times="mal", equals="gleich",
    percent="Prozent", conjunction="und", at="at", degrees="Grad", ranges="bis", date="{day} {month} {year}",
    first_day="", time="{hour} Uhr {minute}", full_hour="{hour} Uhr",
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
    money={
        "€": ("ein Euro", "Euro"), "$": ("ein Dollar", "Dollar"), "£": ("ein Pfund", "Pfund"),
        "¥": ("ein Yen", "Yen"), "₹": ("eine Rupie", "Rupien"), "CHF": ("ein Schweizer Franken", "Schweizer Franken"),
        "EUR": ("ein Euro", "Euro"), "USD": ("ein US-Dollar", "US-Dollar"), "US$": ("ein US-Dollar", "US-Dollar"),
    },
    units={
        "km": ("ein Kilometer", "Kilometer"), "m": ("ein Meter", "Meter"), "cm": ("ein Zentimeter", "Zentimeter"),
        "mm": ("ein Millimeter", "Millimeter"), "kg": ("ein Kilogramm", "Kilogramm"), "g": ("ein Gramm", "Gramm"),
        "mg": ("ein Milligramm", "Milligramm"), "l": ("ein Liter", "Liter"), "L": ("ein Liter", "Liter"),
        "ml": ("ein Milliliter", "Milliliter"), "km/h": ("ein Kilometer pro Stunde", "Kilometer pro Stunde"),
        "m²": ("ein Quadratmeter", "Quadratmeter"), "km²": ("ein Quadratkilometer", "Quadratkilometer"),
        "h": ("eine Stunde", "Stunden"), "min": ("eine Minute", "Minuten"), "Min.": ("eine Minute", "Minuten"),
        "s": ("eine Sekunde", "Sekunden"), "°C": ("ein Grad Celsius", "Grad Celsius"),
        "°F": ("ein Grad Fahrenheit", "Grad Fahrenheit"), "°": ("ein Grad", "Grad"),
        "GB": ("ein Gigabyte", "Gigabyte"), "MB": ("ein Megabyte", "Megabyte"), "GHz": ("ein Gigahertz", "Gigahertz"),
        "kW": ("ein Kilowatt", "Kilowatt"), "kWh": ("eine Kilowattstunde", "Kilowattstunden"),
    },
    abbreviations={
        "z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt",
        "u. a.": "unter anderem", "u.a.": "unter anderem", "usw.": "und so weiter", "bzw.": "beziehungsweise",
        "ca.": "circa", "Dr.": "Doktor", "Prof.": "Professor", "Hr.": "Herr", "Fr.": "Frau", "Nr.": "Nummer",
        "St.": "Sankt", "Str.": "Straße", "vgl.": "vergleiche", "evtl.": "eventuell", "ggf.": "gegebenenfalls",
        "inkl.": "inklusive", "Mio.": "Millionen", "Mrd.": "Milliarden", "o. ä.": "oder ähnliches",
        "etc.": "et cetera", "Abb.": "Abbildung", "Kap.": "Kapitel", "Bd.": "Band", "Jh.": "Jahrhundert",
        "v. Chr.": "vor Christus", "n. Chr.": "nach Christus", "Tel.": "Telefon", "geb.": "geboren",
        "gest.": "gestorben", "u. U.": "unter Umständen", "i. d. R.": "in der Regel", "s. o.": "siehe oben",
        "s. u.": "siehe unten", "Jan.": "Januar", "Feb.": "Februar", "Aug.": "August", "Sept.": "September",
        "Okt.": "Oktober", "Nov.": "November", "Dez.": "Dezember",
    },
    headings=frozenset({
        "abschnitt", "akt", "anhang", "band", "buch", "kapitel", "szene", "teil",
    }),
    scales=(
        "Million", "Millionen", "Milliarde", "Milliarden", "Mio.", "Mrd.",
    ),
)  # fmt: skip
