"""What French says around numbers: units, money, dates, times, abbreviations."""

from engine.text.languages.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="fr", decimal="virgule", reads_fraction_whole=True, minus="moins", plus="plus", times="fois", equals="égale",
    percent="pour cent", conjunction="et", at="arobase", degrees="degrés", ranges="à", date="{day} {month} {year}",
    first_day="premier", time="{hour} heures {minute}", full_hour="{hour} heures", of=" d'",
    months=(
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    money={
        "€": ("un euro", "euros"), "$": ("un dollar", "dollars"), "£": ("une livre", "livres"),
        "¥": ("un yen", "yens"), "₹": ("une roupie", "roupies"), "CHF": ("un franc suisse", "francs suisses"),
        "US$": ("un dollar américain", "dollars américains"),
    },
    units={
        "km": ("un kilomètre", "kilomètres"), "m": ("un mètre", "mètres"), "cm": ("un centimètre", "centimètres"),
        "mm": ("un millimètre", "millimètres"), "kg": ("un kilogramme", "kilogrammes"), "g": ("un gramme", "grammes"),
        "mg": ("un milligramme", "milligrammes"), "l": ("un litre", "litres"), "L": ("un litre", "litres"),
        "ml": ("un millilitre", "millilitres"), "km/h": ("un kilomètre heure", "kilomètres heure"),
        "m²": ("un mètre carré", "mètres carrés"), "km²": ("un kilomètre carré", "kilomètres carrés"),
        "min": ("une minute", "minutes"), "s": ("une seconde", "secondes"),
        "°C": ("un degré Celsius", "degrés Celsius"), "°F": ("un degré Fahrenheit", "degrés Fahrenheit"),
        "°": ("un degré", "degrés"), "Go": ("un gigaoctet", "gigaoctets"), "Mo": ("un mégaoctet", "mégaoctets"),
        "GHz": ("un gigahertz", "gigahertz"), "kW": ("un kilowatt", "kilowatts"),
    },
    ordinals={
        "er": "m", "ère": "f", "re": "f", "e": "m", "ème": "m", "eme": "m", "nd": "m", "nde": "f",
    },
    abbreviations={
        "M.": "monsieur", "MM.": "messieurs", "Mme": "madame", "Mmes": "mesdames", "Mlle": "mademoiselle",
        "Mlles": "mesdemoiselles", "Dr": "docteur", "Dr.": "docteur", "Me": "maître", "Pr": "professeur",
        "St": "saint", "Ste": "sainte", "etc.": "et cetera", "p. ex.": "par exemple", "c.-à-d.": "c'est-à-dire",
        "av.": "avenue", "bd": "boulevard", "n°": "numéro", "N°": "numéro", "nº": "numéro", "p.": "page",
        "pp.": "pages", "chap.": "chapitre", "vol.": "volume", "cf.": "voir", "env.": "environ",
        "av. J.-C.": "avant Jésus-Christ", "apr. J.-C.": "après Jésus-Christ", "J.-C.": "Jésus-Christ",
        "tél.": "téléphone", "janv.": "janvier", "févr.": "février", "juill.": "juillet", "sept.": "septembre",
        "oct.": "octobre", "nov.": "novembre", "déc.": "décembre",
    },
    headings=frozenset({
        "acte", "annexe", "chapitre", "livre", "partie", "phase", "scène", "section", "titre", "tome", "volume",
    }),
    scales=(
        "million", "millions", "milliard", "milliards",
    ),
)  # fmt: skip
