"""The Jobs tab steers real jobs, by mouse and by keyboard, and shows what the studio says of them."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.running import Open, Studio, wait_until

LONG = "A long book has many sentences like this one, and it takes its time. " * 6000


@pytest.fixture(autouse=True)
def empty(studio: Studio) -> None:
    studio.clear()


def card(page: Page, job_id: str) -> Locator:
    return page.locator(f'[data-job="{job_id}"]')


def test_a_job_is_paused_resumed_cancelled_retried_and_deleted(open_page: Open, studio: Studio) -> None:
    job_id = studio.submit(LONG, title="The long one")
    page = open_page("Jobs")
    job = card(page, job_id)
    expect(job).to_have_attribute("data-status", "running", timeout=20_000)
    bar = job.get_by_role("progressbar")
    wait_until(lambda: "real time" in job.locator(".st-facts-line").inner_text(), what="a speed is shown")
    assert bar.get_attribute("aria-valuemax") == "100"

    job.get_by_role("button", name="Pause").click()
    expect(job).to_have_attribute("data-status", "paused")
    job.get_by_role("button", name="Resume").click()
    wait_until(lambda: studio.job(job_id)["status"] in {"queued", "running"}, what="it goes on")
    job.get_by_role("button", name="Cancel").click()
    expect(job).to_have_attribute("data-status", "cancelled")
    job.get_by_role("button", name="Retry").click()
    wait_until(lambda: studio.job(job_id)["status"] in {"queued", "running"}, what="it goes on again")

    delete = job.get_by_role("button", name="Delete")
    delete.focus()
    page.keyboard.press("Enter")
    expect(job.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(job).to_have_count(0)
    assert studio.jobs() == []


def test_waiting_jobs_change_places(open_page: Open, studio: Studio) -> None:
    ids = [studio.submit(LONG, title=title) for title in ("First", "Second", "Third")]
    page = open_page("Jobs")
    expect(card(page, ids[0])).to_have_attribute("data-status", "running", timeout=20_000)
    expect(page.locator(".st-job")).to_have_count(3)
    card(page, ids[2]).get_by_role("button", name="Move up").click()
    wait_until(lambda: order(page) == [ids[0], ids[2], ids[1]], what="the third stands second")
    card(page, ids[2]).get_by_role("button", name="Move down").click()
    wait_until(lambda: order(page) == ids, what="the old order")


def order(page: Page) -> list[str]:
    return [str(item.get_attribute("data-job")) for item in page.locator(".st-job").all()]


def test_a_chapter_is_heard_while_the_rest_is_narrated(open_page: Open, studio: Studio) -> None:
    job_id = studio.submit("Chapter 1\n\nA short beginning.\n\nChapter 2\n\n" + LONG)
    page = open_page("Jobs")
    listen = card(page, job_id).get_by_role("button", name="Listen to Chapter 1")
    expect(listen).to_be_enabled(timeout=30_000)
    assert studio.job(job_id)["status"] == "running"
    with page.expect_response(lambda answer: "/parts/0/audio" in answer.url) as sound:
        listen.click()
    assert sound.value.ok
    player = page.locator(".st-listen audio")
    wait_until(lambda: player.evaluate("(audio) => audio.currentTime") > 0, what="it plays")
    # The card is renewed every second and must not interrupt the sound.
    page.wait_for_timeout(1500)
    assert player.count() == 1


def test_what_the_voice_left_out_of_a_book_is_said_once_on_its_card(open_page: Open, studio: Studio) -> None:
    text = "It was funny <laugh> at first. Then it was <laugh> not, and she went <yawn> home."
    job_id = studio.submit(text, model="espeak-ng")
    page = open_page("Jobs")
    job = card(page, job_id)
    expect(job).to_have_attribute("data-status", "done", timeout=60_000)
    told = job.get_by_role("list", name="Notices").get_by_role("listitem")
    expect(told).to_have_count(2)
    expect(told.first).to_contain_text("cannot do <laugh>")
    expect(told.last).to_contain_text("cannot do <yawn>")
    assert studio.job(job_id)["notices"] == told.all_inner_texts()
