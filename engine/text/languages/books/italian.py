"""What Italian says around numbers: dates, times, ordinals, abbreviations."""

from engine.text.languages.books.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="it", decimal="virgola", reads_fraction_whole=True, minus="meno", plus="più", percent="per cento",
    conjunction="e", ranges="a", date="{day} {month} {year}", month_of_year="{month} {year}", first_day="primo",
    time="{hour} e {minute}", full_hour="{hour}", quarters={15: "un quarto", 30: "mezza"},
    exact_time="{hours}, {minutes} e {seconds}",
    day_parts={
        "am": ((0, "di notte"), (5, "del mattino")),
        "pm": ((0, "di pomeriggio"), (6, "di sera")),
    },
    regnal_ordinals=40, of=" di ", joint="e",
    months=(
        "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
        "novembre", "dicembre",
    ),
    month_abbreviations={
        "gen": "gennaio", "feb": "febbraio", "mar": "marzo", "apr": "aprile", "mag": "maggio", "giu": "giugno",
        "lug": "luglio", "ago": "agosto", "set": "settembre", "sett": "settembre", "ott": "ottobre",
        "nov": "novembre", "dic": "dicembre",
    },
    weekdays=(
        ("lunedì", "lun"), ("martedì", "mar"), ("mercoledì", "mer"), ("giovedì", "gio"), ("venerdì", "ven"),
        ("sabato", "sab"), ("domenica", "dom"),
    ),
    fractions={2: ("mezzo", "mezzi")}, mixed=" e ",
    ordinals={"º": "m", "°": "m", "ª": "f", "o": "m", "a": "f"},
    abbreviations={
        "Sig.": "signor", "Sig.ra": "signora", "sig.ra": "signora", "Sig.na": "signorina", "sig.na": "signorina",
        "Sigg.": "signori", "Dott.": "dottor", "Dott.ssa": "dottoressa", "dott.ssa": "dottoressa", "Dr.": "dottor",
        "Prof.": "professor", "Prof.ssa": "professoressa", "prof.ssa": "professoressa", "Ing.": "ingegner",
        "Avv.": "avvocato", "Arch.": "architetto", "Geom.": "geometra", "Rag.": "ragionier", "On.": "onorevole",
        "ecc.": "eccetera", "p. es.": "per esempio", "p.es.": "per esempio", "ad es.": "ad esempio", "es.": "esempio",
        "pag.": "pagina", "pagg.": "pagine", "cap.": "capitolo", "vol.": "volume", "n.": "numero",
        "a.C.": "avanti Cristo", "d.C.": "dopo Cristo", "a. C.": "avanti Cristo", "d. C.": "dopo Cristo",
        "tel.": "telefono", "S.": "San", "ca.": "circa", "cfr.": "confronta", "art.": "articolo",
        "dip.": "dipartimento",
        "p.za": "piazza", "P.za": "piazza", "p.zza": "piazza", "P.zza": "piazza", "v.le": "viale", "V.le": "viale",
        "c.so": "corso", "C.so": "corso", "uff.": "ufficio", "fig.": "figura", "ed.": "edizione", "min.": "minimo",
        "max.": "massimo", "sec.": "secolo", "n°": "numero", "N°": "numero", "nº": "numero",
    },
    before_numbers={
        "p.": "pagina", "pp.": "pagine", "art.": "articolo", "artt.": "articoli", "Art.": "articolo", "n.": "numero",
        "nn.": "numeri", "vol.": "volume", "cap.": "capitolo", "fig.": "figura", "c.": "comma", "co.": "comma",
        "sec.": "secolo", "tel.": "telefono",
    },
    after_numbers={"ss.": "e seguenti", "sgg.": "e seguenti", "a.C.": "avanti Cristo", "d.C.": "dopo Cristo"},
    headings=frozenset({
        "appendice", "atto", "capitolo", "fase", "libro", "parte", "scena", "sezione", "titolo", "tomo", "volume",
        "pagina", "articolo", "numero", "sec.",
    }),
    regnal=frozenset({
        "Alessandro", "Benedetto", "Carlo", "Clemente", "Edoardo", "Elisabetta", "Enrico", "Federico", "Ferdinando",
        "Filippo", "Francesco", "Giacomo", "Giorgio", "Giovanni", "Giulio", "Gregorio", "Guglielmo", "Innocenzo",
        "Leone", "Leopoldo", "Luigi", "Napoleone", "Nicola", "Paolo", "Pietro", "Pio", "Riccardo", "Sisto", "Umberto",
        "Urbano", "Vittorio", "Emanuele", "Cosimo", "Lorenzo", "Amedeo",
    }),
    scales=("milione", "milioni", "miliardo", "miliardi", "bilione", "bilioni"),
    phone_cues=("tel.", "telefono", "cell.", "cellulare", "fax"), extension="interno",
)  # fmt: skip
