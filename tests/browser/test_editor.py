"""A transcript is mended by a person: it follows the sound, keeps itself, and goes back a step."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.running import PATIENCE_S, Open, Studio, Watch, wait_until

SAID = "Good morning. My name is John. I have seven brothers and two sisters."


@pytest.fixture(scope="module")
def transcript(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A finished job whose transcript the studio made itself; its id."""
    studio.clear()
    body = {"input": SAID, "voice": "en-us", "speed": 0.85, "response_format": "wav"}
    path = tmp_path_factory.mktemp("said") / "said.wav"
    path.write_bytes(httpx.post(f"{studio.address}/v1/audio/speech", json=body, timeout=30).content)
    files = {"kind": (None, "transcription"), "file": ("said.wav", path.read_bytes())}
    job_id = httpx.post(f"{studio.address}/v1/jobs", files=files, timeout=30).json()["id"]
    wait_until(lambda: studio.job(job_id)["status"] == "done", 60, 0.3)
    return job_id


@pytest.fixture(autouse=True)
def as_heard(studio: Studio, transcript: str) -> list[dict[str, object]]:
    """Every test begins with a few known segments."""
    address = f"{studio.address}/v1/transcripts/{transcript}"
    words = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "again"]
    segments = []
    for n in range(2):
        part = words[n * 5 : n * 5 + 5]
        timed = [
            {
                "text": w,
                "start_s": n * 2 + i * 0.4,
                "end_s": n * 2 + i * 0.4 + 0.3,
                "confidence": 0.1 if w == "fox" else 0.9,
            }
            for i, w in enumerate(part)
        ]
        segments.append({"text": " ".join(part), "start_s": n * 2.0, "end_s": n * 2 + 1.9, "words": timed})
    version = httpx.get(address).json()["version"]
    answer = httpx.put(address, json={"version": version, "segments": segments, "title": "said.wav"})
    assert answer.status_code == 200, answer.text
    return answer.json()["segments"]


def texts(studio: Studio, transcript: str) -> list[str]:
    found = httpx.get(f"{studio.address}/v1/transcripts/{transcript}").json()
    return [segment["text"] for segment in found["segments"]]


def opened(page: Page) -> Locator:
    page.locator("#transcripts [data-st=open]").first.click()
    page.locator(".st-line").first.wait_for()
    return page.locator(".st-line-text")


def test_words_are_written_kept_undone_and_done_again(open_page: Open, studio: Studio, transcript: str) -> None:
    page = open_page("Transcribe")
    lines = opened(page)
    lines.first.fill("the quick red fox jumps")
    wait_until(lambda: texts(studio, transcript)[0] == "the quick red fox jumps", what="it keeps itself")
    expect(page.locator("[data-st=saved]")).to_have_text("Saved")
    found = httpx.get(f"{studio.address}/v1/transcripts/{transcript}").json()["segments"][0]
    assert [(word["text"], word["start_s"]) for word in found["words"]][2] == ("red", 0.8)
    page.keyboard.press("Control+z")
    expect(lines.first).to_have_text("the quick brown fox jumps")
    wait_until(lambda: texts(studio, transcript)[0] == "the quick brown fox jumps")
    page.keyboard.press("Control+Shift+z")
    expect(lines.first).to_have_text("the quick red fox jumps")
    page.locator("#editor [data-st=title]").fill("A fox")
    wait_until(lambda: studio.job(transcript)["title"] == "A fox")
    page.get_by_role("button", name="Transcripts").click()
    expect(page.locator("#transcripts .st-job h3").first).to_have_text("A fox")
    page.reload()
    page.locator("#speak-player .st-play svg").wait_for()


def test_segments_are_split_and_merged_at_the_cursor(open_page: Open, studio: Studio, transcript: str) -> None:
    page = open_page("Transcribe")
    lines = opened(page)
    lines.first.focus()
    page.keyboard.press("Home")
    for _ in range(len("the quick ")):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(lines).to_have_text(["the quick", "brown fox jumps", "over the lazy dog again"])
    wait_until(lambda: len(texts(studio, transcript)) == 3)
    found = httpx.get(f"{studio.address}/v1/transcripts/{transcript}").json()["segments"]
    assert found[1]["start_s"] == found[1]["words"][0]["start_s"] == 0.8
    page.keyboard.press("Backspace")
    expect(lines).to_have_text(["the quick brown fox jumps", "over the lazy dog again"])
    wait_until(lambda: texts(studio, transcript) == ["the quick brown fox jumps", "over the lazy dog again"])


@pytest.mark.parametrize("text", ["It is $3.50 at example.com.", "你好，世界！用Python写。"])
def test_marks_and_scripts_without_spaces_survive_split_merge_and_replace(
    open_page: Open, studio: Studio, transcript: str, text: str
) -> None:
    address = f"{studio.address}/v1/transcripts/{transcript}"
    body = {"version": httpx.get(address).json()["version"], "segments": [{"text": text, "start_s": 0, "end_s": 6}]}
    assert httpx.put(address, json=body).status_code == 200
    page = open_page("Transcribe")
    lines = opened(page)
    for at in (text.index(" ") if " " in text else 3, text.index("o")):
        lines.first.click()
        page.keyboard.press("Home")
        for _ in range(at):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(lines).to_have_count(2)
        wait_until(lambda: len(texts(studio, transcript)) == 2)
        assert httpx.get(address + "/export?format=txt").text.strip() == text
        page.keyboard.press("Home")
        page.keyboard.press("Backspace")
        expect(lines).to_have_count(1)
        wait_until(lambda: texts(studio, transcript) == [text], what="merged as it was")
    page.locator("#editor [data-st=find]").click()
    page.locator("#editor [data-st=search]").fill("o")
    page.locator("#editor [data-st=replacement]").fill("0")
    page.locator("#editor [data-st=replace-all]").click()
    wait_until(lambda: texts(studio, transcript) == [text.replace("o", "0")], what="replaced and nothing else")
    words = httpx.get(address).json()["segments"][0]["words"]
    assert "".join(" " * bool(word.get("space_before")) + word["text"] for word in words) == text.replace("o", "0")


def test_find_and_replace_changes_every_place(open_page: Open, studio: Studio, transcript: str) -> None:
    page = open_page("Transcribe")
    lines = opened(page)
    page.keyboard.press("Control+f")
    page.locator("#editor [data-st=search]").fill("THE")
    expect(page.locator("#editor [data-st=found]")).to_have_text("2 places")
    page.locator("#editor [data-st=replacement]").fill("a (very)")
    page.get_by_role("button", name="Replace all").click()
    expect(lines).to_have_text(["a (very) quick brown fox jumps", "over a (very) lazy dog again"])
    wait_until(lambda: texts(studio, transcript)[1] == "over a (very) lazy dog again")


def test_words_light_up_and_a_click_goes_there(open_page: Open, transcript: str) -> None:
    page = open_page("Transcribe")
    lines = opened(page)
    sound = page.locator("#editor audio")
    wait_until(lambda: sound.evaluate("(audio) => audio.readyState") >= 1, what="the sound has come")
    place = page.evaluate(
        """() => {
        const node = document.querySelector(".st-line-text").firstChild;
        const range = document.createRange();
        range.setStart(node, 12); range.setEnd(node, 13); const box = range.getBoundingClientRect();
        return [box.x + 2, box.y + box.height / 2]; }"""
    )
    page.mouse.click(*place)
    wait_until(lambda: abs(sound.evaluate("(audio) => audio.currentTime") - 0.8) < 0.05, what="it stands at brown")
    assert page.locator("#editor [data-st=root]").get_attribute("data-word") == "brown"
    assert page.evaluate("[...CSS.highlights.get('st-now')].map((range) => range.startOffset)") == [10]
    assert page.evaluate("CSS.highlights.get('st-doubt').size") == 1  # the fox
    page.keyboard.press("Control+Space")
    wait_until(
        lambda: page.locator("#editor [data-st=root]").get_attribute("data-word") in {"over", "the", "lazy"},
        what="it plays on",
    )
    page.keyboard.press("Control+Space")
    assert sound.evaluate("(audio) => audio.paused")
    expect(lines.first).to_have_text("the quick brown fox jumps")


def test_speakers_are_named_once_and_renamed_everywhere(open_page: Open, studio: Studio, transcript: str) -> None:
    page = open_page("Transcribe")
    opened(page)
    speakers = page.locator("#editor [data-st=speakers]")
    expect(speakers).to_be_hidden()
    page.get_by_role("button", name="Name speakers").click()
    for n in range(2):
        page.locator(".st-line .st-line-speaker").nth(n).fill("Ada")
        page.keyboard.press("Tab")
    expect(speakers).to_be_visible()
    speakers.locator("input").fill("Bo")
    page.keyboard.press("Tab")
    wait_until(
        lambda: (
            [
                one.get("speaker")
                for one in httpx.get(f"{studio.address}/v1/transcripts/{transcript}").json()["segments"]
            ]
            == ["Bo", "Bo"]
        )
    )


def test_two_tabs_are_told_and_nothing_is_lost(open_page: Open, studio: Studio, transcript: str, watch: Watch) -> None:
    watch.allow("409")
    one, two = open_page("Transcribe"), open_page("Transcribe")
    first, second = opened(one), opened(two)
    first.first.fill("written in the first")
    wait_until(lambda: texts(studio, transcript)[0] == "written in the first")
    second.first.fill("written in the second")
    expect(two.locator("#editor [data-st=trouble]")).to_contain_text("changed in another tab")
    assert texts(studio, transcript)[0] == "written in the first"
    two.get_by_role("button", name="Keep what is on this page").click()
    wait_until(lambda: texts(studio, transcript)[0] == "written in the second")
    first.nth(1).fill("and once more in the first")
    one.get_by_role("button", name="Load it again").click()
    expect(first.first).to_have_text("written in the second")


def test_exports_carry_the_options(open_page: Open) -> None:
    page = open_page("Transcribe")
    opened(page)
    page.locator("#editor summary", has_text="Export").click()
    page.locator("#editor [data-st=word_level]").check()
    with page.expect_download() as waiting:
        page.locator("#editor a[data-kind=srt]").click()
    assert Path(waiting.value.path()).read_text().count("-->") == 10
    with page.expect_download() as waiting:
        page.locator("#editor a[data-kind=docx]").click()
    assert waiting.value.suggested_filename == "said.docx"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_editor_fits_its_width(open_page: Open, width: int, theme: str) -> None:
    page = open_page("Transcribe", width=width, theme=theme)
    opened(page)
    page.locator("#editor summary", has_text="Export").click()
    page.locator("#editor summary", has_text="Keys").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_address_opens_its_transcript(open_page: Open, studio: Studio, transcript: str) -> None:
    page = open_page()
    page.goto(f"{studio.address}/#transcript={transcript}")
    page.reload()
    expect(page.locator(".st-line-text").first).to_have_text("the quick brown fox jumps")


def test_a_day_of_speech_is_edited_like_a_minute(open_page: Open, studio: Studio, transcript: str) -> None:
    count = 4000
    address = f"{studio.address}/v1/transcripts/{transcript}"
    segments = [
        {
            "text": f"line {n} says the same",
            "start_s": 6.0 * n,
            "end_s": 6.0 * n + 5,
            "words": [
                {"text": word, "start_s": 6.0 * n + i, "end_s": 6.0 * n + i + 0.9}
                for i, word in enumerate(("line", str(n), "says", "the", "same"))
            ],
        }
        for n in range(count)
    ]
    version = httpx.get(address).json()["version"]
    answer = httpx.put(address, json={"version": version, "segments": segments}, timeout=PATIENCE_S)
    assert answer.status_code == 200, answer.text
    page = open_page("Transcribe")
    lines = opened(page)
    expect(lines).to_have_count(count)
    last = lines.nth(count - 2)
    last.scroll_into_view_if_needed()
    last.click()
    page.keyboard.press("End")
    # Every letter is on the page before the next one is typed.
    for at, letter in enumerate(" at last"):
        page.keyboard.type(letter)
        expect(last).to_have_text(re.compile(re.escape(" at last"[: at + 1].rstrip()) + r"\s*$"))
    wait_until(lambda: texts(studio, transcript)[count - 2] == f"line {count - 2} says the same at last", what="kept")
    page.keyboard.press("Control+f")
    page.get_by_label("Find", exact=True).fill("the same")
    expect(page.locator("[data-st=found]")).to_have_text("4,000 places")
    page.get_by_label("Replace with").fill("another thing")
    page.locator("[data-st=replace-all]").click()
    wait_until(lambda: texts(studio, transcript)[0] == "line 0 says another thing", what="all are kept")
    assert sum("another thing" in text for text in texts(studio, transcript)) == count
    page.locator("[data-st=undo]").click()
    wait_until(lambda: texts(studio, transcript)[count - 1] == f"line {count - 1} says the same", what="and undone")
