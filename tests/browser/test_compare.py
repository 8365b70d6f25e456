"""The Compare tab: progress, Stop, the takes that can be heard, the numbers and the picture."""

import re

from gradio_client import Client
from playwright.sync_api import Page, expect

from tests.browser.running import SLOWLY, Open, Studio, wait_until


def opened(open_page: Open) -> Page:
    page = open_page(tab="Compare")
    page.locator("#compare [data-st=start] svg").wait_for()
    return page


def test_a_comparison_shows_numbers_sounds_and_a_picture(open_page: Open) -> None:
    page = opened(open_page)
    page.locator("#compare-text textarea").fill("One, two. Well <gasp> three.")
    page.locator("#compare [data-st=start]").click()
    expect(page.locator("#compare [data-st=status]")).to_have_text("Finished.", timeout=20_000)
    table = page.locator(".st-compare-table")
    assert table.locator("thead th").all_inner_texts() == ["Whole", "Clean stream", "Callback"]
    row = table.locator("tr", has_text="Largest difference")
    assert row.locator("td").all_inner_texts() == ["0", "0", "0"]
    expect(page.locator("#compare")).to_contain_text("smooth is left out")
    expect(page.locator("#compare .st-notices")).to_contain_text("<gasp>")
    picture = page.locator(".st-compare-picture img")
    assert wait_until(lambda: picture.evaluate("image => image.naturalWidth"), 5) == 1040
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download Clean stream as wav").click()
    assert waiting.value.suggested_filename == "clean.wav"
    page.get_by_role("button", name="Play clean stream").click()
    expect(page.get_by_role("button", name="Stop clean stream")).to_be_visible()
    expect(page.get_by_role("button", name="Play clean stream")).to_be_visible(timeout=20_000)
    assert page.locator("#compare [role=progressbar]").get_attribute("aria-valuenow") == "100"


def test_stop_ends_a_comparison_and_frees_the_model(open_page: Open, studio: Studio) -> None:
    client = Client(studio.address, verbose=False)
    page = opened(open_page)
    # As slow as a large model: the studio's answer is held back after its first event.
    page.evaluate(SLOWLY, ["/v1/audio/compare", [300]])
    page.locator("#compare-text textarea").fill("Many words follow here. " * 40)
    page.locator("#compare [data-st=start]").click()
    expect(page.locator("#compare [data-st=status]")).to_have_text(re.compile(r"Whole, 1 of 3: \d"))
    page.locator("#compare [data-st=stop]").click()
    expect(page.locator("#compare [data-st=status]")).to_have_text("Stopped.")
    expect(page.locator("#compare [data-st=start]")).to_be_enabled()
    wait_until(lambda: all(model["streams"] == 0 for model in client.predict(api_name="/models")), 5)


def test_what_goes_wrong_is_a_sentence(open_page: Open) -> None:
    page = opened(open_page)
    page.locator("#compare-text textarea").fill("  ")
    page.locator("#compare [data-st=start]").click()
    expect(page.locator("#st-notice")).to_contain_text("nothing to compare")
    page.locator("#compare-text textarea").fill("Hello.")
    page.evaluate("window.studio.compare.set({ voice: 'nobody<b>', timbre: '' })")
    page.locator("#compare [data-st=start]").click()
    expect(page.locator("#st-notice")).to_contain_text("nobody<b>")
    expect(page.locator("#compare [data-st=status]")).to_have_text("Failed.")
