"""What Portuguese says around numbers: dates, times, ordinals, abbreviations."""

from engine.text.languages.books.phrasebook import Phrasebook

BOOK = Phrasebook(
    code="pt", decimal="vírgula", reads_fraction_whole=True, minus="menos", plus="mais", percent="por cento",
    conjunction="e", ranges="a", date="{day} de {month} de {year}", month_of_year="{month} de {year}", of_month=" de ",
    first_day="primeiro", time="{hour} e {minute}", full_hour="{hour} {hours}",
    exact_time="{hours} e {minutes} e {seconds}",
    day_parts={
        "am": ((0, "da noite"), (1, "da madrugada"), (5, "da manhã")),
        "pm": ((0, "da tarde"), (6, "da noite")),
    },
    regnal_ordinals=10, of=" de ", joint="e", says_cents=True,
    months=(
        "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
        "novembro", "dezembro",
    ),
    month_abbreviations={
        "jan": "janeiro", "fev": "fevereiro", "mar": "março", "abr": "abril", "mai": "maio", "jun": "junho",
        "jul": "julho", "ago": "agosto", "set": "setembro", "out": "outubro", "nov": "novembro", "dez": "dezembro",
    },
    weekdays=(
        ("segunda", "seg", "2ª"), ("terça", "ter", "3ª"), ("quarta", "qua", "4ª"), ("quinta", "qui", "5ª"),
        ("sexta", "sex", "6ª"), ("sábado", "sáb"), ("domingo", "dom"),
    ),
    fractions={2: ("meio", "meios"), 3: ("terço", "terços")}, mixed=" e ",
    ordinals={"º": "m", ".º": "m", "°": "m", "ª": "f", ".ª": "f", "o": "m", "a": "f", ".o": "m", ".a": "f"},
    abbreviations={
        "Sr.": "senhor", "Sra.": "senhora", "Srta.": "senhorita", "Srs.": "senhores", "Dr.": "doutor",
        "Dra.": "doutora", "D.": "dom", "Prof.": "professor", "Profa.": "professora", "Profª": "professora",
        "etc.": "et cetera", "p. ex.": "por exemplo", "p.ex.": "por exemplo", "pág.": "página", "págs.": "páginas",
        "cap.": "capítulo", "vol.": "volume", "nº": "número", "n.º": "número", "Nº": "número", "Av.": "avenida",
        "R.": "rua", "a.C.": "antes de Cristo", "d.C.": "depois de Cristo", "a. C.": "antes de Cristo",
        "d. C.": "depois de Cristo", "tel.": "telefone", "Sto.": "Santo", "Sta.": "Santa",
        "aprox.": "aproximadamente", "Exmo.": "excelentíssimo", "V. Exa.": "vossa excelência", "Eng.": "engenheiro",
        "Ltda.": "limitada", "Cia.": "companhia", "art.": "artigo", "fig.": "figura", "ed.": "edição",
        "máx.": "máximo", "mín.": "mínimo", "apto.": "apartamento",
    },
    before_numbers={
        "p.": "página", "pp.": "páginas", "art.": "artigo", "arts.": "artigos", "Art.": "artigo", "vol.": "volume",
        "cap.": "capítulo", "fig.": "figura", "n.": "número", "séc.": "século", "tel.": "telefone", "pág.": "página",
    },
    after_numbers={
        "ss.": "e seguintes", "a.C.": "antes de Cristo", "d.C.": "depois de Cristo", "a. C.": "antes de Cristo",
        "d. C.": "depois de Cristo",
    },
    headings=frozenset({
        "acto", "apêndice", "ato", "capítulo", "cena", "fase", "guerra", "livro", "parte", "secção", "seção",
        "século", "séculos", "tomo", "título", "volume", "página", "artigo", "número", "séc.",
    }),
    regnal=frozenset({
        "Afonso", "Alexandre", "Bento", "Carlos", "Clemente", "Duarte", "Eduardo", "Felipe", "Fernando", "Filipe",
        "Francisco", "Frederico", "Gregório", "Guilherme", "Henrique", "Inocêncio", "Isabel", "Jaime", "Jorge", "José",
        "João", "Leão", "Leopoldo", "Luís", "Manuel", "Maria", "Miguel", "Napoleão", "Nicolau", "Paulo", "Pedro", "Pio",
        "Ricardo", "Sancho", "Sebastião", "Dinis",
    }),
    scales=("milhão", "milhões", "bilhão", "bilhões", "mil milhões", "trilhão", "trilhões"),
    phone_cues=("tel.", "telefone", "celular", "telemóvel", "fax", "whatsapp", "ligue para"), extension="extensão",
)  # fmt: skip
