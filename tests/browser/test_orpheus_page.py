"""A small Orpheus and its codec where the hub's client would have put them: chosen on the page, heard, stopped."""

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.running import Open, Studio, running_studio, show, wait_until
from tests.engine.tts.orpheus.checkpoints import make

MODEL, NAME = "mlx-community/orpheus-3b-0.1-ft-4bit", "Orpheus 3B (4 bit)"
COMMIT = "b" * 40


def put(models: Path, model_id: str) -> Path:
    """The folder of a downloaded repository."""
    repository = models / f"models--{model_id.replace('/', '--')}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT, encoding="ascii")
    folder = repository / "snapshots" / COMMIT
    folder.parent.mkdir()
    return folder


@pytest.fixture(scope="module")
def with_orpheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("with-orpheus")
    models = folder / "models"
    made = make(put(models, MODEL))
    (made / "snac_24khz").rename(put(models, "mlx-community/snac_24khz"))
    with running_studio(folder, STUDIO_MODELS_DIR=str(models), STUDIO_WORKERS="0") as one:
        yield one


def test_it_is_chosen_heard_to_its_end_and_stopped(with_orpheus: Studio, open_at: Open) -> None:
    page = open_at(with_orpheus)
    page.locator("#speak-model input").click()
    page.get_by_role("option", name=NAME, exact=True).click()
    expect(page.locator("#speak-voice input")).to_have_value(re.compile("^Tara"))
    page.locator("#speak-text textarea").fill("Ha! <laugh>")
    page.locator("#speak-player [data-st=play]").click()
    play = wait_until(
        lambda: (now := page.evaluate("window.studio.metrics.plays.at(-1) ?? {}")).get("reason") and now, 120
    )
    assert play["reason"] == "ended"
    assert play["rate"] == 24000
    assert play["samplesPlayed"] == play["samplesReceived"] > 2048
    assert play["loudest"] > 0.02
    expect(page.locator("#st-notice")).not_to_contain_text("cannot do")

    page.locator("#speak-text textarea").fill("It was late, and cold, and nobody was to be seen on the road. " * 20)
    page.locator("#speak-player [data-st=play]").click()
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.length") == 2, 60)
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1).samplesPlayed ?? 0") > 0, 120)
    page.locator("#speak-player [data-st=stop]").click()
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1).reason") == "stopped", 60)


def test_what_a_voice_can_be_told_is_shown_and_sent(with_orpheus: Studio, open_at: Open) -> None:
    page = open_at(with_orpheus)
    speed, drawn = page.locator("#speak-speed"), page.locator("#speak-drawn")
    speed.locator("input[type=number]").fill("1.5")
    speed.locator("input[type=number]").blur()
    expect(drawn).to_have_count(0)
    page.locator("#speak-model input").click()
    page.get_by_role("option", name=NAME, exact=True).click()
    expect(speed).to_be_hidden()
    drawn.get_by_role("button").click()
    expect(drawn.get_by_role("spinbutton", name="Temperature")).to_have_value("0.6")
    drawn.get_by_role("spinbutton", name="Temperature").fill("0")
    drawn.get_by_role("spinbutton", name="Temperature").blur()
    wait_until(lambda: page.evaluate("window.studio.speak.choices.temperature") == 0, what="the script knows it")
    with page.expect_request(re.compile("/v1/audio/speech")) as asked:
        page.locator("#speak-player [data-st=play]").click()
    body = json.loads(asked.value.post_data or "")
    assert (body["speed"], body["temperature"], body["top_p"], body["seed"]) == (1, 0, 0.8, 0)
    page.evaluate("window.studio.player.stop()")
    page.locator("#speak-model input").click()
    page.get_by_role("option", name="eSpeak NG", exact=True).click()
    expect(speed.locator("input[type=number]")).to_have_value("1")
    expect(drawn).to_have_count(0)


def test_a_book_is_told_how_to_draw_where_the_voice_draws(with_orpheus: Studio, open_at: Open) -> None:
    page = open_at(with_orpheus)
    show(page, "Audiobook")
    drawn = page.locator("#book-drawn")
    expect(page.locator("#book-pauses")).to_be_visible()
    expect(drawn).to_have_count(0)
    page.locator("#book-model input").click()
    page.get_by_role("option", name=NAME, exact=True).click()
    drawn.get_by_role("button").click()
    temperature, seed = drawn.get_by_role("spinbutton", name="Temperature"), drawn.get_by_label("Seed")
    expect(temperature).to_have_value("0.6")  # the model's own has arrived, and can no longer come over what is typed
    told = "(({temperature, seed}) => temperature === 0.4 && seed === 7)(window.studio.book.choices)"
    for again in ("0.5", "0.7", None):
        temperature.fill("0.4")
        seed.fill("7")
        seed.blur()
        try:
            wait_until(lambda: page.evaluate(told), 30, what="the script knows both")
            break
        except AssertionError:
            # Seen beside many other processes: the page was not told of what was typed.
            known = page.evaluate("JSON.stringify(window.studio.book.choices)")
            assert again is not None, known
            warnings.warn(f"a choice was not told: {known}", stacklevel=1)
            temperature.fill(again)
            seed.fill("1")
            seed.blur()
    page.locator("#book-paste").get_by_role("button").first.click()
    page.locator("#book-text textarea").fill("A fox saw a crow.")
    page.get_by_role("button", name="Use this text").click()
    expect(page.locator(".st-chapter")).to_have_count(1)
    with page.expect_request(re.compile("/v1/audio/speech")) as asked:
        page.locator(".st-chapter summary").click()
        page.get_by_role("button", name="Hear paragraph 1", exact=True).click()
    body = json.loads(asked.value.post_data or "")
    assert (body["temperature"], body["top_p"], body["seed"]) == (0.4, 0.8, 7)
    page.evaluate("window.studio.player.stop()")
    page.get_by_role("button", name="Narrate").click()
    jobs = wait_until(lambda: httpx.get(f"{with_orpheus.address}/v1/jobs").json()["data"], 30)
    options = jobs[0]["options"]
    assert (options["sampling"]["temperature"], options["sampling"]["top_p"], options["seed"]) == (0.4, 0.8, 7)
