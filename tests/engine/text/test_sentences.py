"""Where sentences end, in several languages."""

import pytest

from engine.text.segment import prepare
from engine.tts.base import SegmentLimits

CASES = [
    ("en", '"Hello there," she said. "How are you? I am fine." He nodded.',
     ['"Hello there," she said.', '"How are you?', 'I am fine."', "He nodded."]),
    ("en", "‘Stop! Who goes there?’ he said. ‘Friend.’", ["'Stop!", "Who goes there?' he said.", "'Friend.'"]),
    ("en", "He said: “I came. I saw.” and left.", ["He said: “I came.", "I saw.” and left."]),
    ("en", "'Twas late. She left.", ["'Twas late.", "She left."]),
    ("en", "At 5 p.m. He left. At 5 p.m. on Monday he came.",
     ["At five PM.", "He left.", "At five PM on Monday he came."]),
    ("en", "It was I. He left. I like vitamin C. It is good. Plan B. Then go.",
     ["It was I.", "He left.", "I like vitamin C.", "It is good.", "Plan B.", "Then go."]),
    ("en", "i went home. it was late.", ["i went home.", "it was late."]),
    ("en", "Yahoo! is big. Jeopardy! is fun.", ["Yahoo! is big.", "Jeopardy! is fun."]),
    ("en", "Apples, etc. Then we left. Approx. 5 came.",
     ["Apples, et cetera.", "Then we left.", "Approximately five came."]),
    ("en", "(It was late. Very late.) Then he left.", ["(It was late.", "Very late.)", "Then he left."]),
    ("en", "Hmm… Maybe. Well… okay.", ["Hmm…", "Maybe.", "Well… okay."]),
    ("en", "J. K. Rowling wrote it. Lee H. Oswald did it.", ["J K Rowling wrote it.", "Lee H Oswald did it."]),
    ("en", "Go to https://a.com/x. Then stop.", ["Go to a dot com slash x.", "Then stop."]),
    ("en", "Hi!He left.No more.", ["Hi!", "He left.", "No more."]),
    ("en", "Wait — what? — yes.", ["Wait — what? — yes."]),
    ("fr", "M. Dupont est là. « Bonjour ! Ça va ? » dit-il.",
     ["monsieur Dupont est là.", "« Bonjour!", "Ça va? » dit-il."]),
    ("de", "Am 3. Oktober war es z. B. kalt. „Komm! Geh!“ Der 2. Mann kam.",
     ["Am dritten Oktober war es zum Beispiel kalt.", "„Komm!", "Geh!“", "Der zweite Mann kam."]),
    ("es", "¿Qué tal? El Sr. Pérez vino. ¡Hola!", ["¿Qué tal?", "El señor Pérez vino.", "¡Hola!"]),
    ("zh", "“走吧。”他说。好！真的？", ["“走吧。”", "他说。", "好！", "真的？"]),
    ("ja", "「行こう！」と言った。終わり。", ["「行こう！」と言った。", "終わり。"]),
    ("hi", "यह एक है। दो?", ["यह एक है।", "दो?"]),
    ("ru", "Он ушёл. «Да. Нет.» Конец.", ["Он ушёл.", "«Да.", "Нет.»", "Конец."]),
    ("ar", "مرحبا. كيف حالك؟ نعم.", ["مرحبا.", "كيف حالك؟", "نعم."]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "sentences"), CASES, ids=[text for _, text, _ in CASES])
def test_sentences_end_here(language: str, text: str, sentences: list[str], roomy: SegmentLimits) -> None:
    assert [segment.text for segment in prepare(text, language, roomy)] == sentences
