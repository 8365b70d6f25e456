"""Voices of one's own on the page: recorded, agreed to, heard, designed, packed, deleted; and none of it a guest's.

The models are tiny and random, the recording is real: what is looked at is the way through the page, not the sound.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import soundfile
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, Response, Route, expect

from examples import make_tiny_qwen3_tts
from studio.access.tokens import Tokens
from tests.browser.running import ARGUMENTS, Studio, Watch, chromium, running_studio, show, wait_until
from tests.engine.tts.kokoro.checkpoints import hexgrad

CLONES, DESIGNS = "Qwen/Qwen3-TTS-12Hz-0.6B-Base", "Qwen/Qwen3-TTS-12Hz-1.7B-VoiceDesign"
CLONES_NAME = "Qwen3-TTS 0.6B Base"
SAID = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
SECRET = "of the tests of voices"
COMMIT = "a" * 40
CLIP = Path(__file__).parents[1] / "real" / "jfk.flac"

Enter = Callable[..., Page]


def hub_place(models: Path, repository: str) -> Path:
    """Where the hub's client would have put a model's files."""
    folder = models / f"models--{repository.replace('/', '--')}"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text(COMMIT, encoding="ascii")
    return folder / "snapshots" / COMMIT


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    samples, rate = soundfile.read(CLIP, dtype="float32")
    path = tmp_path_factory.mktemp("clip") / "jfk.wav"
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def voiced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that clones, designs and blends, with a token for its owner and one for guests."""
    folder = tmp_path_factory.mktemp("voiced")
    models = folder / "models"
    make_tiny_qwen3_tts.make(hub_place(models, CLONES), "base")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_tiny_qwen3_tts, "TERSE", 0.85)  # a candidate has to last a second
        make_tiny_qwen3_tts.make(hub_place(models, DESIGNS), "voice_design")
    hexgrad(hub_place(models, "hexgrad/Kokoro-82M"))
    mine = {"STUDIO_MODELS_DIR": str(models), "STUDIO_TOKEN": "true", "STUDIO_SESSION_SECRET": SECRET}
    with running_studio(folder, **mine) as one:
        yield one


@pytest.fixture(scope="module")
def speaking_browser(playwright: Playwright, clip: Path) -> Iterator[Browser]:
    """A browser whose microphone says the clip, over and over."""
    one = playwright.chromium.launch(
        executable_path=chromium(), args=[*ARGUMENTS, f"--use-file-for-fake-audio-capture={clip}"]
    )
    yield one
    one.close()


@pytest.fixture
def enter(voiced: Studio, speaking_browser: Browser) -> Iterator[Enter]:
    """Come in: enter(), enter(token, width=390, theme="dark", allow="status of 409")."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def entered(
        token: str = Tokens(SECRET).owner, tab: str = "Voices", width: int = 1280, theme: Any = "light", allow: str = ""
    ) -> Page:
        context = speaking_browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, accept_downloads=True
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(voiced.address, allowed=[allow] if allow else []))
        watches[-1].attach(page)
        page.goto(f"{voiced.address}/?token={token}")
        page.locator("#speak-player .st-play svg").wait_for()
        if tab != "Speak":
            show(page, tab)
        return page

    yield entered
    for context in contexts:
        context.close()
    for watch in watches:
        watch.check()


@pytest.fixture(autouse=True)
def nothing_kept(voiced: Studio) -> Iterator[None]:
    yield
    for voice in voices(voiced):
        asked(voiced, "DELETE", f"/v1/voices/{voice['id']}")


def asked(studio: Studio, method: str, path: str, **more: Any) -> Any:
    """The JSON that the studio answers its owner."""
    headers = {"authorization": f"Bearer {Tokens(SECRET).owner}"}
    answer = httpx.request(method, studio.address + path, headers=headers, **more)
    assert answer.is_success, answer.text
    return answer.json()


def voices(studio: Studio) -> list[dict[str, Any]]:
    return asked(studio, "GET", "/v1/voices")["data"]


def recorded(studio: Studio, clip: Path, name: str, *moods: str, agreed: bool = True) -> dict[str, Any]:
    """A voice of the clip, made as a program makes it."""

    def draft() -> dict[str, Any]:
        with clip.open("rb") as file:
            sent = asked(studio, "POST", "/v1/voices/recordings", files={"file": file}, data={"transcribe": "false"})
        return {"recording": sent["id"], "text": SAID, "language": "en"}

    voice = asked(studio, "POST", "/v1/voices", json={**draft(), "name": name})
    for mood in moods:
        voice = asked(
            studio, "POST", f"/v1/voices/{voice['id']}/recordings", json={**draft(), "mood": mood, "end_s": 6.0}
        )
    return asked(studio, "POST", f"/v1/voices/{voice['id']}/consent/declare") if agreed else voice


def card_of(page: Page, name: str) -> Locator:
    return page.locator("#voices [data-voice]").filter(has=page.get_by_role("heading", name=name, exact=True))


def sounds(answer: Response) -> bool:
    """Whether it is a sound with something in it."""
    return answer.ok and answer.headers["content-type"] == "audio/wav" and int(answer.headers["content-length"]) > 1000


def with_seed(route: Route) -> None:
    """Some of a tiny model's seeds end at once; these do not."""
    body: Any = route.request.post_data_json
    route.continue_(post_data=json.dumps({**body, "seed": 8}))


def record(place: Locator) -> None:
    """Record until there is something to use."""
    place.locator("[data-st=record]").click()
    expect(place.locator(".st-recorder .st-hint")).to_have_text("Recording. Speak now.")
    level = place.get_by_role("meter")
    wait_until(lambda: int(level.get_attribute("aria-valuenow") or -60) > -40, what="the level moves")
    expect(place.locator(".st-recorder .st-time")).to_contain_text(re.compile("0:0[2-9]"))
    place.locator("[data-st=record]").click()


def test_a_voice_is_recorded_agreed_to_heard_and_chosen(enter: Enter, voiced: Studio) -> None:
    page = enter(allow="status of 409")
    expect(page.get_by_text("No voice of your own yet")).to_be_visible()
    page.get_by_role("button", name="From a recording").click()
    making = page.get_by_role("region", name="From a recording")
    expect(making.locator(".st-reading")).to_contain_text("This morning I took the long way round the harbour.")
    record(making)
    making.get_by_role("button", name="Use this recording").click()
    expect(making.locator(".st-hints")).to_contain_text("Or type what is said in it.")
    begin = making.get_by_role("slider", name="Where the stretch begins")
    before = float(begin.get_attribute("aria-valuenow") or -1)
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        begin.press("ArrowRight")
        begin.press("ArrowRight")
    assert float(begin.get_attribute("aria-valuenow") or -1) == pytest.approx(before + 0.2, abs=0.06)
    making.get_by_label("What is said in this stretch").fill(SAID)
    making.get_by_role("button", name="Save and go on").click()
    expect(making.get_by_role("alert")).to_have_text("Give the voice a name first.")
    making.get_by_label("Name of the voice").fill("Grandmother")
    page.keyboard.press("Enter")

    card = card_of(page, "Grandmother")
    expect(card.locator(".st-voice-why")).to_contain_text("has not agreed")
    expect(card.get_by_role("button", name="Hear Grandmother")).to_be_disabled()
    expect(card.locator(".st-reading mark")).to_have_count(2)
    expect(card).to_contain_text("a hurdle and no proof")
    expect(card.get_by_role("note")).to_contain_text("Voice encoder")
    words = card.locator(".st-reading").inner_text()
    refusal = {"given": False, "words_right": False, "same_voice": True, "similarity": 0.8}
    refusal |= {"tries_left": 1, "message": "The sentence was not heard."}
    page.route("**/consent", lambda route: route.fulfill(json=refusal))
    record(card)
    card.get_by_role("button", name="Send it").click()
    expect(card.locator(".st-answer li")).to_have_text(["The words are others.", "It is the voice of the recording."])
    expect(card.get_by_text("The sentence was not heard. One try is left.")).to_be_visible()
    assert card.locator(".st-reading").inner_text() == words
    assert voices(voiced)[0]["consent"]["state"] == "none"
    card.get_by_text("Declare it instead").click()
    expect(card.get_by_role("button", name="Declare consent")).to_be_disabled()
    card.get_by_label("I am this person").check()
    card.get_by_role("button", name="Declare consent").click()

    expect(card.locator(".st-voice-head")).to_contain_text("Consent declared by the owner")
    with page.expect_response(re.compile(r"/preview\?.*text=")) as heard:
        card.get_by_role("button", name="Hear Grandmother").nth(1).click()
    assert sounds(heard.value)
    show(page, "Speak")
    page.locator("#speak-model input").click()
    page.get_by_role("option", name=CLONES_NAME, exact=True).click()
    expect(page.locator("#speak-voice input")).to_have_value("Grandmother · your voice")  # it has no other
    wait_until(lambda: page.evaluate("window.studio.speak.choices.voice") == voices(voiced)[0]["id"], what="chosen")
    page.locator("#speak-text textarea").fill("Hello there.")
    page.locator("#speak-player [data-st=play]").click()
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.reason") == "ended", what="it speaks")
    assert page.evaluate("window.studio.metrics.plays.at(-1).samplesPlayed") > 2400


@pytest.mark.slow
def test_a_mood_is_put_into_a_line_and_reaches_the_voice(enter: Enter, voiced: Studio, clip: Path) -> None:
    voice = recorded(voiced, clip, "Reader", "calm", "angry")
    page = enter(tab="Speak")
    page.locator("#speak-model input").click()
    page.get_by_role("option", name=CLONES_NAME, exact=True).click()
    expect(page.locator("#speak-voice input")).to_have_value("Reader · your voice")  # it has no other
    page.locator("#speak-text textarea").fill("One. ")
    page.get_by_role("button", name="Insert [calm], for what follows").click()
    page.keyboard.type(" Two.")
    with page.expect_request("**/v1/audio/speech") as sent:
        page.locator("#speak-player [data-st=play]").click()
    body: Any = sent.value.post_data_json
    assert (body["input"], body["voice"]) == ("One. [calm] Two.", voice["id"])
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.reason") == "ended", what="it speaks")
    assert not [sentence for sentence in page.evaluate("window.studio.said") if "calm" in sentence]


@pytest.mark.slow
def test_a_description_gives_three_and_one_is_kept(enter: Enter, voiced: Studio) -> None:
    page = enter(allow="status of 400")
    page.get_by_role("button", name="Designed in words").click()
    making = page.get_by_role("region", name="Designed in words")
    description = making.get_by_label("Describe the sound")
    making.get_by_role("button", name="A deep, calm voice that tells a story by the fire").click()
    expect(description).to_have_value("A deep, calm voice that tells a story by the fire")
    said = making.get_by_label("The sentence they say").input_value()
    page.route("**/v1/voices/design", with_seed)
    making.get_by_role("button", name="Make three").click()
    expect(making.locator(".st-candidates li")).to_have_count(3)
    first = making.locator(".st-candidates").get_by_role("button", name="Candidate 1", exact=True)
    expect(first).to_be_focused()
    with page.expect_response(re.compile(r"/v1/voices/design/\w+/1$")) as heard:
        first.click()
    assert sounds(heard.value)
    with page.expect_request("**/v1/voices/design") as sent:
        making.get_by_role("button", name="a bit older").click()
    body: Any = sent.value.post_data_json
    assert body["description"].endswith("by the fire, a bit older")
    expect(making.get_by_role("button", name="Make three")).to_be_enabled()
    making.get_by_role("button", name="Keep candidate 2").click()
    expect(making.get_by_role("alert")).to_have_text("Give the voice a name first.")
    making.get_by_label("Name of the voice you keep").fill("Storyteller")
    making.get_by_role("button", name="Keep candidate 2").click()
    card = card_of(page, "Storyteller")
    expect(card.locator(".st-voice-head")).to_contain_text("designed in words")
    kept = voices(voiced)[0]
    assert (kept["kind"], kept["speaks"], kept["recordings"][0]["text"]) == ("designed", True, said)
    page.get_by_role("button", name="Designed in words").click()
    making.get_by_label("Describe the sound").fill("A voice like Winston Churchill")
    making.get_by_role("button", name="Make three").click()
    expect(making.get_by_role("alert")).to_contain_text("describe the sound instead")


@pytest.mark.slow
def test_it_is_changed_packed_deleted_and_taken_in_again(
    enter: Enter, voiced: Studio, clip: Path, tmp_path: Path
) -> None:
    voice = recorded(voiced, clip, "Reader")
    page = enter()
    card_of(page, "Reader").get_by_role("button", name="Change Reader").click()
    form = page.get_by_role("form", name="Change Reader")
    form.get_by_label("Notes").fill("<img src=x onerror=alert(1)> & more")
    form.get_by_label("Tags").fill("evening, <b>bold</b>")
    form.get_by_label("Pitch").fill("-1.5")
    expect(form.locator(".st-tone output").first).to_have_text("−1.5 semitones")
    form.get_by_label("Colour 3").check()
    form.get_by_role("button", name="Save", exact=True).click()
    card = card_of(page, "Reader")
    expect(card.locator(".st-voice-notes")).to_have_text("<img src=x onerror=alert(1)> & more")
    expect(card.locator(".st-badge-tag")).to_have_text(["evening", "<b>bold</b>"])
    kept = voices(voiced)[0]
    assert (kept["tone"]["pitch_semitones"], kept["colour"]) == (-1.5, "#9b3424")

    with page.expect_response(re.compile("/preview")) as heard:
        card.get_by_role("button", name="Save and hear it").click()
    assert sounds(heard.value)

    with page.expect_download() as packed:
        card.get_by_role("link", name="Export Reader").click()
    assert packed.value.suggested_filename == "Reader.voice"
    packed.value.save_as(tmp_path / "Reader.voice")
    page.route("**/books", lambda route: route.fulfill(json={"books": [{"id": "1", "title": "The Old Mill"}]}))
    card.get_by_role("button", name="Delete Reader").click()
    question = page.get_by_role("alertdialog", name="Delete Reader")
    expect(question).to_contain_text("“The Old Mill”")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    question.get_by_role("button", name="Delete", exact=True).click()
    expect(card).to_have_count(0)
    assert voices(voiced) == []
    page.locator("#voices input[type=file][accept*=voice]").set_input_files(tmp_path / "Reader.voice")
    card.wait_for()
    expect(card.locator(".st-voice-head")).to_contain_text("Consent given elsewhere, not checked here")
    assert voices(voiced)[0]["id"] != voice["id"]


@pytest.mark.slow
def test_what_another_tab_changed_is_shown_anew(enter: Enter, voiced: Studio, clip: Path) -> None:
    voice = recorded(voiced, clip, "Reader")
    page = enter(allow="status of 409")
    quiet = json.dumps({"object": "list", "data": voices(voiced)})
    page.route(re.compile(r"/v1/voices$"), lambda route: route.fulfill(body=quiet, content_type="application/json"))
    card_of(page, "Reader").get_by_role("button", name="Change Reader").click()
    asked(voiced, "PATCH", f"/v1/voices/{voice['id']}", json={"version": voice["version"], "name": "Narrator"})
    form = page.get_by_role("form", name="Change Reader")
    form.get_by_label("Notes").fill("mine")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#st-notice")).to_contain_text("changed in another tab. It is shown anew")
    expect(page.get_by_role("form", name="Change Narrator").get_by_label("Notes")).to_have_value("")


@pytest.mark.slow
def test_a_kokoro_voice_is_made_like_it_stopped_and_heard(enter: Enter, voiced: Studio, clip: Path) -> None:
    voice = recorded(voiced, clip, "Reader")
    job: dict[str, Any] = {"id": "0" * 32, "kind": "tuning", "status": "running", "progress": 0.25, "error": None}
    job |= {"stage": "", "message": "fitting the timbre", "eta_s": 90, "options": {"voice": voice["id"]}}
    page = enter()
    sent: list[Any] = []

    def begin(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(json=job, status=201)

    def cancel(route: Route) -> None:
        job["status"] = "cancelled"
        route.fulfill(json=job)

    page.route("**/tune", begin)
    page.route(f"**/v1/jobs/{job['id']}", lambda route: route.fulfill(json=job))
    page.route(f"**/v1/jobs/{job['id']}/cancel", cancel)
    card = card_of(page, "Reader")
    card.get_by_role("button", name="A Kokoro voice like it").click()
    card.get_by_label("Only its pace and melody").check()
    card.get_by_role("button", name="Make the voice").click()
    expect(card.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "25")
    expect(card.locator(".st-stage-line")).to_have_text("Fitting the timbre · 2 min left")
    assert sent == [{"halves": "prosody"}]
    job["progress"] = 0.5
    expect(card.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    card.get_by_role("button", name="Stop", exact=True).click()
    expect(card.get_by_role("button", name="Make the voice")).to_be_visible()


@pytest.mark.slow
def test_a_blend_has_shares_for_timbre_and_for_pace_and_melody(enter: Enter, voiced: Studio) -> None:
    page = enter()
    page.get_by_role("button", name="A blend").click()
    making = page.get_by_role("region", name="A blend")
    expect(making.locator(".st-blend-said")).to_have_text(re.compile(r"^\w+:0\.60\+\w+:0\.40$"))
    making.get_by_label("Other shares for pace and melody").check()
    making.locator("select").last.select_option("bf_emma")
    expect(making.locator(".st-blend-said")).to_have_text(
        re.compile(r"^\w+:0\.60\+\w+:0\.40~\w+:0\.60\+bf_emma:0\.40$")
    )
    making.get_by_label("Keep it as").fill("Evening narrator")
    page.keyboard.press("Enter")
    expect(card_of(page, "Evening narrator").locator(".st-voice-head")).to_contain_text("blend")
    assert "~" in voices(voiced)[0]["blend"]


@pytest.mark.parametrize(("width", "theme"), [(390, "dark")])
def test_a_guest_sees_none_and_a_phone_shows_all(
    enter: Enter, voiced: Studio, clip: Path, width: int, theme: str
) -> None:
    recorded(voiced, clip, "Reader", agreed=False)
    guest = enter(Tokens(SECRET).guest)
    expect(guest.get_by_text("No voice of your own yet")).to_be_visible()
    expect(guest.locator("[data-voice]")).to_have_count(0)
    page = enter(width=width, theme=theme)
    card = card_of(page, "Reader")
    card.get_by_role("button", name="Change Reader").click()
    page.get_by_role("button", name="From a recording").click()
    wide = "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
    assert page.evaluate(wide) <= 0
