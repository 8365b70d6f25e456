"""The Transcribe and Captions tabs, on sound that the studio itself has spoken."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from tests.browser.running import ARGUMENTS, Open, Studio, Watch, chromium, click_until_shown, show, wait_until
from tests.browser.wire import Wire

SAID = "Good morning. My name is John. I have seven brothers and two sisters."


@pytest.fixture(scope="module")
def recording(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    body = {"input": SAID, "voice": "en-us", "speed": 0.85, "response_format": "wav"}
    path = tmp_path_factory.mktemp("said") / "<b>said.wav"
    path.write_bytes(httpx.post(f"{studio.address}/v1/audio/speech", json=body, timeout=30).content)
    return path


@pytest.fixture(scope="module")
def speaking_browser(playwright: Playwright, recording: Path) -> Iterator[Browser]:
    """A browser whose microphone says SAID, over and over."""
    spoken = recording.with_name("microphone.wav")
    spoken.write_bytes(recording.read_bytes())
    one = playwright.chromium.launch(
        executable_path=chromium(), args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={spoken}"]
    )
    yield one
    one.close()


def test_a_recording_becomes_a_transcript_with_files(open_page: Open, studio: Studio, recording: Path) -> None:
    studio.clear()
    page = open_page("Transcribe")
    page.locator("#recording-file input[type=file]").set_input_files(recording)
    page.locator("#recording-file").get_by_text("said").first.wait_for()
    page.get_by_role("button", name="Transcribe").click()
    job = page.locator("#transcripts .st-job")
    expect(job).to_have_attribute("data-status", "done", timeout=60_000)
    expect(job.locator(".st-transcript")).to_contain_text("good morning")
    kinds = {link.get_attribute("data-kind") for link in job.locator("a[data-kind]").all()}
    assert kinds == {"txt", "srt", "vtt", "json"}
    with page.expect_download() as waiting:
        job.locator("a[data-kind=srt]").click()
    assert "-->" in Path(waiting.value.path()).read_text()


def test_a_folder_gives_its_recordings_and_leaves_the_rest(
    open_page: Open, studio: Studio, recording: Path, tmp_path: Path
) -> None:
    studio.clear()
    for name in ("one.wav", "two.WAV"):
        (tmp_path / name).write_bytes(recording.read_bytes())
    (tmp_path / "notes.txt").write_text("not sound")
    page = open_page("Transcribe")
    page.get_by_text("Or a whole folder").click()
    page.locator("#recording-folder input[type=file]").set_input_files(tmp_path)
    page.locator("#recording-folder").get_by_text("one").first.wait_for()
    page.get_by_role("button", name="Transcribe").click()
    expect(page.locator("#transcripts .st-job")).to_have_count(2, timeout=30_000)
    assert sorted(job["title"] for job in studio.jobs()) == ["one.wav", "two.WAV"]
    page.close()  # or it may just be asking for what is deleted here
    studio.clear()


def test_a_microphone_becomes_captions(open_page: Open, speaking_browser: Browser) -> None:
    page = open_page("Captions", browser=speaking_browser)
    level = page.locator("#captions [data-st=level]")
    page.locator("#captions [data-st=toggle]").click()
    expect(page.locator("#captions [data-st=status]")).to_have_text("Listening.")
    wait_until(lambda: int(level.get_attribute("aria-valuenow") or -60) > -40, what="the level moves")
    stable = page.locator("#captions [data-st=stable]")
    wait_until(lambda: len(stable.inner_text().split()) > 4, 30, what="stable words")
    before = stable.inner_text().split()
    page.locator("#captions [data-st=toggle]").click()
    expect(page.locator("#captions [data-st=status]")).to_have_text("Stopped.", timeout=60_000)
    after = stable.inner_text().split()
    assert after[: len(before)] == before
    page.get_by_role("button", name="Clear").click()
    assert stable.inner_text() == ""


def listening(page: Page) -> Locator:
    """Press Listen, and wait for the first certain words."""
    status = page.locator("#captions [data-st=status]")
    click_until_shown(page.locator("#captions [data-st=toggle]"), status.filter(has_text="Listening."))
    stable = page.locator("#captions [data-st=stable]")
    wait_until(lambda: len(stable.inner_text().split()) > 2, 60, what="stable words")
    return stable


def test_captions_pause_and_are_saved_as_a_transcript_with_their_sound(
    open_page: Open, studio: Studio, speaking_browser: Browser
) -> None:
    studio.clear()
    page = open_page("Captions", browser=speaking_browser)
    stable = listening(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#captions [data-st=status]")).to_have_text("Paused. Nothing is heard until you go on.")
    expect(page.locator("#captions [data-st=draft]")).to_have_text("", timeout=30_000)
    said = stable.inner_text()
    page.wait_for_timeout(1000)
    assert stable.inner_text() == said
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#captions [data-st=status]")).to_have_text("Listening.")
    page.get_by_role("button", name="Save").click()
    line = page.locator(".st-line-text").first
    line.wait_for(timeout=120_000)
    assert line.inner_text().split()[0] in said
    job = studio.jobs()[0]
    assert job["status"] == "done"
    sound = httpx.get(f"{studio.address}/v1/transcripts/{job['id']}/audio")
    assert sound.headers["content-type"] == "audio/flac"
    assert len(sound.content) > 20_000
    studio.clear()


def test_captions_survive_a_lost_connection(
    open_page: Open, studio: Studio, speaking_browser: Browser, watch: Watch
) -> None:
    page = open_page("Captions", browser=speaking_browser)
    watch.allow("net::|WebSocket|Failed to fetch|Connection errored|Could not")
    with Wire(studio.port) as wire:
        watch.allow(f":{wire.port}/")
        page.goto(f"http://127.0.0.1:{wire.port}")
        page.locator("#speak-player .st-play svg").wait_for()
        show(page, "Captions")
        stable = listening(page)
        wire.cut()
        status = page.locator("#captions [data-st=status]")
        expect(status).to_contain_text("The connection is lost")
        before = stable.inner_text()
        page.wait_for_timeout(1500)
        wire.mend()
        expect(status).to_have_text("Listening.")
        wait_until(lambda: len(stable.inner_text().split()) > len(before.split()) + 2, 60, what="it goes on")
        assert stable.inner_text().startswith(before.strip())
        page.locator("#captions [data-st=toggle]").click()
        expect(status).to_have_text("Stopped.")


REFUSALS = {
    "NotAllowedError": "The browser may not use the microphone.",
    "NotFoundError": "No microphone was found.",
    "NotReadableError": "The microphone is in use by another program.",
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_microphone_that_cannot_be_had_is_one_sentence(open_page: Open, name: str) -> None:
    page = open_page("Captions")
    page.evaluate(
        f"void (navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('no', '{name}'); }})"
    )
    notice = page.locator("#st-notice").filter(has_text=REFUSALS[name])
    click_until_shown(page.locator("#captions [data-st=toggle]"), notice)
    expect(page.locator("#captions [data-st=toggle]")).to_have_text("Listen")


@pytest.mark.parametrize(
    "unplug",
    [
        "window.track.stop(); window.track.dispatchEvent(new Event('ended'))",
        "navigator.mediaDevices.enumerateDevices = async () => [];"
        " navigator.mediaDevices.dispatchEvent(new Event('devicechange'))",
    ],
)
def test_a_microphone_that_is_pulled_out_is_said_and_what_was_said_is_kept(
    open_page: Open, speaking_browser: Browser, unplug: str
) -> None:
    page = open_page("Captions", browser=speaking_browser)
    page.evaluate(
        """() => { const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          const stream = await real(wanted); window.track = stream.getAudioTracks()[0]; return stream; }; }"""
    )
    said = listening(page).inner_text()
    page.evaluate(unplug)
    expect(page.locator("#st-notice")).to_contain_text("The microphone was unplugged.")
    expect(page.locator("#captions [data-st=status]")).to_have_text("Stopped.")
    assert page.locator("#captions [data-st=stable]").inner_text().startswith(said.strip())
    expect(page.get_by_role("button", name="Save")).to_be_enabled()


@pytest.mark.parametrize(("tab", "prefix"), [("Transcribe", "recording"), ("Captions", "captions")])
def test_what_a_recogniser_can_be_told_is_shown_for_those_that_can(
    open_page: Open, studio: Studio, tab: str, prefix: str
) -> None:
    page = open_page(tab)

    def choose(name: str) -> None:
        page.locator(f"#{prefix}-model input").click()
        page.get_by_role("option", name=name).first.click()

    translate, prompt = page.locator(f"#{prefix}-translate"), page.locator(f"#{prefix}-prompt")
    hotwords = page.locator(f"#{prefix}-hotwords")
    expect(page.locator(f"#{prefix}-model")).to_be_visible()
    expect(prompt).to_be_hidden()
    expect(translate).to_be_hidden()
    choose("Whisper tiny (not downloaded)")
    expect(translate).to_be_visible()
    prompt.locator("textarea").fill("Dr. Smith")
    expect(hotwords).to_be_visible()
    translate.locator("input").check()
    choose("Whisper large v3 turbo (not downloaded)")
    expect(translate).to_be_hidden()
    expect(prompt.locator("textarea")).to_have_value("Dr. Smith")
    choose("PocketSphinx")
    expect(prompt).to_be_hidden()
    choose("Whisper tiny (not downloaded)")
    # What was hidden is not sent behind one's back.
    expect(prompt.locator("textarea")).to_have_value("")
    expect(translate.locator("input")).not_to_be_checked()
    if tab == "Captions":
        kept = (
            "() => { const { prompt, translate } = window.studio.captions.choices; return `${prompt} ${translate}`; }"
        )
        prompt.locator("textarea").fill("Dr. Jones")
        wait_until(lambda: page.evaluate(kept) == "Dr. Jones false", what="the script knows it")
        choose("PocketSphinx")
        expect(prompt).to_be_hidden()
        wait_until(lambda: page.evaluate(kept) == " false", what="and forgets it")


def test_a_press_that_comes_before_a_part_is_built_is_heard_once_it_is(open_page: Open) -> None:
    """A busy machine shows a part's markup a third of a second before its script: presses on Listen were lost."""
    heard = open_page().evaluate(
        """() => { const place = document.createElement("div"); const heard = [];
        place.innerHTML = '<button type="button" data-st="late"><span>Listen</span></button>';
        document.body.append(place);
        place.querySelector("span").click();
        window.studio.part("late", ({ element }) =>
          element.querySelector("button").addEventListener("click", () => heard.push("press")));
        window.studio.mount("late", { element: place });
        const early = heard.length;
        place.querySelector("span").click();
        return [early, heard.length]; }"""
    )
    assert heard == [1, 2]
