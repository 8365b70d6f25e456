"""A studio with a login, seen by two people: each signs in, hears and keeps, and neither sees the other's things."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import Studio, Watch, running_studio, show


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    users = json.dumps({"ada": "ada-has-a-long-key", "eve": "eve-has-a-long-key"})
    with running_studio(tmp_path_factory.mktemp("guarded"), STUDIO_USERS=users, STUDIO_WORKERS="0") as one:
        yield one


def sign_in(browser: Browser, studio: Studio, name: str, watch: Watch) -> Page:
    page = browser.new_context().new_page()
    watch.attach(page)
    page.goto(studio.address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Key").fill(f"{name}-has-a-long-key")
    page.keyboard.press("Enter")
    page.locator("#speak-player .st-play svg").wait_for()
    return page


def speak(page: Page, text: str) -> None:
    page.locator("#speak-text textarea").fill(text)
    page.locator("#speak-player [data-st=play]").click()
    expect(page.locator("#speak-player [data-st=status]")).to_have_text("Finished.")


def test_two_people_share_a_studio_and_nothing_else(browser: Browser, guarded: Studio) -> None:
    watch = Watch(guarded.address)
    ada, eve = (sign_in(browser, guarded, name, watch) for name in ("ada", "eve"))
    speak(ada, "This is mine.")
    expect(ada.locator(".st-clip p")).to_have_text(["This is mine."])
    eve.reload()
    expect(eve.locator("#speak-clips [data-st=empty]")).to_be_visible()
    speak(eve, "And this is mine.")
    expect(eve.locator(".st-clip p")).to_have_text(["And this is mine."])

    # A book that Ada has open is not there for Eve, who knows its id.
    ada.get_by_role("tab", name="Audiobook").click()
    ada.locator("#book-paste button").first.click()
    ada.locator("#book-text textarea").fill("Chapter 1\n\nNobody else may read this.")
    ada.get_by_role("button", name="Use this text").click()
    expect(ada.locator(".st-chapter")).to_have_count(1)
    plan: dict[str, Any] = ada.evaluate("window.studio.book.plan()")
    eve.get_by_role("tab", name="Audiobook").click()
    eve.locator("#book-submit").wait_for()
    eve.evaluate("(plan) => { window.studio.book.plan = () => plan; }", plan)
    eve.get_by_role("button", name="Narrate").click()
    expect(eve.locator(".toast-body")).to_contain_text("no longer open")

    eve.get_by_role("link", name="Sign out").click()
    eve.get_by_role("button").first.click()
    eve.get_by_label("Key").wait_for()
    watch.check()
    for page in (ada, eve):
        page.context.close()


def test_the_first_person_keeps_the_models(browser: Browser, guarded: Studio) -> None:
    watch = Watch(guarded.address)
    ada, eve = (sign_in(browser, guarded, name, watch) for name in ("ada", "eve"))
    for page in (ada, eve):
        show(page, "Models")
        page.locator('[data-model="hexgrad/Kokoro-82M"]').wait_for()
    expect(ada.get_by_role("button", name="Get: Kokoro 82M (as published)", exact=True)).to_be_visible()
    expect(eve.get_by_role("button", name="Get: Kokoro 82M (as published)", exact=True)).to_be_hidden()
    client = Client(guarded.address, auth=("eve", "eve-has-a-long-key"), verbose=False)
    for action in ("get", "stop", "unload", "remove"):
        with pytest.raises(AppError, match="Only the keeper"):
            client.predict("hexgrad/Kokoro-82M", action, api_name="/model_action")
    client = Client(guarded.address, auth=("ada", "ada-has-a-long-key"), verbose=False)
    assert client.predict("hexgrad/Kokoro-82M", "unload", api_name="/model_action")
    watch.check()
    for page in (ada, eve):
        page.context.close()
