"""A model that is not here is downloaded for a job only when the person has said so, having seen its size."""

import re

import httpx
from playwright.sync_api import expect

from tests.browser.running import Open, Studio, click_until_shown, wait_until


def test_narrate_asks_with_the_size_before_anything_is_queued(open_page: Open, studio: Studio) -> None:
    studio.clear()
    page = open_page("Audiobook")
    page.locator("#book-paste button").first.click()
    page.locator("#book-text textarea").fill("Chapter 1\n\nNobody has been asked.")
    page.get_by_role("button", name="Use this text").click()
    expect(page.locator(".st-chapter")).to_have_count(1)
    page.evaluate("window.studio.book.who = () => ['hexgrad/Kokoro-82M', null]")
    question = page.locator("#book-consent [role=alertdialog]")
    for _ in range(2):  # whoever said no is asked again
        page.get_by_role("button", name="Narrate").click()
        expect(question).to_contain_text(re.compile(r"not on this machine. Get it first, \d+ MB"))
        assert studio.jobs() == []
        question.get_by_role("button", name="Not now").click()
        expect(question).to_have_count(0)
    page.get_by_role("button", name="Narrate").click()
    question.get_by_role("button", name=re.compile("Get it")).click()
    wait_until(studio.jobs, what="the job is queued")
    expect(question).to_have_count(0)
    # This studio is offline, so the job fails; what matters is that it was allowed to try.
    studio.clear()


def test_transcribe_asks_once_for_all_and_keeps_the_files(open_page: Open, studio: Studio) -> None:
    studio.clear()
    page = open_page("Transcribe")
    sound = studio.outputs.parent / "hello.wav"
    sound.write_bytes(studio_wav(studio))
    page.locator("#recording-file input[type=file]").set_input_files([str(sound)])
    expect(page.locator("#recording-file")).to_contain_text("hello")
    page.locator("#recording-model input").click()
    page.get_by_role("option", name="Parakeet TDT 110M").first.click()
    question = page.locator("#recording-consent [role=alertdialog]")
    click_until_shown(page.get_by_role("button", name="Transcribe", exact=True), question)
    expect(question).to_contain_text(re.compile(r"\d+ MB"))
    assert studio.jobs() == []
    expect(page.locator("#recording-file")).to_contain_text("hello")
    question.get_by_role("button", name=re.compile("Get it")).click()
    wait_until(studio.jobs, what="the job is queued")
    expect(page.locator("#recording-file")).not_to_contain_text("hello")
    page.close()
    studio.clear()


def studio_wav(studio: Studio) -> bytes:
    body = {"input": "Hello.", "voice": "en-us", "response_format": "wav"}
    return httpx.post(f"{studio.address}/v1/audio/speech", json=body, timeout=30).content
