"""What Spanish, French, German, Italian and Portuguese say around numbers: units, money, dates, times, abbreviations.

Tables only; `elsewhere.py` turns them into rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words of one language.

    Attributes:
        code: its name in num2words.
        decimal: the word for the decimal mark; the mark itself is a comma.
        reads_fraction_whole: 3,14 is "three comma fourteen", not "one four".
        minus, plus, times, equals, percent, conjunction, at: signs in words.
        degrees: the word behind a number of degrees.
        ranges: the word between two ends.
        date: template of a date of figures, with {day}, {month} and {year}.
        first_day: how the first of a month is said; "" for the cardinal.
        time, full_hour: templates with {hour} and {minute}.
        months: January to December.
        money: currency sign -> words for one (in full) and for many.
        units: symbol -> words for one (in full) and for many.
        ordinals: suffix behind figures -> "m" or "f".
        abbreviations: with their full stops -> words.
        headings: words in front of Roman numerals, lower case.
        regnal_ordinals: up to which number kings are counted in ordinals.
        scales: word behind a sum of money ("millones") that takes `of` before the currency.
        conjunctions: clause openers at which a long sentence may be divided.
    """

    code: str
    decimal: str
    reads_fraction_whole: bool
    minus: str
    plus: str
    times: str
    equals: str
    percent: str
    conjunction: str
    at: str
    degrees: str
    ranges: str
    date: str
    first_day: str
    time: str
    full_hour: str
    months: tuple[str, ...]
    money: Mapping[str, tuple[str, str]]
    units: Mapping[str, tuple[str, str]]
    ordinals: Mapping[str, str] = field(default_factory=lambda: _NONE)
    abbreviations: Mapping[str, str] = field(default_factory=lambda: _NONE)
    headings: frozenset[str] = frozenset()
    regnal_ordinals: int = 0
    scales: tuple[str, ...] = ()
    of: str = " "


def _months(names: str) -> tuple[str, ...]:
    return tuple(names.split())


SPANISH = Phrasebook(
    code="es", decimal="coma", reads_fraction_whole=True, minus="menos", plus="más", times="por", equals="igual a", percent="por ciento",
    conjunction="y", at="arroba", degrees="grados", ranges="a", date="{day} de {month} de {year}", first_day="primero",
    time="{hour} y {minute}", full_hour="{hour} en punto",
    months=_months("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    money={"€": ("un euro", "euros"), "$": ("un dólar", "dólares"), "£": ("una libra", "libras"), "¥": ("un yen", "yenes"),
           "₹": ("una rupia", "rupias"), "US$": ("un dólar", "dólares"), "R$": ("un real", "reales")},
    units={"km": ("un kilómetro", "kilómetros"), "m": ("un metro", "metros"), "cm": ("un centímetro", "centímetros"), "mm": ("un milímetro", "milímetros"),
           "kg": ("un kilogramo", "kilogramos"), "g": ("un gramo", "gramos"), "mg": ("un miligramo", "miligramos"), "l": ("un litro", "litros"),
           "ml": ("un mililitro", "mililitros"), "km/h": ("un kilómetro por hora", "kilómetros por hora"), "m²": ("un metro cuadrado", "metros cuadrados"),
           "km²": ("un kilómetro cuadrado", "kilómetros cuadrados"), "h": ("una hora", "horas"), "min": ("un minuto", "minutos"), "s": ("un segundo", "segundos"),
           "°C": ("un grado Celsius", "grados Celsius"), "°F": ("un grado Fahrenheit", "grados Fahrenheit"), "°": ("un grado", "grados"),
           "GB": ("un gigabyte", "gigabytes"), "MB": ("un megabyte", "megabytes"), "GHz": ("un gigahercio", "gigahercios"), "kW": ("un kilovatio", "kilovatios")},
    ordinals={"º": "m", ".º": "m", "°": "m", "ª": "f", ".ª": "f", "er": "m", ".er": "m", "ra": "f", "ro": "m", "do": "m", "da": "f", "to": "m", "ta": "f"},
    abbreviations={"Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Sres.": "señores", "D.": "don", "Dª.": "doña", "Dr.": "doctor", "Dra.": "doctora",
                   "Ud.": "usted", "Uds.": "ustedes", "Vd.": "usted", "Vds.": "ustedes", "etc.": "etcétera", "p. ej.": "por ejemplo", "p.ej.": "por ejemplo",
                   "EE. UU.": "Estados Unidos", "EE.UU.": "Estados Unidos", "EEUU": "Estados Unidos", "Prof.": "profesor", "pág.": "página", "págs.": "páginas",
                   "núm.": "número", "n.º": "número", "nº": "número", "N.º": "número", "Nº": "número", "cap.": "capítulo", "vol.": "volumen", "Avda.": "avenida", "Av.": "avenida",
                   "a. C.": "antes de Cristo", "a.C.": "antes de Cristo", "d. C.": "después de Cristo", "d.C.": "después de Cristo", "aprox.": "aproximadamente",
                   "Sto.": "Santo", "Sta.": "Santa", "S.": "San", "tel.": "teléfono", "Gral.": "general", "Cía.": "compañía"},
    headings=frozenset("siglo siglos capítulo parte libro tomo volumen acto escena sección título apéndice fase guerra".split()),
    regnal_ordinals=10, scales=("millón", "millones", "billón", "billones"), of=" de ",
)  # fmt: skip

FRENCH = Phrasebook(
    code="fr", decimal="virgule", reads_fraction_whole=True, minus="moins", plus="plus", times="fois", equals="égale", percent="pour cent",
    conjunction="et", at="arobase", degrees="degrés", ranges="à", date="{day} {month} {year}", first_day="premier",
    time="{hour} heures {minute}", full_hour="{hour} heures",
    months=_months("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    money={"€": ("un euro", "euros"), "$": ("un dollar", "dollars"), "£": ("une livre", "livres"), "¥": ("un yen", "yens"), "₹": ("une roupie", "roupies"),
           "CHF": ("un franc suisse", "francs suisses"), "US$": ("un dollar américain", "dollars américains")},
    units={"km": ("un kilomètre", "kilomètres"), "m": ("un mètre", "mètres"), "cm": ("un centimètre", "centimètres"), "mm": ("un millimètre", "millimètres"),
           "kg": ("un kilogramme", "kilogrammes"), "g": ("un gramme", "grammes"), "mg": ("un milligramme", "milligrammes"), "l": ("un litre", "litres"), "L": ("un litre", "litres"),
           "ml": ("un millilitre", "millilitres"), "km/h": ("un kilomètre heure", "kilomètres heure"), "m²": ("un mètre carré", "mètres carrés"),
           "km²": ("un kilomètre carré", "kilomètres carrés"), "min": ("une minute", "minutes"), "s": ("une seconde", "secondes"),
           "°C": ("un degré Celsius", "degrés Celsius"), "°F": ("un degré Fahrenheit", "degrés Fahrenheit"), "°": ("un degré", "degrés"),
           "Go": ("un gigaoctet", "gigaoctets"), "Mo": ("un mégaoctet", "mégaoctets"), "GHz": ("un gigahertz", "gigahertz"), "kW": ("un kilowatt", "kilowatts")},
    ordinals={"er": "m", "ère": "f", "re": "f", "e": "m", "ème": "m", "eme": "m", "nd": "m", "nde": "f"},
    abbreviations={"M.": "monsieur", "MM.": "messieurs", "Mme": "madame", "Mmes": "mesdames", "Mlle": "mademoiselle", "Mlles": "mesdemoiselles", "Dr": "docteur", "Dr.": "docteur",
                   "Me": "maître", "Pr": "professeur", "St": "saint", "Ste": "sainte", "etc.": "et cetera", "p. ex.": "par exemple", "c.-à-d.": "c'est-à-dire", "av.": "avenue",
                   "bd": "boulevard", "n°": "numéro", "N°": "numéro", "nº": "numéro", "p.": "page", "pp.": "pages", "chap.": "chapitre", "vol.": "volume", "cf.": "voir", "env.": "environ",
                   "av. J.-C.": "avant Jésus-Christ", "apr. J.-C.": "après Jésus-Christ", "J.-C.": "Jésus-Christ", "tél.": "téléphone", "janv.": "janvier", "févr.": "février", "juill.": "juillet",
                   "sept.": "septembre", "oct.": "octobre", "nov.": "novembre", "déc.": "décembre"},
    headings=frozenset("chapitre partie livre tome volume acte scène section titre annexe phase".split()),
    scales=("million", "millions", "milliard", "milliards"), of=" d'",
)  # fmt: skip

GERMAN = Phrasebook(
    code="de", decimal="Komma", reads_fraction_whole=False, minus="minus", plus="plus", times="mal", equals="gleich", percent="Prozent",
    conjunction="und", at="at", degrees="Grad", ranges="bis", date="{day} {month} {year}", first_day="",
    time="{hour} Uhr {minute}", full_hour="{hour} Uhr",
    months=_months("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    money={"€": ("ein Euro", "Euro"), "$": ("ein Dollar", "Dollar"), "£": ("ein Pfund", "Pfund"), "¥": ("ein Yen", "Yen"), "₹": ("eine Rupie", "Rupien"),
           "CHF": ("ein Schweizer Franken", "Schweizer Franken"), "EUR": ("ein Euro", "Euro"), "USD": ("ein US-Dollar", "US-Dollar"), "US$": ("ein US-Dollar", "US-Dollar")},
    units={"km": ("ein Kilometer", "Kilometer"), "m": ("ein Meter", "Meter"), "cm": ("ein Zentimeter", "Zentimeter"), "mm": ("ein Millimeter", "Millimeter"),
           "kg": ("ein Kilogramm", "Kilogramm"), "g": ("ein Gramm", "Gramm"), "mg": ("ein Milligramm", "Milligramm"), "l": ("ein Liter", "Liter"), "L": ("ein Liter", "Liter"),
           "ml": ("ein Milliliter", "Milliliter"), "km/h": ("ein Kilometer pro Stunde", "Kilometer pro Stunde"), "m²": ("ein Quadratmeter", "Quadratmeter"),
           "km²": ("ein Quadratkilometer", "Quadratkilometer"), "h": ("eine Stunde", "Stunden"), "min": ("eine Minute", "Minuten"), "Min.": ("eine Minute", "Minuten"),
           "s": ("eine Sekunde", "Sekunden"), "°C": ("ein Grad Celsius", "Grad Celsius"), "°F": ("ein Grad Fahrenheit", "Grad Fahrenheit"), "°": ("ein Grad", "Grad"),
           "GB": ("ein Gigabyte", "Gigabyte"), "MB": ("ein Megabyte", "Megabyte"), "GHz": ("ein Gigahertz", "Gigahertz"), "kW": ("ein Kilowatt", "Kilowatt"), "kWh": ("eine Kilowattstunde", "Kilowattstunden")},
    abbreviations={"z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt", "u. a.": "unter anderem", "u.a.": "unter anderem", "usw.": "und so weiter",
                   "bzw.": "beziehungsweise", "ca.": "circa", "Dr.": "Doktor", "Prof.": "Professor", "Hr.": "Herr", "Fr.": "Frau", "Nr.": "Nummer", "St.": "Sankt", "Str.": "Straße",
                   "vgl.": "vergleiche", "evtl.": "eventuell", "ggf.": "gegebenenfalls", "inkl.": "inklusive", "Mio.": "Millionen", "Mrd.": "Milliarden", "o. ä.": "oder ähnliches",
                   "etc.": "et cetera", "Abb.": "Abbildung", "Kap.": "Kapitel", "Bd.": "Band", "Jh.": "Jahrhundert", "v. Chr.": "vor Christus", "n. Chr.": "nach Christus",
                   "Tel.": "Telefon", "geb.": "geboren", "gest.": "gestorben", "u. U.": "unter Umständen", "i. d. R.": "in der Regel", "s. o.": "siehe oben", "s. u.": "siehe unten",
                   "Jan.": "Januar", "Feb.": "Februar", "Aug.": "August", "Sept.": "September", "Okt.": "Oktober", "Nov.": "November", "Dez.": "Dezember"},
    headings=frozenset("kapitel teil band buch akt szene abschnitt anhang".split()),
    scales=("Million", "Millionen", "Milliarde", "Milliarden", "Mio.", "Mrd."),
)  # fmt: skip

ITALIAN = Phrasebook(
    code="it", decimal="virgola", reads_fraction_whole=True, minus="meno", plus="più", times="per", equals="uguale a", percent="per cento",
    conjunction="e", at="chiocciola", degrees="gradi", ranges="a", date="{day} {month} {year}", first_day="primo",
    time="{hour} e {minute}", full_hour="{hour} in punto",
    months=_months("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
    money={"€": ("un euro", "euro"), "$": ("un dollaro", "dollari"), "£": ("una sterlina", "sterline"), "¥": ("uno yen", "yen"), "₹": ("una rupia", "rupie"),
           "CHF": ("un franco svizzero", "franchi svizzeri"), "US$": ("un dollaro", "dollari")},
    units={"km": ("un chilometro", "chilometri"), "m": ("un metro", "metri"), "cm": ("un centimetro", "centimetri"), "mm": ("un millimetro", "millimetri"),
           "kg": ("un chilogrammo", "chilogrammi"), "g": ("un grammo", "grammi"), "mg": ("un milligrammo", "milligrammi"), "l": ("un litro", "litri"),
           "ml": ("un millilitro", "millilitri"), "km/h": ("un chilometro orario", "chilometri orari"), "m²": ("un metro quadrato", "metri quadrati"),
           "km²": ("un chilometro quadrato", "chilometri quadrati"), "h": ("un'ora", "ore"), "min": ("un minuto", "minuti"), "s": ("un secondo", "secondi"),
           "°C": ("un grado Celsius", "gradi Celsius"), "°F": ("un grado Fahrenheit", "gradi Fahrenheit"), "°": ("un grado", "gradi"),
           "GB": ("un gigabyte", "gigabyte"), "MB": ("un megabyte", "megabyte"), "GHz": ("un gigahertz", "gigahertz"), "kW": ("un kilowatt", "kilowatt")},
    ordinals={"º": "m", "°": "m", "ª": "f"},
    abbreviations={"Sig.": "signor", "Sig.ra": "signora", "Sig.na": "signorina", "Sigg.": "signori", "Dott.": "dottor", "Dott.ssa": "dottoressa", "Dr.": "dottor", "Prof.": "professor",
                   "Prof.ssa": "professoressa", "Ing.": "ingegner", "Avv.": "avvocato", "ecc.": "eccetera", "p. es.": "per esempio", "es.": "esempio", "pag.": "pagina", "pagg.": "pagine",
                   "cap.": "capitolo", "vol.": "volume", "n.": "numero", "a.C.": "avanti Cristo", "d.C.": "dopo Cristo", "a. C.": "avanti Cristo", "d. C.": "dopo Cristo",
                   "tel.": "telefono", "S.": "San", "ca.": "circa", "cfr.": "confronta", "art.": "articolo"},
    headings=frozenset("capitolo parte libro tomo volume atto scena sezione titolo appendice fase".split()),
    regnal_ordinals=40, scales=("milione", "milioni", "miliardo", "miliardi"), of=" di ",
)  # fmt: skip

PORTUGUESE = Phrasebook(
    code="pt", decimal="vírgula", reads_fraction_whole=True, minus="menos", plus="mais", times="vezes", equals="igual a", percent="por cento",
    conjunction="e", at="arroba", degrees="graus", ranges="a", date="{day} de {month} de {year}", first_day="primeiro",
    time="{hour} e {minute}", full_hour="{hour} horas",
    months=_months("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
    money={"€": ("um euro", "euros"), "$": ("um dólar", "dólares"), "R$": ("um real", "reais"), "£": ("uma libra", "libras"), "¥": ("um iene", "ienes"),
           "₹": ("uma rupia", "rupias"), "US$": ("um dólar", "dólares")},
    units={"km": ("um quilômetro", "quilômetros"), "m": ("um metro", "metros"), "cm": ("um centímetro", "centímetros"), "mm": ("um milímetro", "milímetros"),
           "kg": ("um quilograma", "quilogramas"), "g": ("um grama", "gramas"), "mg": ("um miligrama", "miligramas"), "l": ("um litro", "litros"), "L": ("um litro", "litros"),
           "ml": ("um mililitro", "mililitros"), "km/h": ("um quilômetro por hora", "quilômetros por hora"), "m²": ("um metro quadrado", "metros quadrados"),
           "km²": ("um quilômetro quadrado", "quilômetros quadrados"), "h": ("uma hora", "horas"), "min": ("um minuto", "minutos"), "s": ("um segundo", "segundos"),
           "°C": ("um grau Celsius", "graus Celsius"), "°F": ("um grau Fahrenheit", "graus Fahrenheit"), "°": ("um grau", "graus"),
           "GB": ("um gigabyte", "gigabytes"), "MB": ("um megabyte", "megabytes"), "GHz": ("um giga-hertz", "giga-hertz"), "kW": ("um quilowatt", "quilowatts")},
    ordinals={"º": "m", ".º": "m", "°": "m", "ª": "f", ".ª": "f", "o": "m", "a": "f"},
    abbreviations={"Sr.": "senhor", "Sra.": "senhora", "Srta.": "senhorita", "Srs.": "senhores", "Dr.": "doutor", "Dra.": "doutora", "D.": "dom", "Prof.": "professor", "Profa.": "professora",
                   "etc.": "et cetera", "p. ex.": "por exemplo", "p.ex.": "por exemplo", "pág.": "página", "págs.": "páginas", "cap.": "capítulo", "vol.": "volume", "nº": "número", "n.º": "número",
                   "Av.": "avenida", "R.": "rua", "a.C.": "antes de Cristo", "d.C.": "depois de Cristo", "a. C.": "antes de Cristo", "d. C.": "depois de Cristo", "tel.": "telefone",
                   "Sto.": "Santo", "Sta.": "Santa", "aprox.": "aproximadamente", "Exmo.": "excelentíssimo", "V. Exa.": "vossa excelência"},
    headings=frozenset("século séculos capítulo parte livro tomo volume ato acto cena seção secção título apêndice fase guerra".split()),
    regnal_ordinals=10, scales=("milhão", "milhões", "bilhão", "bilhões", "mil milhões"), of=" de ",
)  # fmt: skip

PHRASEBOOKS: Mapping[str, Phrasebook] = MappingProxyType(
    {"es": SPANISH, "fr": FRENCH, "de": GERMAN, "it": ITALIAN, "pt": PORTUGUESE}
)
