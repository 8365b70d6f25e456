"""What would sound better and is not here is said once, where it is of use, and hidden for good."""

from playwright.sync_api import expect

from tests.browser.running import Open, Studio, wait_until


def test_the_natural_voice_is_offered_until_somebody_hides_it(open_page: Open) -> None:
    page = open_page()
    line = page.locator("#speak-offers .st-offer")
    expect(line).to_contain_text("The natural voice is not on this machine yet")
    expect(line.get_by_role("button", name="Get it")).to_be_hidden()  # the studio is offline
    page.locator("#speak-text textarea").fill("One, two.")
    page.locator("#speak-player [data-st=play]").click()
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.reason") == "ended")
    expect(page.locator("#st-notice")).not_to_contain_text("natural voice")
    line.get_by_role("button", name="Do not show this again").click()
    expect(line).to_be_hidden()
    page.reload()
    page.locator("#speak-player .st-play svg").wait_for()
    page.wait_for_function("window.studio.offers.shows !== null")
    expect(line).to_be_hidden()


def test_letters_choose_who_speaks_while_nobody_else_is_chosen(open_page: Open, studio: Studio) -> None:
    studio.clear()
    page = open_page()
    page.locator("#speak-text textarea").fill("Привет, мир.")
    page.locator("#speak-player [data-st=play]").click()
    expect(page.locator("#st-notice")).to_contain_text("The text is in Russian")
    wait_until(lambda: page.evaluate("window.studio.metrics.plays.at(-1)?.reason") == "ended")
    assert page.evaluate("window.studio.metrics.plays.at(-1).loudest") > 0.05
