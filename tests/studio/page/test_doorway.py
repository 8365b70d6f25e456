"""The way in: errors become sentences, a person's words stay words."""

import logging

import gradio as gr
import pytest

from engine.errors import OptionError
from studio.page.doorway import escape, kindly, plainly


def refuse() -> None:
    raise OptionError("There is no <b>voice</b> called x.")


def break_down() -> None:
    raise ValueError("/somewhere/on/this/machine")


def test_an_engine_error_is_its_sentence_escaped_for_people_and_plain_for_programs() -> None:
    with pytest.raises(gr.Error) as shown:
        kindly(refuse)()
    assert shown.value.message == "There is no &lt;b&gt;voice&lt;/b&gt; called x."
    with pytest.raises(gr.Error) as told:
        plainly(refuse)()
    assert told.value.message == "There is no <b>voice</b> called x."


def test_what_nobody_foresaw_is_logged_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(gr.Error) as shown:
        kindly(break_down)()
    assert "/somewhere" not in shown.value.message
    assert "/somewhere" in caplog.text


def test_escaped_text_is_neither_markup_nor_a_template() -> None:
    escaped = escape("<img onerror='x'> ${value} `{{value}}` \\ \"")
    assert not set("<>$`{\\\"'") & set(escaped)
