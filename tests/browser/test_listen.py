"""/listen, heard: the socket's frames reach the audio thread, Stop silences it, a late frame is an underrun."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.running import Studio, Watch, wait_until

TEXT = "One, two, three. The quick brown fox."
LONG = "This sentence is one of very many. " * 250

OpenListen = Callable[..., Page]


@pytest.fixture
def open_listen(studio: Studio, browser: Browser, watch: Watch) -> Iterator[OpenListen]:
    contexts = []

    def opened(before: Callable[[Page], object] = lambda page: None, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": 900, "height": 800}, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch.attach(page)
        before(page)
        page.goto(f"{studio.address}/listen")
        wait_until(lambda: page.locator("#voice").input_value(), what="the voices are listed")
        return page

    yield opened
    for context in contexts:
        context.close()


def metrics(page: Page) -> dict[str, Any]:
    return page.evaluate("window.listen.metrics")


def test_start_is_heard_whole(open_listen: OpenListen, studio: Studio) -> None:
    page = open_listen()
    page.locator("#text").fill(TEXT)
    page.locator("#start").click()
    expect(page.locator("#status")).to_have_text("Finished.", timeout=20_000)
    now = metrics(page)
    assert now["loudest"] > 0.05, "the audio thread rendered sound well above -60 dBFS"
    assert now["played"] == now["received"] == now["complete"]["samples"] == len(studio.pcm16(TEXT)) // 2
    assert now["rate"] == 22050
    assert now["ttfaMs"] > 0
    assert now["firstMs"] > 0
    expect(page.locator("#underruns")).to_have_text(str(now["underruns"]))
    expect(page.locator("#ttfa")).to_have_text(f"{round(now['ttfaMs'])} ms")
    page.locator("#start").click()
    expect(page.locator("#status")).to_have_text("Speaking.")


def test_stop_is_silence_and_frees_the_model(open_listen: OpenListen, studio: Studio) -> None:
    client = Client(studio.address, verbose=False)
    page = open_listen()
    page.locator("#text").fill(LONG)
    page.locator("#text").press("Control+Enter")
    level = page.locator("#level")
    wait_until(lambda: int(level.get_attribute("aria-valuenow") or -60) > -40, what="the level rises")
    page.locator("#stop").click()
    expect(page.locator("#status")).to_have_text("Stopped.")
    expect(level).to_have_attribute("aria-valuenow", "-60")
    wait_until(lambda: all(model["streams"] == 0 for model in client.predict(api_name="/models")), 5)
    played = metrics(page)["played"]
    page.wait_for_timeout(400)
    assert metrics(page)["played"] == played
    page.locator("#text").fill(TEXT)
    page.locator("#start").click()
    expect(page.locator("#status")).to_have_text("Finished.", timeout=20_000)


def test_an_underrun_is_counted_and_a_longer_buffer_avoids_it(open_listen: OpenListen) -> None:
    """Each frame after the first is held back; a buffer longer than that hides it."""

    def late(route: WebSocketRoute) -> None:
        frames = 0
        server = route.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            nonlocal frames
            if isinstance(message, bytes):
                frames += 1
                if frames == 2:
                    time.sleep(1.5)
            elif '"stream_started"' in message:
                frames = 0
            route.send(message)

        server.on_message(pass_on)

    page = open_listen(before=lambda page: page.route_web_socket("**/ws/orpheus", late))
    page.locator("#text").fill("One. " * 5)
    page.locator("#buffer").fill("0")
    expect(page.locator("#buffer-ms")).to_have_text("0 ms")
    page.locator("#start").click()
    expect(page.locator("#status")).to_have_text("Finished.", timeout=20_000)
    torn = metrics(page)
    assert torn["underruns"] >= 1
    assert torn["played"] == torn["received"]
    expect(page.locator("#underruns")).to_have_text(str(torn["underruns"]))
    page.locator("#buffer").fill("2000")
    page.locator("#start").click()
    expect(page.locator("#status")).to_have_text("Finished.", timeout=20_000)
    assert metrics(page)["underruns"] == 0


def test_a_slow_machine_says_how_long_it_waits(open_listen: OpenListen) -> None:
    """The studio tells a lead of two seconds; the second frame is late by less."""

    def slow(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        frames = 0

        def pass_on(message: str | bytes) -> None:
            nonlocal frames
            if isinstance(message, str) and '"stream_started"' in message:
                message = json.dumps(json.loads(message) | {"lead_ms": 2000})
            elif isinstance(message, bytes):
                frames += 1
                if frames == 2:
                    time.sleep(1.2)
            route.send(message)

        server.on_message(pass_on)

    page = open_listen(before=lambda page: page.route_web_socket("**/ws/orpheus", slow))
    page.locator("#text").fill("One. " * 5)
    page.locator("#buffer").fill("0")
    page.locator("#start").click()
    expect(page.locator("#status")).to_contain_text("Starts in 2 s, so that it need not stop in the middle")
    page.locator("#buffer").fill("20")
    expect(page.locator("#status")).to_have_text("Finished.", timeout=20_000)
    now = metrics(page)
    assert now["underruns"] == 0
    assert now["played"] == now["received"]


def test_what_goes_wrong_is_a_sentence(open_listen: OpenListen) -> None:
    page = open_listen()
    page.locator("#voice").fill("nobody<b>")
    page.locator("#start").click()
    expect(page.locator("#status")).to_contain_text("nobody<b>")
    expect(page.locator("#start")).to_be_enabled()
    page.locator("#text").fill("  ")
    page.locator("#start").click()
    expect(page.locator("#status")).to_contain_text("nothing to say")
    page.locator("#text").fill("Well <gasp> yes.")
    page.locator("#voice").fill("en-us")
    page.locator("#start").click()
    expect(page.locator("#notices li")).to_contain_text("<gasp>")


def test_the_page_and_its_files_are_behind_the_same_door(studio: Studio) -> None:
    for address in ("/listen", "/listen/voices"):
        answer = httpx.get(studio.address + address, headers={"Origin": "http://elsewhere.example"})
        assert answer.status_code == 403
    assert httpx.get(f"{studio.address}/listen/routes.py").status_code == 404
    assert "default-src 'none'" in httpx.get(f"{studio.address}/listen").headers["content-security-policy"]
