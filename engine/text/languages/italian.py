"""What Italian says around numbers: units, money, dates, times, abbreviations."""

from engine.text.languages.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="it", decimal="virgola", reads_fraction_whole=True, minus="meno", plus="più", times="per", equals="uguale a",
    percent="per cento", conjunction="e", at="chiocciola", degrees="gradi", ranges="a", date="{day} {month} {year}",
    first_day="primo", time="{hour} e {minute}", full_hour="{hour} in punto", regnal_ordinals=40, of=" di ",
    months=(
        "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
        "novembre", "dicembre",
    ),
    money={
        "€": ("un euro", "euro"), "$": ("un dollaro", "dollari"), "£": ("una sterlina", "sterline"),
        "¥": ("uno yen", "yen"), "₹": ("una rupia", "rupie"), "CHF": ("un franco svizzero", "franchi svizzeri"),
        "US$": ("un dollaro", "dollari"),
    },
    units={
        "km": ("un chilometro", "chilometri"), "m": ("un metro", "metri"), "cm": ("un centimetro", "centimetri"),
        "mm": ("un millimetro", "millimetri"), "kg": ("un chilogrammo", "chilogrammi"), "g": ("un grammo", "grammi"),
        "mg": ("un milligrammo", "milligrammi"), "l": ("un litro", "litri"), "ml": ("un millilitro", "millilitri"),
        "km/h": ("un chilometro orario", "chilometri orari"), "m²": ("un metro quadrato", "metri quadrati"),
        "km²": ("un chilometro quadrato", "chilometri quadrati"), "h": ("un'ora", "ore"),
        "min": ("un minuto", "minuti"), "s": ("un secondo", "secondi"), "°C": ("un grado Celsius", "gradi Celsius"),
        "°F": ("un grado Fahrenheit", "gradi Fahrenheit"), "°": ("un grado", "gradi"),
        "GB": ("un gigabyte", "gigabyte"), "MB": ("un megabyte", "megabyte"), "GHz": ("un gigahertz", "gigahertz"),
        "kW": ("un kilowatt", "kilowatt"),
    },
    ordinals={
        "º": "m", "°": "m", "ª": "f",
    },
    abbreviations={
        "Sig.": "signor", "Sig.ra": "signora", "Sig.na": "signorina", "Sigg.": "signori", "Dott.": "dottor",
        "Dott.ssa": "dottoressa", "Dr.": "dottor", "Prof.": "professor", "Prof.ssa": "professoressa",
        "Ing.": "ingegner", "Avv.": "avvocato", "ecc.": "eccetera", "p. es.": "per esempio", "es.": "esempio",
        "pag.": "pagina", "pagg.": "pagine", "cap.": "capitolo", "vol.": "volume", "n.": "numero",
        "a.C.": "avanti Cristo", "d.C.": "dopo Cristo", "a. C.": "avanti Cristo", "d. C.": "dopo Cristo",
        "tel.": "telefono", "S.": "San", "ca.": "circa", "cfr.": "confronta", "art.": "articolo",
    },
    headings=frozenset({
        "appendice", "atto", "capitolo", "fase", "libro", "parte", "scena", "sezione", "titolo", "tomo", "volume",
    }),
    scales=(
        "milione", "milioni", "miliardo", "miliardi",
    ),
)  # fmt: skip
