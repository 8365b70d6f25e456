"""The Pronunciations tab: written, heard, changed, found wrong, taken in and out, and chosen for a book."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.running import Open, Studio, Watch, show, wait_until


@pytest.fixture(autouse=True)
def nothing_kept(studio: Studio) -> Iterator[None]:
    clear(studio)
    yield
    clear(studio)


def clear(studio: Studio) -> None:
    for entry in entries(studio):
        httpx.delete(f"{studio.address}/v1/pronunciations/{entry['id']}")


def entries(studio: Studio) -> list[dict[str, Any]]:
    return httpx.get(f"{studio.address}/v1/pronunciations").json()["data"]


def keep(studio: Studio, **entry: Any) -> None:
    assert httpx.post(f"{studio.address}/v1/pronunciations", json=entry).status_code == 201


def fresh(page: Page) -> Locator:
    return page.get_by_role("form", name="Add a word")


def rows(page: Page) -> list[str]:
    return page.locator("#words tbody th").all_inner_texts()


def until_ended(page: Page, count: int) -> dict[str, Any]:
    script = "(count) => window.studio.metrics.plays.length >= count ? window.studio.metrics.plays.at(-1) : {}"
    return wait_until(lambda: (now := page.evaluate(script, count)).get("reason") and now)


def test_a_word_is_written_and_heard_with_the_keyboard_alone(open_page: Open, studio: Studio) -> None:
    page = open_page("Pronunciations")
    fresh(page).get_by_label("Word or phrase").focus()
    page.keyboard.type("Sybil")
    page.keyboard.press("Tab")
    page.keyboard.type("/sˈaɪbəlinə/")
    page.keyboard.press("Enter")
    expect(page.locator("#words tbody th")).to_have_text(["Sybil"])
    expect(fresh(page).get_by_label("Word or phrase")).to_be_focused()
    assert entries(studio)[0]["phonemes"] == "sˈaɪbəlinə"
    page.get_by_role("button", name="Listen to Sybil").focus()
    page.keyboard.press("Enter")
    heard = until_ended(page, 1)
    assert (heard["reason"], heard["samplesPlayed"]) == ("ended", len(studio.pcm16("Sybil")) // 2)
    show(page, "Speak")
    page.locator("#speak-text textarea").fill("Sybil")
    page.locator("#speak-player [data-st=play]").click()
    assert until_ended(page, 2)["samplesPlayed"] == heard["samplesPlayed"]
    plain = studio.pcm16("Sybil", saved_pronunciations=False)
    assert heard["samplesPlayed"] != len(plain) // 2


def test_what_is_wrong_is_said_beside_the_field(open_page: Open, watch: Watch, studio: Studio) -> None:
    watch.allow("status of 400")
    page = open_page("Pronunciations")
    form = fresh(page)
    add = form.get_by_role("button", name="Add")
    add.click()
    expect(form.get_by_role("alert")).to_have_text("Write the word first.")
    form.get_by_label("Word or phrase").fill("Sybil")
    add.click()
    expect(form.get_by_role("alert")).to_contain_text("how it is said")
    form.get_by_label("Phonemes").fill("5")
    add.click()
    expect(form.get_by_role("alert")).to_contain_text("“5” is no sound")
    expect(form.get_by_label("Phonemes")).to_be_focused()
    expect(form.get_by_label("Phonemes")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Phonemes").fill("sˈɪbəl")
    add.click()
    expect(page.locator("#words tbody th")).to_have_text(["Sybil"])
    form.get_by_label("Word or phrase").fill("sybil")
    form.get_by_label("or respelled").fill("Sigh bull")
    add.click()
    expect(form.get_by_role("alert")).to_contain_text("There is an entry for “sybil” already")
    assert len(entries(studio)) == 1


def test_an_entry_is_changed_in_its_place_and_deleted(open_page: Open, studio: Studio) -> None:
    keep(studio, word="live", phonemes="lˈaɪv")
    keep(studio, word="York", respelling="Yawk")
    page = open_page("Pronunciations")
    page.get_by_role("button", name="Change live").click()
    form = page.get_by_role("form", name="Change live")
    expect(form.get_by_label("Word or phrase")).to_be_focused()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    expect(page.get_by_role("button", name="Change live")).to_be_focused()
    page.keyboard.press("Enter")
    form.get_by_text("Only sometimes").click()
    form.get_by_label("Only where it is").select_option("adjective")
    form.get_by_label("Only with these capitals").check()
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#words tr[data-word=live] .st-badge")).to_have_text(["adjective", "exact capitals"])
    kept = next(entry for entry in entries(studio) if entry["word"] == "live")
    assert (kept["part_of_speech"], kept["match_case"]) == ("adjective", True)
    page.get_by_role("button", name="Delete live").click()
    expect(page.locator("#words tbody th")).to_have_text(["York"])
    assert [entry["word"] for entry in entries(studio)] == ["York"]


def test_a_file_comes_in_and_goes_out(open_page: Open, watch: Watch, tmp_path: Path) -> None:
    watch.allow("status of 400")
    page = open_page("Pronunciations")
    good, bad = tmp_path / "words.csv", tmp_path / "bad.csv"
    good.write_text("word,phonemes,respelling,book\nSybil,sˈɪbəl,,\nYork,,Yawk,Dune\n", encoding="utf-8")
    bad.write_text("word,phonemes\nok,a\n=SUM(1),a\n", encoding="utf-8")
    file = page.get_by_label("A CSV file to take in")
    file.set_input_files(good)
    expect(page.locator("#words tbody th")).to_have_text(["Sybil", "York"])
    expect(page.locator("#st-notice")).to_contain_text("words.csv: 2 new words.")
    file.set_input_files(bad)
    expect(page.locator("#st-notice")).to_contain_text("Line 3: “=SUM(1)” is a formula of a spreadsheet")
    assert rows(page) == ["Sybil", "York"]
    with page.expect_download() as saved:
        page.get_by_role("link", name="Export CSV").click()
    assert "York,,Yawk" in saved.value.path().read_text(encoding="utf-8-sig")
    page.get_by_label("Which entries").select_option(label="For “Dune”")
    expect(page.locator("#words tbody th")).to_have_text(["York"])
    page.get_by_label("Find a word").fill("nothing")
    expect(page.get_by_text("No entry fits.")).to_be_visible()


def test_what_people_write_is_text_and_never_markup(open_page: Open, studio: Studio) -> None:
    keep(studio, word="O“&amp;”'", respelling="x", book="<img src=x onerror=alert(1)>")
    page = open_page("Pronunciations")
    expect(page.locator("#words tbody .st-badge")).to_have_text(["“<img src=x onerror=alert(1)>”"])
    assert page.locator("#words img").count() == 0


def test_a_book_is_narrated_with_its_own_words(open_page: Open, studio: Studio) -> None:
    keep(studio, word="Arrakis", respelling="A rack is a rack is a rack", book="Dune")
    page = open_page("Audiobook")
    page.locator("#book-paste button").first.click()
    page.locator("#book-text textarea").fill("Arrakis is hot.")
    page.locator("#book-use-text").click()
    choice = page.get_by_label("Pronunciations", exact=True).locator("visible=true")
    expect(choice).to_have_value("=")
    assert page.evaluate("window.studio.book.plan().pronunciations") == ""
    choice.select_option(label="None")
    assert page.evaluate("window.studio.book.plan().pronunciations") is False
    choice.select_option(label="Yours, and those for “Dune”")
    assert page.evaluate("window.studio.book.plan().pronunciations") == "Dune"
    page.locator(".st-hear summary").first.click()
    page.get_by_role("button", name="Hear paragraph 1").click()
    heard = until_ended(page, 1)
    assert heard["samplesPlayed"] == len(studio.pcm16("Arrakis is hot.", book="Dune")) // 2
    assert heard["samplesPlayed"] > len(studio.pcm16("Arrakis is hot.")) // 2
    page.locator("#book-submit").click()
    job = wait_until(lambda: next(iter(studio.jobs()), None))
    done = wait_until(lambda: (now := studio.job(job["id"]))["status"] == "done" and now, 60)
    assert done["parts"][0]["audio_s"] > 2
    studio.clear()
    page.get_by_role("tab", name="Audiobook").click()
    page.locator("[data-st=title]").fill("Emma")
    page.get_by_role("button", name="Write them").click()
    expect(fresh(page).get_by_label("Only in the book")).to_have_value("Emma")
