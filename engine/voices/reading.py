"""A text to read aloud while one records, about a quarter of a minute, with most sounds of its language in it."""

from collections.abc import Mapping

from engine.voices.consent import spoken_language

TEXTS: Mapping[str, str] = {
    "en": "This morning I took the long way round the harbour. A fresh wind pushed the clouds over the hills, and gulls "
    "were laughing above the boats. Do you know that smell of rope, fish and coffee? An old man threw me an orange, "
    "just like that, and I thought: what a treasure of a day!",
    "de": "Heute früh bin ich den langen Weg um den Hafen gegangen. Ein frischer Wind schob die Wolken über die Hügel, "
    "und über den Booten lachten die Möwen. Kennst du diesen Geruch von Seil, Fisch und Kaffee? Ein alter Mann warf "
    "mir eine Orange zu, einfach so, und ich dachte: Was für ein schöner Tag!",
    "es": "Esta mañana di un largo paseo alrededor del puerto. Un viento fresco empujaba las nubes sobre las colinas, y "
    "las gaviotas reían encima de los barcos. ¿Conoces ese olor a cuerda, pescado y café? Un viejo me lanzó una "
    "naranja, sin más, y pensé: ¡qué día tan hermoso llevo ya!",
    "fr": "Ce matin, j'ai fait le grand tour du port. Un vent frais poussait les nuages au-dessus des collines, et les "
    "mouettes riaient au-dessus des bateaux. Connais-tu cette odeur de corde, de poisson et de café ? Un vieil homme "
    "m'a lancé une orange, comme ça, et j'ai pensé : quelle belle journée !",
    "hi": "आज सुबह मैं बंदरगाह के चारों ओर लंबे रास्ते से घूमने निकला। ठंडी हवा बादलों को पहाड़ियों के ऊपर धकेल रही थी, और नावों के "
    "ऊपर पक्षी शोर मचा रहे थे। क्या तुम रस्सी, मछली और चाय की वह खुशबू जानते हो? एक बूढ़े आदमी ने मुझे यूँ ही एक संतरा "
    "दिया, और मैंने सोचा: कितना अच्छा दिन है!",
    "it": "Stamattina ho fatto il giro lungo intorno al porto. Un vento fresco spingeva le nuvole sopra le colline, e i "
    "gabbiani ridevano sopra le barche. Conosci quell'odore di corda, di pesce e di caffè? Un vecchio mi ha lanciato "
    "un'arancia, così, senza motivo, e ho pensato: che splendida giornata!",
    "ja": "今朝は、港のまわりをゆっくり遠回りして歩きました。涼しい風が雲を丘の向こうへ押し流し、船の上ではカモメが笑うように鳴いていました。"
    "ロープと魚とコーヒーの、あの匂いを知っていますか。おじいさんが急にみかんを一つ投げてくれて、なんていい日だろうと思いました。",
    "ko": "오늘 아침에는 항구를 빙 돌아서 천천히 걸었습니다. 시원한 바람이 구름을 언덕 너머로 밀어내고, 배 위에서는 갈매기들이 웃는 "
    "것처럼 울었습니다. 밧줄과 생선과 커피가 섞인 그 냄새를 아세요? 어떤 할아버지가 갑자기 귤 하나를 던져 주셔서, 참 좋은 날이라고 "
    "생각했습니다.",
    "nl": "Vanmorgen liep ik met een grote omweg langs de haven. Een frisse wind duwde de wolken over de heuvels, en boven "
    "de boten lachten de meeuwen. Ken je die geur van touw, vis en koffie? Een oude man gooide me zomaar een "
    "sinaasappel toe, en ik dacht: wat een heerlijke dag is dit!",
    "pl": "Dziś rano poszedłem dookoła portu najdłuższą drogą. Świeży wiatr przesuwał chmury nad wzgórzami, a nad łodziami "
    "śmiały się mewy. Znasz ten zapach liny, ryby i kawy? Jakiś starszy pan rzucił mi nagle pomarańczę, a ja "
    "pomyślałem: cóż za piękny dzień!",
    "pt": "Hoje de manhã dei uma volta comprida em torno do porto. Um vento fresco empurrava as nuvens por cima das colinas, "
    "e as gaivotas riam sobre os barcos. Conhece aquele cheiro de corda, peixe e café? Um velho atirou-me uma laranja, "
    "sem mais nem menos, e eu pensei: que dia tão bonito!",
    "ru": "Сегодня утром я пошёл вокруг гавани длинной дорогой. Свежий ветер гнал облака над холмами, а над лодками "
    "смеялись чайки. Знаешь этот запах каната, рыбы и кофе? Какой-то старик вдруг бросил мне апельсин, и я подумал: "
    "что за чудесный день!",
    "tr": "Bu sabah limanın çevresini uzun yoldan dolaştım. Serin bir rüzgâr bulutları tepelerin üzerinden itiyordu, "
    "teknelerin üstünde de martılar gülüyordu. O halat, balık ve kahve kokusunu bilir misin? Yaşlı bir adam bana "
    "birdenbire bir portakal attı; ben de düşündüm: ne güzel bir gün!",
    "zh": "今天早上，我绕着港口走了一大圈。凉爽的风把云吹过山坡，海鸥在小船上面叫着，好像在笑。你知道绳子、鲜鱼和咖啡混在一起的味道吗？"
    "一位老人忽然扔给我一个橘子，我心里想：今天真是个好日子！",
}
"""By language."""


def text(language: str) -> str:
    """A text in somebody's language; English where there is none in it."""
    return TEXTS[spoken_language(language)]
