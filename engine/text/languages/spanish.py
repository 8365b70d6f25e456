"""What Spanish says around numbers: units, money, dates, times, abbreviations."""

from engine.text.languages.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="es", decimal="coma", reads_fraction_whole=True, minus="menos", plus="más", times="por", equals="igual a",
    percent="por ciento", conjunction="y", at="arroba", degrees="grados", ranges="a",
    date="{day} de {month} de {year}", first_day="primero", time="{hour} y {minute}", full_hour="{hour} en punto",
    regnal_ordinals=10, of=" de ",
    months=(
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
        "noviembre", "diciembre",
    ),
    money={
        "€": ("un euro", "euros"), "$": ("un dólar", "dólares"), "£": ("una libra", "libras"),
        "¥": ("un yen", "yenes"), "₹": ("una rupia", "rupias"), "US$": ("un dólar", "dólares"),
        "R$": ("un real", "reales"),
    },
    units={
        "km": ("un kilómetro", "kilómetros"), "m": ("un metro", "metros"), "cm": ("un centímetro", "centímetros"),
        "mm": ("un milímetro", "milímetros"), "kg": ("un kilogramo", "kilogramos"), "g": ("un gramo", "gramos"),
        "mg": ("un miligramo", "miligramos"), "l": ("un litro", "litros"), "ml": ("un mililitro", "mililitros"),
        "km/h": ("un kilómetro por hora", "kilómetros por hora"), "m²": ("un metro cuadrado", "metros cuadrados"),
        "km²": ("un kilómetro cuadrado", "kilómetros cuadrados"), "h": ("una hora", "horas"),
        "min": ("un minuto", "minutos"), "s": ("un segundo", "segundos"),
        "°C": ("un grado Celsius", "grados Celsius"), "°F": ("un grado Fahrenheit", "grados Fahrenheit"),
        "°": ("un grado", "grados"), "GB": ("un gigabyte", "gigabytes"), "MB": ("un megabyte", "megabytes"),
        "GHz": ("un gigahercio", "gigahercios"), "kW": ("un kilovatio", "kilovatios"),
    },
    ordinals={
        "º": "m", ".º": "m", "°": "m", "ª": "f", ".ª": "f", "er": "m", ".er": "m", "ra": "f", "ro": "m", "do": "m",
        "da": "f", "to": "m", "ta": "f",
    },
    abbreviations={
        "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Sres.": "señores", "D.": "don", "Dª.": "doña",
        "Dr.": "doctor", "Dra.": "doctora", "Ud.": "usted", "Uds.": "ustedes", "Vd.": "usted", "Vds.": "ustedes",
        "etc.": "etcétera", "p. ej.": "por ejemplo", "p.ej.": "por ejemplo", "EE. UU.": "Estados Unidos",
        "EE.UU.": "Estados Unidos", "EEUU": "Estados Unidos", "Prof.": "profesor", "pág.": "página",
        "págs.": "páginas", "núm.": "número", "n.º": "número", "nº": "número", "N.º": "número", "Nº": "número",
        "cap.": "capítulo", "vol.": "volumen", "Avda.": "avenida", "Av.": "avenida", "a. C.": "antes de Cristo",
        "a.C.": "antes de Cristo", "d. C.": "después de Cristo", "d.C.": "después de Cristo",
        "aprox.": "aproximadamente", "Sto.": "Santo", "Sta.": "Santa", "S.": "San", "tel.": "teléfono",
        "Gral.": "general", "Cía.": "compañía",
    },
    headings=frozenset({
        "acto", "apéndice", "capítulo", "escena", "fase", "guerra", "libro", "parte", "sección", "siglo", "siglos",
        "tomo", "título", "volumen",
    }),
    scales=(
        "millón", "millones", "billón", "billones",
    ),
)  # fmt: skip
