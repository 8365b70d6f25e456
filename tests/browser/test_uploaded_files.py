"""A book in HTML, dropped on the page and opened by its own address, runs nothing and reads nothing of the studio."""

from pathlib import Path

import httpx
from playwright.sync_api import Error, Page, expect

from tests.browser.running import PATIENCE_S, Open, Studio, Watch

SCRIPT = "<script>fetch('/v1/jobs').then((answer) => { document.title = 'RAN ' + answer.status; });</script>"
BOOK = f"<html><head><title>A book</title>{SCRIPT}</head><body><h1>One</h1><p>Some words.</p></body></html>"


def opened(page: Page, address: str) -> str:
    """Go there in a new tab: what became of it."""
    tab = page.context.new_page()
    try:
        tab.goto(address)
    except Error as exc:
        return "saved" if "Download is starting" in str(exc) else str(exc)
    else:
        return tab.title()
    finally:
        tab.close()


def upload(studio: Studio, name: str, content: bytes) -> str:
    """Its address."""
    (signed,) = httpx.post(f"{studio.address}/gradio_api/upload", files={"files": (name, content)}).json()
    return f"{studio.address}/gradio_api/file={signed}"


def test_a_dropped_page_is_a_file(open_page: Open, tmp_path: Path) -> None:
    page = open_page(tab="Audiobook")
    book = tmp_path / "A Book.html"
    book.write_text(BOOK)
    page.locator("#book-file input[type=file]").set_input_files(book)
    link = page.locator("#book-file a[href*='file=']").first
    link.wait_for()
    assert opened(page, link.get_attribute("href") or "") == "saved"


def test_a_script_does_not_load_a_sound_plays_and_a_text_is_shown(
    open_page: Open, studio: Studio, watch: Watch
) -> None:
    watch.allow(r"console: .*(a\.js|Content Security Policy|MIME)")
    page = open_page()
    load = """(address) => new Promise((done) => {
        const script = document.createElement("script");
        script.onload = () => done("ran"); script.onerror = () => done("refused");
        script.src = address; document.head.append(script);
    })"""
    assert page.evaluate(load, upload(studio, "a.js", b"document.title = 'RAN'")) == "refused"
    assert page.title() != "RAN"

    spoken = {"input": "One two three.", "voice": "en-us"}
    sound = httpx.post(f"{studio.address}/v1/audio/speech", json=spoken, timeout=60).content
    play = """(address) => new Promise((done) => {
        const audio = new Audio(address);
        audio.addEventListener("timeupdate", () => audio.currentTime > 0 && done("plays"));
        audio.addEventListener("error", () => done("fails " + audio.error?.message));
        audio.play();
    })"""
    assert page.evaluate(play, upload(studio, "a.mp3", sound)) == "plays"

    tab = page.context.new_page()
    tab.goto(upload(studio, "a.txt", SCRIPT.encode()))
    expect(tab.locator("body")).to_contain_text("fetch", timeout=PATIENCE_S * 1000)
    assert tab.title() == ""
