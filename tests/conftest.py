"""What holds for every test."""

import os

from hypothesis import settings

# A busy machine is no failure: no test is timed. In CI the same examples are tried each time, so that red means
# a change and not luck; anywhere else new ones are looked for.
settings.register_profile("studio", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("studio")
