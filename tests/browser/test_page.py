"""The page as a whole: narrow and wide, light and dark, with labels, without strangers."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.running import PROJECT, Open, Studio, show, wait_until

TABS = ("Speak", "Audiobook", "Transcribe", "Captions", "Jobs", "Compare", "Models")

UNNAMED = """() => [...document.querySelectorAll(
    'button, input, textarea, select, a[href], [role=meter], [role=progressbar], canvas')]
  .filter((one) => one.offsetParent !== null && one.type !== 'hidden' && !one.closest('[aria-hidden=true]'))
  .filter((one) => !(one.getAttribute('aria-label') || one.getAttribute('aria-labelledby') || one.innerText?.trim()
    || one.labels?.length || one.title || one.type === 'file'))
  .map((one) => one.outerHTML.slice(0, 160))"""

CUT = """() => { const wide = document.documentElement.scrollWidth; return wide > innerWidth ? wide : 0; }"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_tab_fits_its_width_and_names_its_controls(open_page: Open, width: int, theme: str) -> None:
    page = open_page(width=width, theme=theme)
    for tab in TABS:
        show(page, tab)
        page.wait_for_timeout(250)
        assert page.evaluate(CUT) == 0, f"{tab} scrolls sideways at {width} px"
        assert page.evaluate(UNNAMED) == [], f"{tab} has controls without a name"


def test_a_book_and_its_job_fit_a_phone(open_page: Open, studio: Studio) -> None:
    studio.clear()
    page = open_page("Audiobook", width=390)
    page.locator("#book-file input[type=file]").set_input_files(PROJECT / "examples" / "aesop.epub")
    page.locator(".st-chapter").first.wait_for()
    page.locator(".st-hear summary").nth(1).click()
    page.locator(".st-paragraphs li").first.wait_for()
    assert page.evaluate(CUT) == 0
    page.get_by_role("button", name="Narrate").click()
    page.locator(".st-job").wait_for()
    assert page.evaluate(CUT) == 0
    studio.clear()


def background(page: Page) -> int:
    """How bright the page is, 0 to 255."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in colour.strip("rgb()").split(",")[:3]) // 3


def test_dark_and_light_follow_the_system_and_the_button_is_remembered(open_page: Open) -> None:
    assert background(open_page(theme="dark")) < 60
    page = open_page(theme="light")
    assert background(page) > 200
    page.get_by_role("button", name="Use the dark theme").click()
    assert background(page) < 60
    page.reload()
    page.get_by_role("button", name="Use the light theme").wait_for()
    assert background(page) < 60


def test_tabs_are_reached_by_keyboard(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("tab", name="Speak").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Audiobook")).to_have_attribute("aria-selected", "true")


def test_gradio_shows_no_footer_and_calls_nobody(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("footer")).to_be_hidden()
    assert page.evaluate(
        "performance.getEntriesByType('resource').every((one) => one.name.startsWith(location.origin))"
    )


@pytest.mark.skipif(not os.environ.get("STUDIO_SCREENSHOT"), reason="STUDIO_SCREENSHOT=1 renews the README's picture")
def test_screenshot_for_the_readme(open_page: Open, studio: Studio) -> None:
    studio.clear()
    for voice, text in (
        ("es", "Buenas tardes."),
        ("de+m3", "Guten Abend, liebe Leute."),
        ("en-gb+f3", "All this happened, more or less."),
    ):
        studio.keep(text, voice)
    page = open_page(height=860)
    page.locator("#speak-player [data-st=play]").click()
    page.wait_for_timeout(3600)
    target = PROJECT / "docs" / "screenshot.png"
    target.parent.mkdir(exist_ok=True)
    page.screenshot(path=Path(target))
    studio.clear()


def test_models_are_found_by_what_they_are_and_what_they_know(open_page: Open) -> None:
    page = open_page("Models")
    page.locator('[data-model="espeak-ng"]').wait_for()
    shown = page.locator("[data-model]:visible")
    everything = shown.count()
    find = page.get_by_label("Find a model")
    find.fill("kokoro 4 bit")
    expect(shown).to_have_count(1)
    find.fill("parakeet japanese")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Japanese")
    find.fill("nothing like that")
    expect(shown).to_have_count(0)
    expect(page.get_by_text("No model is called so")).to_be_visible()
    find.fill("")
    expect(shown).to_have_count(everything)


def test_a_press_that_comes_before_the_scripts_is_heard_once_they_are_there(browser: Browser, studio: Studio) -> None:
    context = browser.new_context()
    page = context.new_page()
    held: list[Route] = []
    page.route("**/main.js", lambda route: held.append(route))
    page.goto(studio.address, wait_until="commit")
    page.locator("#speak-player [data-st=play]").click()
    wait_until(lambda: held, what="the scripts are asked for")
    assert page.evaluate("window.studio") is None
    held[0].continue_()
    wait_until(lambda: page.evaluate("window.studio?.metrics.plays.length") == 1, what="it plays")
    context.close()
