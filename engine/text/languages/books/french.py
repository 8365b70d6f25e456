"""What French says around numbers: dates, times, ordinals, abbreviations."""

from engine.text.languages.books.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="fr", decimal="virgule", reads_fraction_whole=True, minus="moins", plus="plus", percent="pour cent",
    conjunction="et", ranges="à", date="{day} {month} {year}", month_of_year="{month} {year}", first_day="premier",
    time="{hour} {hours} {minute}", full_hour="{hour} {hours}",
    exact_time="{hours} {minutes} et {seconds}", of=" d'", joint="",
    months=(
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ),
    month_abbreviations={
        "janv": "janvier", "jan": "janvier", "févr": "février", "fév": "février", "avr": "avril", "juil": "juillet",
        "juill": "juillet", "sept": "septembre", "oct": "octobre", "nov": "novembre", "déc": "décembre",
    },
    weekdays=(
        ("lundi", "lun"), ("mardi", "mar"), ("mercredi", "mer"), ("jeudi", "jeu"), ("vendredi", "ven"),
        ("samedi", "sam"), ("dimanche", "dim"),
    ),
    fractions={2: ("demi", "demis"), 3: ("tiers", "tiers"), 4: ("quart", "quarts")}, mixed=" et ",
    ordinals={
        "er": "m", "ère": "f", "re": "f", "e": "m", "è": "m", "ème": "m", "eme": "m", "es": "m", "nd": "second",
        "nde": "second", "d": "second", "de": "second",
    },
    abbreviations={
        "M.": "monsieur", "MM.": "messieurs", "Mme": "madame", "Mmes": "mesdames", "Mlle": "mademoiselle",
        "Mlles": "mesdemoiselles", "Dr": "docteur", "Dr.": "docteur", "Dre": "docteure", "Drs": "docteurs",
        "Dres": "docteures", "Me": "maître", "Mes": "maîtres", "Mgr": "monseigneur", "Pr": "professeur",
        "Pre": "professeure", "St": "saint", "Ste": "sainte", "Cie": "compagnie", "etc.": "et cetera",
        "p. ex.": "par exemple", "c.-à-d.": "c'est-à-dire", "av.": "avenue", "bd": "boulevard", "n°": "numéro",
        "N°": "numéro", "nº": "numéro", "no.": "numéro", "nos": "nos", "chap.": "chapitre", "vol.": "volume",
        "cf.": "voir", "env.": "environ", "av. J.-C.": "avant Jésus-Christ", "apr. J.-C.": "après Jésus-Christ",
        "ap. J.-C.": "après Jésus-Christ", "J.-C.": "Jésus-Christ", "tél.": "téléphone", "art.": "article",
        "fig.": "figure", "éd.": "édition", "hab.": "habitants", "max.": "maximum", "min.": "minimum",
    },
    before_numbers={
        "p.": "page", "pp.": "pages", "art.": "article", "Art.": "article", "al.": "alinéa", "chap.": "chapitre",
        "t.": "tome", "vol.": "volume", "fig.": "figure", "n.": "note", "no": "numéro", "No": "numéro",
        "nᵒ": "numéro", "nᵒˢ": "numéros", "nos": "numéros", "§": "paragraphe", "tél.": "téléphone",
    },
    after_numbers={"hab.": "habitants", "sq.": "et suivante", "sqq.": "et suivantes"},
    headings=frozenset({
        "acte", "annexe", "chapitre", "livre", "partie", "phase", "scène", "section", "titre", "tome", "volume",
        "page", "article", "numéro",
    }),
    regnal=frozenset({
        "Albert", "Alexandre", "Benoît", "Charles", "Catherine", "Clovis", "Édouard", "Élisabeth", "Elizabeth",
        "Ferdinand", "François", "Frédéric", "Georges", "Guillaume", "Gustave", "Henri", "Innocent", "Jacques", "Jean",
        "Joseph", "Louis", "Léon", "Léopold", "Marie", "Napoléon", "Nicolas", "Paul", "Philippe", "Pie", "Pierre",
        "Richard", "Robert", "Victor-Emmanuel", "Emmanuel", "Baudouin", "Ramsès", "Darius",
    }),
    scales=("million", "millions", "milliard", "milliards", "mille milliards", "billion", "billions"),
    phone_cues=("tél.", "tel.", "téléphone", "fax", "portable"), extension="poste",
)  # fmt: skip
