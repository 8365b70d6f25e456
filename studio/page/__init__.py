"""Door 2, people: the Gradio page, one file a tab. `studio.app` mounts what `build_page` makes, with `mount_options()`.

The page's sound, jobs and captions travel over the same HTTP routes that programs use, found by their addresses; this
package imports no other door.
"""

import os

# Before Gradio is imported: it decides at import whether it may call home.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from typing import Any

from studio.page.context import PageContext
from studio.page.fetching import Downloads
from studio.page.inputs import refuse_wrong_inputs
from studio.page.layout import build_page
from studio.page.scripts import static_routes
from studio.page.theme import StudioTheme, head

THEME = StudioTheme()
HEAD = head()

__all__ = ["HEAD", "THEME", "Downloads", "PageContext", "build_page", "mount_options", "refuse_wrong_inputs"]


def mount_options() -> dict[str, Any]:
    """What `gr.mount_gradio_app` needs, beside the page, so that it looks and works as meant; for the path "/" only."""
    return {
        "theme": THEME,
        "head": HEAD,
        "app_kwargs": {"routes": static_routes()},
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "pwa": False,
        "show_error": True,
        "enable_monitoring": False,
    }
