"""Emotion tags on the page: inserted at the cursor, lit where they stand, told where a voice cannot do them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Open, Studio, show, wait_until
from tests.browser.test_speaking import press_play, until_ended

TAGS = ["laugh", "chuckle", "sigh", "cough", "sniffle", "groan", "yawn", "gasp"]


@pytest.fixture(autouse=True)
def empty(studio: Studio) -> None:
    studio.clear()


def put_cursor(page: Page, start: int, end: int | None = None) -> None:
    area = page.locator("#speak-text textarea")
    area.focus()
    area.evaluate("(area, [start, end]) => area.setSelectionRange(start, end)", [start, start if end is None else end])


def lit(page: Page, box: str = "speak") -> list[tuple[str, bool]]:
    """The tags that have light, and whether the voice can do them."""
    marks = page.locator(f"#{box}-text .st-tag-mirror mark")
    return [(mark.inner_text(), "st-tag-off" not in (mark.get_attribute("class") or "")) for mark in marks.all()]


def test_the_palette_inserts_at_the_cursor_and_undo_takes_it_back(open_page: Open) -> None:
    page = open_page()
    area = page.locator("#speak-text textarea")
    palette = page.locator("#speak-text-tags .st-tags")
    assert palette.locator("button").all_inner_texts() == [f"<{name}>" for name in TAGS]
    area.fill("Well, look at that.")
    put_cursor(page, 5)
    palette.get_by_text("<sigh>").click()
    assert area.input_value() == "Well, <sigh> look at that."
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA", "one goes on writing"
    page.keyboard.type(" oh")
    assert area.input_value() == "Well, <sigh> oh look at that."
    for _ in range(4):
        page.keyboard.press("Control+z")
        if area.input_value() == "Well, look at that.":
            break
    assert area.input_value() == "Well, look at that."
    put_cursor(page, 6, 10)
    palette.get_by_text("<gasp>").click()
    assert area.input_value() == "Well, <gasp> at that."


def test_the_palette_is_one_stop_of_the_tab_key_and_arrows_go_along_it(open_page: Open) -> None:
    page = open_page()
    area = page.locator("#speak-text textarea")
    area.fill("Well.")
    put_cursor(page, 5)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.tag") == "laugh"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert area.input_value() == "Well. <sigh>"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.tag") == "sigh"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.tag") == "gasp"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.st") == "play"


def test_typed_tags_are_lit_exactly_where_they_stand(open_page: Open) -> None:
    page = open_page()
    area = page.locator("#speak-text textarea")
    area.fill("Well <Gasp> then <sigh> a < b > c <b>bold</b> <wink>.\n" + "More words to wrap. " * 40)
    area.press("Control+End")
    page.keyboard.type("<sigh>")
    wait_until(lambda: lit(page) == [("<Gasp>", False), ("<sigh>", True), ("<wink>", False), ("<sigh>", True)], 5)
    place = page.evaluate(
        """() => { const area = document.querySelector('#speak-text textarea');
          const mark = document.querySelector('#speak-text .st-tag-mirror mark');
          const mirror = document.querySelector('#speak-text .st-tag-mirror');
          const [a, m] = [area.getBoundingClientRect(), mirror.getBoundingClientRect()];
          const bar = area.offsetWidth - area.clientWidth - 2 * area.clientLeft;
          return { dx: a.x - m.x, dy: a.y - m.y, dw: Math.round(100 * (a.width - m.width - bar)),
            same: mirror.textContent === area.value + "\\n", scrolled: mirror.scrollTop === area.scrollTop,
            shown: mark.getBoundingClientRect().height > 10 }; }"""
    )
    assert place == {"dx": 0, "dy": 0, "dw": 0, "same": True, "scrolled": True, "shown": True}
    area.fill("No tag here.")
    wait_until(lambda: lit(page) == [], 5)


def test_what_the_voice_cannot_do_is_told_before_and_after_and_never_read_aloud(
    open_page: Open, studio: Studio
) -> None:
    page = open_page()
    note = page.locator("#speak-text-tags .st-tags-note")
    page.locator("#speak-text textarea").fill("Well <gasp> and <laugh> look <wink> at that.")
    expect(note).to_contain_text("eSpeak NG cannot do <gasp> and <laugh>: they will be left out.")
    expect(note).to_contain_text("<wink> is no tag that eSpeak NG knows: it will be left out.")
    press_play(page)
    expect(page.locator("#st-notice")).to_contain_text("was left out")
    play = until_ended(page)
    assert play["samplesPlayed"] == len(studio.pcm16("Well and look at that.")) // 2
    page.locator("#speak-text textarea").fill("Well <sigh> look at that.")
    expect(note).to_have_text("")


def test_the_light_follows_the_model(open_page: Open) -> None:
    page = open_page()
    page.locator("#speak-text textarea").fill("Well <gasp> and <sigh>.")
    wait_until(lambda: lit(page) == [("<gasp>", False), ("<sigh>", True)], 5)
    page.evaluate("window.studio.speak.set({ model: 'canopylabs/orpheus-3b-0.1-ft' })")
    wait_until(lambda: lit(page) == [("<gasp>", True), ("<sigh>", True)], 5)
    expect(page.locator("#speak-text-tags .st-tag-off")).to_have_count(0)
    page.evaluate("window.studio.speak.set({ model: 'hexgrad/Kokoro-82M' })")
    wait_until(lambda: lit(page) == [("<gasp>", False), ("<sigh>", False)], 5)
    expect(page.locator("#speak-text-tags .st-tags-note")).to_contain_text(
        "Kokoro 82M (as published) cannot do <gasp> and <sigh>"
    )


def test_a_book_tells_which_of_its_tags_will_be_left_out(open_page: Open) -> None:
    page = open_page(tab="Audiobook")
    page.get_by_text("Or paste a text").click()
    area = page.locator("#book-text textarea")
    area.fill("Chapter 1\n\nOh")
    page.locator("#book-text-tags .st-tags").get_by_text("<gasp>").click()
    assert area.input_value().endswith("Oh <gasp>")
    page.keyboard.type(" no <sigh>, said Ada.")
    wait_until(lambda: lit(page, "book") == [("<gasp>", False), ("<sigh>", True)], 5)
    page.locator("#book-use-text").click()
    expect(page.locator("#book .st-tags-note")).to_have_text("eSpeak NG cannot do <gasp>: it will be left out.")
    show(page, "Speak")
