"""A trained Parakeet behind the doors: a recording posted by OpenAI's client comes back as the words that were said."""

import io
from itertools import chain
from typing import Any

import openai
import soundfile

from tests.sixty_words import MODEL, SAMPLE_RATE, in_one_go, unheard, wrong

Studio = Any  # conftest.Studio


def test_openai_client_gets_the_words_that_were_said(studio: Studio) -> None:
    lines = unheard(16, seed=7, voices="held_out_speeds")
    said = list(chain.from_iterable(line.words for line in lines))
    file = io.BytesIO()
    soundfile.write(file, in_one_go(lines), SAMPLE_RATE, format="WAV")
    ears = openai.OpenAI(base_url=f"{studio.url}/v1", api_key="anything", max_retries=0).audio.transcriptions
    answer = ears.create(
        model=str(MODEL),
        file=("words.wav", file.getvalue()),
        response_format="verbose_json",
        timestamp_granularities=["word"],
    )
    assert wrong(said, answer.text.split()) < 0.1
    assert answer.words is not None
    assert [word.word for word in answer.words] == answer.text.split()
