"""What holds for every test: nobody is timed, and no model of this machine is seen.

Who speaks and who listens where nobody is named depends on what is on the machine. Tests must not: they find no model
but those that come with the installation, in this process and in those it starts. A test of real weights names its
folder.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import platformdirs
import pytest
from hypothesis import settings

# A busy machine is no failure: no test is timed. In CI the same examples are tried each time, so that red means
# a change and not luck; anywhere else new ones are looked for.
settings.register_profile("studio", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("studio")

# Five seconds are httpx's own, and what a busy machine takes for a page; this object is the default of all its calls.
for _kind in ("connect", "read", "write", "pool"):
    setattr(httpx._config.DEFAULT_TIMEOUT_CONFIG, _kind, 120.0)  # type: ignore[attr-defined]

REAL = "STUDIO_TESTS_REAL_MODELS"
"""Where the real models of this machine are, for the tests in tests/real."""

_EMPTY = tempfile.TemporaryDirectory(prefix="studio-no-models-")
# Not where it is set already: workers of xdist inherit what stands below.
os.environ.setdefault(REAL, os.environ.get("STUDIO_MODELS_DIR") or str(platformdirs.user_cache_path("speech-studio")))
# Before anything reads them: the hub's client does when it is imported.
os.environ |= {"STUDIO_MODELS_DIR": f"{_EMPTY.name}/models", "HF_HUB_CACHE": f"{_EMPTY.name}/hub"}


@pytest.fixture(scope="session", autouse=True)
def no_models_of_this_machine() -> Iterator[None]:
    """For programs that name no folder of models: the machine's cache, where the natural set lies, is another one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platformdirs, "user_cache_path", lambda *_, **__: Path(_EMPTY.name) / "cache")
        yield
