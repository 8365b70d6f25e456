"""Voices on the page: each can be heard, blends are mixed and kept, and a model that is not here says so."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import Open, Studio, Watch, free_port, running_studio, show, wait_until
from tests.engine.tts.kokoro.checkpoints import hexgrad

KOKORO = "hexgrad/Kokoro-82M"
COMMIT = "a" * 40


def choose_model(page: Page, name: str) -> None:
    page.locator("#speak-model input").click()
    page.get_by_role("option", name=name, exact=True).click()


def test_a_voice_is_heard_once_made_and_kept(open_page: Open, studio: Studio) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: "/preview" in request.url and asked.append(request.url))
    page.get_by_role("button", name="Hear this voice").locator("visible=true").click()
    expect(page.locator("#speak-preview button")).to_have_text("Stop")
    expect(page.locator("#speak-preview button")).to_have_text("Hear this voice")
    assert len(asked) == 1
    folder = studio.outputs / "cache" / "previews"
    assert len(list(folder.glob("*.wav"))) == 1
    page.locator("#speak-preview button").click()
    expect(page.locator("#speak-preview button")).to_have_text("Stop")
    page.locator("#speak-preview button").click()
    expect(page.locator("#speak-preview button")).to_have_text("Hear this voice")
    assert len(list(folder.glob("*.wav"))) == 1


def test_kokoro_is_offered_with_its_size_and_an_offline_studio_says_so_and_speaks_on(
    open_page: Open, studio: Studio
) -> None:
    page = open_page("Models")
    card = page.locator(f'[data-model="{KOKORO}"]')
    expect(card.locator(".st-job-sub .st-badge")).to_have_text("not downloaded")
    expect(card.locator("dl")).to_contain_text(re.compile(r"Size\s*3\d\d(\.\d)? MB"))
    card.get_by_role("button", name="Get: Kokoro 82M (as published)").click()
    expect(card.locator(".st-trouble")).to_contain_text("The studio is offline now: allow the network once")
    expect(card.get_by_role("button", name="Get: Kokoro 82M (as published)")).to_be_visible()
    show(page, "Speak")
    page.locator("#speak-text textarea").fill("The built-in voice goes on.")
    page.locator("#speak-player [data-st=play]").click()
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.reason") == "ended")
    assert page.evaluate("window.studio.metrics.plays.at(-1).loudest") > 0.05


def test_the_natural_set_is_part_of_the_studio_and_is_got_like_any_model(open_page: Open) -> None:
    page = open_page("Models")
    for model, name, size in (("kokoro", "Kokoro 82M", 6), ("whisper-base", "Whisper base", 15), ("voice-encoder", "Voice encoder", 1)):
        card = page.locator(f'[data-model="{model}"]')
        expect(card.locator(".st-job-sub .st-badge")).to_have_text("not downloaded")
        expect(card.locator("dl")).to_contain_text(re.compile(rf"Size\s*part of the studio, {size}\d.* MB to get"))
        card.get_by_role("button", name=f"Get: {name}", exact=True).click()
        expect(card.locator(".st-trouble")).to_contain_text("The studio is offline now: allow the network once")


def test_kokoros_voices_tell_language_gender_and_grade_and_play_says_what_is_missing(
    open_page: Open, watch: Watch
) -> None:
    watch.allow("status of 409")
    page = open_page()
    choose_model(page, "Kokoro 82M (as published) (not downloaded)")
    expect(page.locator("#speak-voice input")).to_have_value("Heart (American English) · female · grade A")
    page.locator("#speak-player [data-st=play]").click()
    expect(page.locator("#st-notice")).to_contain_text(
        "Kokoro 82M (as published) (hexgrad/Kokoro-82M) is not on this machine yet."
    )
    page.get_by_role("button", name="Hear this voice").locator("visible=true").click()
    expect(page.locator("#speak-preview button")).to_have_text("Hear this voice")


@pytest.fixture(scope="module")
def with_kokoro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that has a small random Kokoro where the hub's client would have put it."""
    folder = tmp_path_factory.mktemp("with-kokoro")
    repository = folder / "models" / "models--hexgrad--Kokoro-82M"
    hexgrad(repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT, encoding="ascii")
    # Allowed to ask the hub, and nobody answers there: what a machine without a network sees.
    hub = {"STUDIO_OFFLINE": "false", "HF_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    with running_studio(folder, STUDIO_MODELS_DIR=str(folder / "models"), **hub) as one:
        yield one


def test_without_a_network_get_says_so_and_the_built_in_voice_goes_on(with_kokoro: Studio, open_at: Open) -> None:
    page = open_at(with_kokoro)
    show(page, "Models")
    card = page.locator('[data-model="mlx-community/Kokoro-82M-bf16"]')
    expect(card.locator(".st-job-sub .st-badge")).to_have_text("not downloaded")
    card.get_by_role("button", name="Get: Kokoro 82M (bf16)").click()
    expect(card.locator(".st-trouble")).to_contain_text("the hub cannot be reached. Check the network", timeout=60_000)
    show(page, "Speak")
    page.locator("#speak-player [data-st=play]").click()
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.reason") == "ended", 60)
    assert page.evaluate("window.studio.metrics.plays.at(-1).loudest") > 0.05


def test_a_blend_is_mixed_heard_kept_chosen_and_deleted(with_kokoro: Studio, open_at: Open) -> None:
    page = open_at(with_kokoro)
    choose_model(page, "Kokoro 82M (as published)")
    page.locator("#speak-text textarea").fill("Hello there.")
    page.locator(".st-blend summary").click()
    expect(page.locator(".st-blend-row")).to_have_count(2)
    page.get_by_label("Voice", exact=True).locator("visible=true").nth(-1).select_option("am_michael")
    page.get_by_label("Share of Heart").fill("60")
    page.get_by_label("Share of Michael").fill("20")
    expect(page.locator(".st-blend-said")).to_have_text("af_heart:0.75+am_michael:0.25")
    expect(page.locator(".st-blend-row output")).to_have_text(["75 %", "25 %"])

    def spoken_as() -> str:
        with page.expect_request("**/v1/audio/speech") as sent:
            page.locator("#speak-player [data-st=play]").click()
        wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.reason") == "ended", 60)
        return sent.value.post_data_json["voice"]

    assert spoken_as() == "af_heart:0.75+am_michael:0.25"
    blended = page.evaluate("window.studio.metrics.plays.at(-1).samplesPlayed")
    page.get_by_role("button", name="Save").locator("visible=true").click()
    expect(page.locator("#speak-blend").get_by_role("alert")).to_have_text("Give the blend a name first.")
    page.get_by_label("Keep it as").fill("Evening narrator")
    page.keyboard.press("Enter")
    expect(page.locator("#speak-voice input")).to_have_value("Evening narrator · your blend")
    expect(page.locator(".st-blend")).not_to_have_attribute("open", "")
    assert spoken_as() == "Evening narrator"
    assert page.evaluate("window.studio.metrics.plays.at(-1).samplesPlayed") == blended
    assert page.locator("#speak-text textarea").input_value() == "Hello there."

    # Gradio's open list of choices looks up one that has just gone: now and then, and without harm.
    again = open_at(with_kokoro, allow=r"\(reading '0'\)\s+at [^\n]*-[\w-]{8}\.js")
    choose_model(again, "Kokoro 82M (as published)")
    again.locator("#speak-voice input").click()
    again.get_by_role("option", name="Evening narrator · your blend").click()
    wait_until(lambda: again.evaluate("window.studio.speak.choices.voice") == "Evening narrator")
    again.get_by_role("button", name="Delete the blend Evening narrator").click()
    expect(again.locator(".st-blend-kept li")).to_have_count(0)
    expect(again.locator("#speak-voice input")).to_have_value("Heart (American English) · female · grade A")
    listed = httpx.get(f"{with_kokoro.address}/v1/audio/voices", params={"model": KOKORO}).json()["data"]
    assert not any(voice["saved"] for voice in listed)
