"""A plugin of pytest's for `tools.mutations`: tells coverage which test is running."""

import os
from collections.abc import Generator

import coverage
import pytest


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None]:
    """What runs now runs for this test, its fixtures too; a process that it starts, for the test's file."""
    os.environ["STUDIO_MUTATIONS_CONTEXT"] = item.nodeid.partition("::")[0]
    os.environ["COVERAGE_PROCESS_START"] = os.environ["STUDIO_MUTATIONS_SETTINGS"]
    current = coverage.Coverage.current()
    if current is not None:
        current.switch_context(item.nodeid)
    yield
    if current is not None:
        current.switch_context("")
