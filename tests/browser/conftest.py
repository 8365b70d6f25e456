"""The real studio on a free port (page, Redis, worker, database in a temporary folder) and the machine's own Chromium.

Every page that a test opens is watched: a console error, a request to another host or an answer of 500 fails the test.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.running import ARGUMENTS, NO_BROWSER, PATIENCE_S, Open, Studio, Watch, chromium, running_studio, show

# What comes at once on a free machine may take its time where every core runs tests.
expect.set_options(timeout=PATIENCE_S * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not chromium():
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
    # Last of all: Playwright keeps an event loop running in this thread, and asyncio allows no second one.
    items.sort(key=lambda item: here in item.path.parents)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After pytest's own last line, so that nobody takes a run without a browser for a whole one."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    skipped = [report for report in reporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)]
    if skipped:
        reporter.write_line(f"{len(skipped)} browser tests were skipped: {NO_BROWSER}.", yellow=True)


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running_studio(tmp_path_factory.mktemp("studio")) as one:
        yield one


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    one = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
    yield one
    one.close()


@pytest.fixture
def watch(studio: Studio) -> Iterator[Watch]:
    one = Watch(studio.address)
    yield one
    one.check()


@pytest.fixture
def open_page(studio: Studio, browser: Browser, watch: Watch) -> Iterator[Open]:
    """Open the studio: open_page(tab="Jobs", width=390, theme="dark", browser=another)."""
    contexts: list[BrowserContext] = []

    def opened(
        tab: str = "Speak", width: int = 1280, height: int = 900, theme: Any = "light", browser: Browser = browser
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, accept_downloads=True
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        contexts.append(context)
        page = context.new_page()
        watch.attach(page)
        page.goto(studio.address)
        page.locator("#speak-player .st-play svg").wait_for()
        if tab != "Speak":
            show(page, tab)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def open_at(browser: Browser) -> Iterator[Open]:
    """Open another studio than everybody's: open_at(studio); `allow` is a fault that is not ours."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def opened(studio: Studio, allow: str = "") -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(PATIENCE_S * 1000)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(studio.address, allowed=[allow] if allow else []))
        watches[-1].attach(page)
        page.goto(studio.address)
        page.locator("#speak-player .st-play svg").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    for watch in watches:
        watch.check()
