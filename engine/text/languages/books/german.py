"""What German says around numbers: dates, times, abbreviations, and with what its sentences begin."""

from engine.text.languages.books.phrasebook import Phrasebook
from engine.text.languages.tables import lines

BOOK = Phrasebook(
    code="de", decimal="Komma", reads_fraction_whole=False, minus="minus", plus="plus", percent="Prozent",
    conjunction="und", ranges="bis", date="{day} {month} {year}", month_of_year="{month} {year}", first_day="",
    time="{hour} Uhr {minute}", full_hour="{hour} Uhr", exact_time="{hours} {minutes} {seconds}", joint="",
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ),
    month_abbreviations={
        "jan": "Januar", "feb": "Februar", "febr": "Februar", "mär": "März", "mrz": "März", "apr": "April",
        "jun": "Juni", "jul": "Juli", "aug": "August", "sep": "September", "sept": "September", "okt": "Oktober",
        "nov": "November", "dez": "Dezember",
    },
    weekdays=(
        ("Montag", "Mo"), ("Dienstag", "Di"), ("Mittwoch", "Mi"), ("Donnerstag", "Do"), ("Freitag", "Fr"),
        ("Samstag", "Sa"), ("Sonntag", "So"),
    ),
    fractions={2: ("halb", "halbe")}, mixed=" ",
    abbreviations={
        "z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt",
        "u. a.": "unter anderem", "u.a.": "unter anderem", "usw.": "und so weiter", "bzw.": "beziehungsweise",
        "ca.": "circa", "Dr.": "Doktor", "Prof.": "Professor", "Hr.": "Herr", "Fr.": "Frau", "Nr.": "Nummer",
        "St.": "Sankt", "Str.": "Straße", "vgl.": "vergleiche", "evtl.": "eventuell", "ggf.": "gegebenenfalls",
        "inkl.": "inklusive", "exkl.": "exklusive", "zzgl.": "zuzüglich", "Mio.": "Millionen", "Mrd.": "Milliarden",
        "o. ä.": "oder ähnliches", "o. Ä.": "oder Ähnliches", "u. ä.": "und ähnliches", "u. Ä.": "und Ähnliches",
        "etc.": "et cetera", "Abb.": "Abbildung", "Kap.": "Kapitel", "Bd.": "Band", "Jh.": "Jahrhundert",
        "u.": "und", "u. v. m.": "und vieles mehr", "u.v.m.": "und vieles mehr",
        "v. Chr.": "vor Christus", "n. Chr.": "nach Christus", "Tel.": "Telefon", "geb.": "geboren",
        "gest.": "gestorben", "u. U.": "unter Umständen", "i. d. R.": "in der Regel", "s. o.": "siehe oben",
        "s. u.": "siehe unten", "i. A.": "im Auftrag", "m. E.": "meines Erachtens", "o. g.": "oben genannt",
        "sog.": "sogenannte", "bspw.": "beispielsweise", "Hrsg.": "Herausgeber", "Aufl.": "Auflage",
        "max.": "maximal", "min.": "minimal", "mind.": "mindestens", "tägl.": "täglich", "Mrs.": "Misses",
        "Ms.": "Miss", "Mr.": "Mister", "Jan.": "Januar", "Feb.": "Februar", "Aug.": "August", "Sept.": "September",
        "Okt.": "Oktober", "Nov.": "November", "Dez.": "Dezember", "StGB": "S t G B", "StPO": "S t P O",
        "ZPO": "Z P O", "UrhG": "Urheberrechtsgesetz",
    },
    before_numbers={
        "Art.": "Artikel", "Artt.": "Artikel", "Abs.": "Absatz", "S.": "Seite", "Nr.": "Nummer", "Nrn.": "Nummern",
        "Ziff.": "Ziffer", "Rn.": "Randnummer", "Rdnr.": "Randnummer", "Kap.": "Kapitel", "Abb.": "Abbildung",
        "Bd.": "Band", "Tab.": "Tabelle", "Anm.": "Anmerkung", "Aufl.": "Auflage", "Z.": "Zeile", "V.": "Vers",
        "Lit.": "Buchstabe", "Hs.": "Halbsatz", "Anl.": "Anlage", "Tel.": "Telefon",
    },
    after_numbers={
        "ff.": "folgende", "f.": "folgende", "ff": "folgende", "J.": "Jahre",
        "Jh.": "Jahrhundert", "v. Chr.": "vor Christus",
        "n. Chr.": "nach Christus",
    },
    headings=frozenset({
        "abschnitt", "akt", "anhang", "band", "buch", "kapitel", "szene", "teil", "artikel", "absatz", "nummer",
        "seite", "satz", "zimmer", "saal", "gleis", "linie", "raum", "platz", "punkt", "stufe", "klasse", "version",
    }),
    regnal=frozenset({
        "Albert", "Albrecht", "Alexander", "Benedikt", "Christian", "Clemens", "Eduard", "Elisabeth", "Ernst",
        "Ferdinand", "Franz", "Friedrich", "Georg", "Gustav", "Heinrich", "Innozenz", "Jakob", "Johann", "Johannes",
        "Joseph", "Josef", "Karl", "Katharina", "Konrad", "Leo", "Leopold", "Ludwig", "Margarethe", "Maria",
        "Maximilian", "Napoleon", "Nikolaus", "Oskar", "Otto", "Paul", "Peter", "Philipp", "Pius", "Ramses",
        "Richard", "Rudolf", "Sigismund", "Wilhelm",
    }),
    scales=("Million", "Millionen", "Milliarde", "Milliarden", "Billion", "Billionen", "Mio.", "Mrd.", "Tausend"),
    phone_cues=("Tel.", "Telefon", "Fax", "Telefonnummer", "Handy", "Mobil", "Rufnummer"), extension="Durchwahl",
    openers=lines("german_openers"),
)  # fmt: skip
