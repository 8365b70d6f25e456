"""What Portuguese says around numbers: units, money, dates, times, abbreviations."""

from engine.text.languages.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="pt", decimal="vírgula", reads_fraction_whole=True, minus="menos", plus="mais", times="vezes",
    equals="igual a", percent="por cento", conjunction="e", at="arroba", degrees="graus", ranges="a",
    date="{day} de {month} de {year}", first_day="primeiro", time="{hour} e {minute}", full_hour="{hour} horas",
    regnal_ordinals=10, of=" de ",
    months=(
        "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
        "novembro", "dezembro",
    ),
    money={
        "€": ("um euro", "euros"), "$": ("um dólar", "dólares"), "R$": ("um real", "reais"),
        "£": ("uma libra", "libras"), "¥": ("um iene", "ienes"), "₹": ("uma rupia", "rupias"),
        "US$": ("um dólar", "dólares"),
    },
    units={
        "km": ("um quilômetro", "quilômetros"), "m": ("um metro", "metros"), "cm": ("um centímetro", "centímetros"),
        "mm": ("um milímetro", "milímetros"), "kg": ("um quilograma", "quilogramas"), "g": ("um grama", "gramas"),
        "mg": ("um miligrama", "miligramas"), "l": ("um litro", "litros"), "L": ("um litro", "litros"),
        "ml": ("um mililitro", "mililitros"), "km/h": ("um quilômetro por hora", "quilômetros por hora"),
        "m²": ("um metro quadrado", "metros quadrados"), "km²": ("um quilômetro quadrado", "quilômetros quadrados"),
        "h": ("uma hora", "horas"), "min": ("um minuto", "minutos"), "s": ("um segundo", "segundos"),
        "°C": ("um grau Celsius", "graus Celsius"), "°F": ("um grau Fahrenheit", "graus Fahrenheit"),
        "°": ("um grau", "graus"), "GB": ("um gigabyte", "gigabytes"), "MB": ("um megabyte", "megabytes"),
        "GHz": ("um giga-hertz", "giga-hertz"), "kW": ("um quilowatt", "quilowatts"),
    },
    ordinals={
        "º": "m", ".º": "m", "°": "m", "ª": "f", ".ª": "f", "o": "m", "a": "f",
    },
    abbreviations={
        "Sr.": "senhor", "Sra.": "senhora", "Srta.": "senhorita", "Srs.": "senhores", "Dr.": "doutor",
        "Dra.": "doutora", "D.": "dom", "Prof.": "professor", "Profa.": "professora", "etc.": "et cetera",
        "p. ex.": "por exemplo", "p.ex.": "por exemplo", "pág.": "página", "págs.": "páginas", "cap.": "capítulo",
        "vol.": "volume", "nº": "número", "n.º": "número", "Av.": "avenida", "R.": "rua", "a.C.": "antes de Cristo",
        "d.C.": "depois de Cristo", "a. C.": "antes de Cristo", "d. C.": "depois de Cristo", "tel.": "telefone",
        "Sto.": "Santo", "Sta.": "Santa", "aprox.": "aproximadamente", "Exmo.": "excelentíssimo",
        "V. Exa.": "vossa excelência",
    },
    headings=frozenset({
        "acto", "apêndice", "ato", "capítulo", "cena", "fase", "guerra", "livro", "parte", "secção", "seção",
        "século", "séculos", "tomo", "título", "volume",
    }),
    scales=(
        "milhão", "milhões", "bilhão", "bilhões", "mil milhões",
    ),
)  # fmt: skip
