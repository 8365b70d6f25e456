"""What Spanish says around numbers: dates, times, ordinals, abbreviations."""

from engine.text.languages.books.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="es", decimal="coma", reads_fraction_whole=True, minus="menos", plus="más", percent="por ciento",
    conjunction="y", ranges="a", date="{day} de {month} de {year}", month_of_year="{month} de {year}",
    of_month=" de ", first_day="primero", time="{hour} y {minute}", late_time="{hour} y {minute}", full_hour="{hour}",
    full_hour_late="{hour} horas", quarters={15: "cuarto", 30: "media"},
    exact_time="{hours} {minutes} y {seconds}",
    day_parts={
        "am": ((0, "de la noche"), (1, "de la mañana")),
        "pm": ((0, "del mediodía"), (1, "de la tarde"), (8, "de la noche")),
    },
    regnal_ordinals=10, of=" de ", joint="con",
    months=(
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
        "noviembre", "diciembre",
    ),
    month_abbreviations={
        "ene": "enero", "feb": "febrero", "mar": "marzo", "abr": "abril", "may": "mayo", "jun": "junio",
        "jul": "julio", "ago": "agosto", "sep": "septiembre", "sept": "septiembre", "oct": "octubre",
        "nov": "noviembre", "dic": "diciembre",
    },
    weekdays=(
        ("lunes", "lun"), ("martes", "mar"), ("miércoles", "mié", "miér"), ("jueves", "jue"),
        ("viernes", "vie", "vier"), ("sábado", "sáb"), ("domingo", "dom"),
    ),
    fractions={2: ("medio", "medios"), 3: ("tercio", "tercios")}, mixed=" y ",
    ordinals={
        "º": "m", ".º": "m", "°": "m", ".°": "m", "ª": "f", ".ª": "f", "er": "short", ".er": "short", "ra": "f",
        "ro": "m", "do": "m", "da": "f", "to": "m", "ta": "f", ".o": "m", ".a": "f", "mo": "m", "ma": "f", "vo": "m",
        "va": "f", "no": "m", "na": "f",
    },
    abbreviations={
        "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Sres.": "señores", "D.": "don", "Dª.": "doña",
        "D.ª": "doña", "Da.": "doña", "Dr.": "doctor", "Dra.": "doctora", "Ud.": "usted", "Uds.": "ustedes",
        "Vd.": "usted", "Vds.": "ustedes", "etc.": "etcétera", "p. ej.": "por ejemplo", "p.ej.": "por ejemplo",
        "EE. UU.": "Estados Unidos", "EE.UU.": "Estados Unidos", "ee. uu.": "Estados Unidos",
        "EEUU": "Estados Unidos", "Prof.": "profesor", "pág.": "página", "págs.": "páginas", "núm.": "número",
        "n.º": "número", "nº": "número", "N.º": "número", "Nº": "número", "cap.": "capítulo", "vol.": "volumen",
        "Avda.": "avenida", "Av.": "avenida", "Pza.": "plaza", "Plza.": "plaza", "C.º": "camino",
        "c.º b.": "camino bajo",
        "esq.": "esquina", "a. C.": "antes de Cristo", "a.C.": "antes de Cristo", "a. c.": "antes de Cristo",
        "d. C.": "después de Cristo", "d.C.": "después de Cristo", "d. c.": "después de Cristo",
        "aprox.": "aproximadamente", "Sto.": "Santo", "Sta.": "Santa", "S.": "San", "tel.": "teléfono",
        "Gral.": "general", "Cía.": "compañía", "Ing.": "ingeniero", "Lic.": "licenciado", "Arq.": "arquitecto",
        "art.": "artículo", "ed.": "edición", "máx.": "máximo", "mín.": "mínimo", "Dpto.": "departamento",
        "dir.": "dirección", "izq.": "izquierda", "dcha.": "derecha", "vs.": "contra",
    },
    before_numbers={
        "p.": "página", "pp.": "páginas", "art.": "artículo", "arts.": "artículos", "Art.": "artículo", "t.": "tomo",
        "vol.": "volumen", "cap.": "capítulo", "núm.": "número", "fig.": "figura", "n.º": "número", "nº": "número",
        "n.": "número", "s.": "siglo", "ss.": "siglos", "tel.": "teléfono",
    },
    after_numbers={
        "ss.": "y siguientes", "s.": "y siguiente", "a. C.": "antes de Cristo", "d. C.": "después de Cristo",
        "a.C.": "antes de Cristo", "d.C.": "después de Cristo",
    },
    headings=frozenset({
        "acto", "apéndice", "capítulo", "escena", "fase", "guerra", "libro", "parte", "sección", "siglo", "siglos",
        "tomo", "título", "volumen", "año", "página", "artículo", "número", "s.",
    }),
    regnal=frozenset({
        "Alejandro", "Alfonso", "Amadeo", "Benedicto", "Carlos", "Cristina", "Eduardo", "Enrique", "Felipe",
        "Fernando", "Francisco", "Federico", "Guillermo", "Gregorio", "Inocencio", "Isabel", "Jacobo", "Jaime", "Jorge",
        "José", "Juan", "Juana", "León", "Leopoldo", "Luis", "Manuel", "María", "Napoleón", "Nicolás", "Pablo", "Pedro",
        "Pío", "Ramiro", "Ricardo", "Sancho", "Urbano", "Clemente",
    }),
    scales=("millón", "millones", "billón", "billones", "mil millones", "trillones"),
    phone_cues=("tel.", "tlf.", "tfno.", "teléfono", "móvil", "fax", "llame al", "llámame al", "whatsapp"),
    extension="extensión",
)  # fmt: skip
