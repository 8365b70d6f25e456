"""A book goes in on one tab and comes out on another; the page may be reloaded and the studio restarted on the way."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import PROJECT, Open, Studio, Watch, show, wait_until

BOOK = PROJECT / "examples" / "aesop.epub"

HOSTILE = """# A book ${window.hurt=1}

## One <img src=x onerror="window.hurt=1">

The first chapter has <script>window.hurt=1</script> some words in it, enough to be spoken.

## Two {{value}} `${window.hurt=1}`

The second chapter has a few more words than the first one has, and it ends here.

## Three

The third chapter is short.
"""


@pytest.fixture(autouse=True)
def empty(studio: Studio) -> None:
    studio.clear()


def drop(page: Page, path: Path) -> None:
    page.locator("#book-file input[type=file]").set_input_files(path)


def test_a_book_is_dropped_narrated_watched_through_a_reload_and_downloaded(
    open_page: Open, studio: Studio, tmp_path: Path
) -> None:
    page = open_page("Audiobook")
    drop(page, BOOK)
    chapters = page.locator(".st-chapter")
    expect(chapters).to_have_count(8)
    assert page.get_by_label("Title", exact=True).input_value() == "Aesop’s Fables: A Small Selection"
    assert page.get_by_label("Author", exact=True).input_value() == "Aesop"
    expect(page.locator(".st-cover")).to_be_visible()
    ticked = [box.is_checked() for box in chapters.get_by_role("checkbox").all()]
    assert ticked == [False, True, True, True, True, True, False, False]
    expect(page.locator(".st-notices")).to_contain_text("Skipped 1 front-matter section")
    expect(page.locator(".st-summary")).to_contain_text("5 of 8 chapters · 1,976 words · about 12 min")

    chapters.nth(1).locator("summary").click()
    chapters.nth(1).get_by_role("button", name="Hear paragraph 1", exact=True).click()
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.clickToSoundMs"), what="a paragraph is heard")
    page.evaluate("window.studio.player.stop()")

    for number in (3, 4, 5):
        chapters.nth(number).get_by_role("checkbox").uncheck()
    expect(page.locator(".st-summary")).to_contain_text("2 of 8 chapters · 700 words")
    page.get_by_role("button", name="Narrate").click()
    job = page.locator(".st-job")
    expect(job).to_have_count(1)
    expect(job.locator("h3")).to_have_text("Aesop’s Fables: A Small Selection")

    page.reload()
    show(page, "Jobs")
    expect(job).to_have_attribute("data-status", "done", timeout=60_000)
    expect(job.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    with page.expect_download() as waiting:
        job.locator("a[data-kind=m4b]").click()
    waiting.value.save_as(tmp_path / "book.m4b")
    assert (tmp_path / "book.m4b").read_bytes()[4:8] == b"ftyp"
    assert {link.get_attribute("data-kind") for link in job.locator("a[data-kind]").all()} >= {
        "m4b",
        "srt",
        "vtt",
        "json",
    }

    expect(job.locator(".st-part")).to_have_count(2)
    job.locator("details").evaluate("(one) => (one.open = true)")
    with page.expect_response(lambda answer: "/parts/0/audio" in answer.url) as sound:
        job.get_by_role("button", name="Listen to Chapter I:").click()
    assert sound.value.ok
    job.get_by_role("button", name="Delete").click()
    job.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(job).to_have_count(0)
    assert studio.jobs() == []


def test_chapters_are_renamed_and_merged_and_hostile_words_stay_words(
    open_page: Open, studio: Studio, tmp_path: Path
) -> None:
    hostile = tmp_path / 'evil"><img src=x onerror=window.hurt=1>.md'
    hostile.write_text(HOSTILE, encoding="utf-8")
    page = open_page("Audiobook")
    drop(page, hostile)
    titles = page.locator(".st-chapter .st-title")
    expect(titles).to_have_count(3)
    page.locator(".st-chapter").nth(1).locator("summary").click()
    expect(page.locator(".st-paragraphs li").first).to_be_visible()
    page.get_by_role("button", name="Merge Three into the chapter above").click()
    expect(titles).to_have_count(2)
    titles.nth(1).fill("Second <b>& last</b>")
    page.get_by_label("Title", exact=True).fill("Mine <i>alone</i>")
    page.get_by_label("Author", exact=True).fill("Me, You")
    page.get_by_role("button", name="Narrate").click()
    job = page.locator(".st-job")
    expect(job.locator("h3")).to_have_text("Mine <i>alone</i>")
    expect(job.locator(".st-part-name p")).to_have_text([titles_of(studio)[0], "Second <b>& last</b>"])
    assert "<img" in titles_of(studio)[0] or "One" in titles_of(studio)[0]
    assert page.evaluate("window.hurt") is None


def titles_of(studio: Studio) -> list[str]:
    return [part["title"] for part in studio.jobs()[0]["parts"]]


def test_a_pasted_text_is_a_book(open_page: Open) -> None:
    page = open_page("Audiobook")
    page.locator("#book-paste button").first.click()
    page.locator("#book-text textarea").fill("Chapter 1\n\nSome words.\n\nChapter 2\n\nMore words here.")
    page.get_by_role("button", name="Use this text").click()
    expect(page.locator(".st-chapter")).to_have_count(2)


def test_what_is_not_a_book_is_one_sentence(open_page: Open, tmp_path: Path, watch: Watch) -> None:
    broken = tmp_path / "broken.epub"
    broken.write_bytes(b"not a zip at all")
    page = open_page("Audiobook")
    drop(page, broken)
    toast = page.locator(".toast-body")
    expect(toast).to_be_visible()
    assert "Traceback" not in toast.inner_text()
    assert toast.inner_text().strip().endswith((".", "?"))
    expect(page.locator(".st-chapter")).to_have_count(0)


def test_narrating_without_a_book_is_one_sentence(open_page: Open) -> None:
    page = open_page("Audiobook")
    page.get_by_role("button", name="Narrate").click()
    expect(page.locator(".toast-body")).to_contain_text("There is no book yet: drop a file in, or paste a text.")


def test_a_book_survives_a_restart_of_the_studio(open_page: Open, studio: Studio, watch: Watch) -> None:
    watch.allow(r"Failed to fetch|net::|WebSocket|Could not|Connection errored|Failed to load|status of 5|^5\d\d from")
    job_id = studio.submit("A line to be read aloud, and another. " * 500, format="wav", loudness="none")
    page = open_page("Jobs")
    job = page.locator(".st-job")
    expect(job).to_have_attribute("data-status", "running", timeout=20_000)
    studio.stop()
    expect(page.locator("#jobs [data-st=away]")).to_contain_text("The studio does not answer")
    expect(job).to_have_count(1)
    studio.start()
    expect(page.locator("#jobs [data-st=away]")).to_be_hidden(timeout=20_000)
    expect(job).to_have_attribute("data-status", "done", timeout=60_000)
    assert httpx.get(f"{studio.address}/v1/jobs/{job_id}").json()["status"] == "done"
