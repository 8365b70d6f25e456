"""When the page begins to play: at once where the studio is quick, else when nothing will be missing in the middle."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.running import Open, wait_until

RATE = 24000
# Instead of the studio: pieces of a tone, each after so many milliseconds, with the lead that the studio would tell.
SPEECH = """(plan) => {
  const RATE = 24000;
  const piece = (seconds) => {
    const samples = new Int16Array(Math.round(seconds * RATE)).map((_, i) => 9000 * Math.sin(i / 9));
    let text = "";
    for (const byte of new Uint8Array(samples.buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const events = plan.map(([wait, seconds, lead]) =>
    [wait, { type: "speech.audio.delta", audio: piece(seconds), sample_rate: RATE, lead }]);
  const real = window.fetch;
  const speech = (options) => new Response(new ReadableStream({
    async start(stream) {
      const write = (event) => stream.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(event)}\\n\\n`));
      for (const [wait, event] of events) {
        await new Promise((done) => setTimeout(done, wait));
        if (options.signal.aborted) return;
        write(event);
      }
      write({ type: "speech.audio.done" });
      stream.close();
    },
  }), { headers: { "X-Sample-Rate": String(RATE) } });
  window.fetch = async (path, options) => path === "/v1/audio/speech" ? speech(options) : real(path, options);
}"""


def play(page: Page, plan: list[tuple[float, float, float]]) -> None:
    page.locator("#speak-text textarea").fill("Some words.")
    page.evaluate("() => window.studio.player.warm(24000)")
    page.evaluate(SPEECH, plan)
    page.locator("#speak-player [data-st=play]").click()


def last(page: Page) -> dict[str, Any]:
    return page.evaluate("window.studio.metrics.plays.at(-1) ?? {}")


def ended(page: Page) -> dict[str, Any]:
    return wait_until(lambda: (now := last(page)).get("reason") and now, what="the play ends")


def test_without_a_lead_it_begins_with_the_first_piece(open_page: Open) -> None:
    page = open_page()
    play(page, [(50, 1.0, 0), (900, 0.3, 0)])
    wait_until(lambda: last(page).get("samplesPlayed"), what="sound")
    assert last(page)["samplesReceived"] == RATE
    assert ended(page)["samplesPlayed"] == round(1.3 * RATE)


def test_a_slow_machine_says_how_long_and_then_does_not_stop(open_page: Open) -> None:
    page = open_page()
    # Half a second of sound a second: begun at once this would stop twice.
    play(page, [(50, 1.0, 2.0), (1500, 1.0, 1.2), (1500, 1.0, 0), (100, 0.5, 0)])
    status = page.locator("#speak-player [data-st=status]")
    expect(status).to_have_text(
        "Starts in 2 s, so that it need not stop in the middle: this machine makes speech slowly."
    )
    expect(page.locator("#speak-player [data-st=facts]")).to_contain_text("starts in")
    assert page.evaluate("window.studio.player.state") == "filling"
    now = ended(page)
    assert now["underruns"] == 0
    assert now["samplesPlayed"] == round(3.5 * RATE)
    # The second piece told the wait anew.
    assert now["clickToSoundMs"] >= 2500


def test_a_short_wait_needs_no_words_and_the_end_ends_it(open_page: Open) -> None:
    page = open_page()
    play(page, [(50, 0.4, 0.6), (30, 0.4, 0.5)])
    expect(page.locator("#speak-player [data-st=status]")).to_have_text("Finished.")
    now = last(page)
    # All of it was there after 80 ms: nothing was left to wait for.
    assert now["samplesPlayed"] == round(0.8 * RATE)
    assert now["leadMs"] > now["clickToSoundMs"]


def test_what_is_held_for_a_slow_machine_may_be_more_than_the_ring(open_page: Open) -> None:
    page = open_page()
    play(page, [(20, 7.0, 20.0)] * 10 + [(60_000, 1.0, 0)])
    wait_until(lambda: last(page).get("samplesReceived") == 70 * RATE, what="70 s are fetched")
    assert page.evaluate("window.studio.player.current.sent") <= 50 * RATE
    assert not last(page)["samplesPlayed"]
    page.locator("#speak-player [data-st=stop]").click()
    assert ended(page)["reason"] == "stopped"


def test_stopped_while_it_waits_it_never_begins(open_page: Open) -> None:
    page = open_page()
    play(page, [(20, 1.0, 1.0), (3000, 1.0, 0)])
    wait_until(lambda: page.evaluate("window.studio.player.state") == "filling")
    page.keyboard.press("Escape")
    expect(page.locator("#speak-player [data-st=status]")).to_have_text("Stopped.")
    page.wait_for_timeout(1300)
    assert not last(page)["samplesPlayed"]
