"""What Ctrl does elsewhere, ⌘ does on a Mac: on the Speak tab, in the editor of transcripts and at /listen."""

from playwright.sync_api import expect

from tests.browser.running import Open, Studio
from tests.browser.test_editor import as_heard, opened, transcript  # noqa: F401  # fixtures
from tests.browser.test_listen import OpenListen, open_listen  # noqa: F401  # a fixture


def test_it_plays_what_was_typed(open_page: Open) -> None:
    page = open_page()
    page.locator("#speak-text textarea").fill("One, two.")
    page.locator("#speak-text textarea").press("Meta+Enter")
    expect(page.locator("#speak-player [data-st=status]")).to_have_text("Finished.", timeout=20_000)


def test_it_searches_and_takes_back_in_a_transcript(open_page: Open, studio: Studio) -> None:
    page = open_page("Transcribe")
    lines = opened(page)
    lines.first.fill("the quick red fox jumps")
    page.keyboard.press("Meta+z")
    expect(lines.first).to_have_text("the quick brown fox jumps")
    page.keyboard.press("Meta+f")
    expect(page.get_by_label("Find", exact=True)).to_be_visible()


def test_it_starts_a_stream(open_listen: OpenListen) -> None:  # noqa: F811
    page = open_listen()
    page.locator("#text").fill("One, two.")
    page.locator("#text").press("Meta+Enter")
    expect(page.locator("#status")).to_have_text("Finished.", timeout=20_000)
