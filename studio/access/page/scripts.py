"""Which scripts in the page's HTML are the page's own, so that no other gets the word that lets it run.

Gradio ships one template; what it fills in is JSON, in which no tag can begin. A script is known when its text is one
of the template's with JSON in the gaps.
"""

import importlib.util
import json
import re
from functools import cache
from pathlib import Path

_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)
_GAP = re.compile(r"\{\{.*?\}\}")


class PageScripts:
    """The scripts of one template."""

    def __init__(self, template: str) -> None:
        """Args: template: Jinja HTML, whose gaps within scripts are filled with JSON."""
        self._known = [
            re.compile("([^<]*)".join(re.escape(piece) for piece in _GAP.split(script)))
            for script in _SCRIPT.findall(template)
        ]

    def signed(self, page: str, nonce: str) -> str:
        """The page, its own scripts carrying the nonce; any other is left as it is, and will not run."""

        def sign(found: re.Match[str]) -> str:
            script = found[0]
            return f'<script nonce="{nonce}"{script[len("<script") :]}' if self.knows(script) else script

        return _SCRIPT.sub(sign, page)

    def knows(self, script: str) -> bool:
        """Whether a script element is one of the template's."""
        return any((found := known.fullmatch(script)) and all(map(_is_json, found.groups())) for known in self._known)


@cache
def page_scripts() -> PageScripts:
    """Those of the installed Gradio, found without importing it."""
    spec = importlib.util.find_spec("gradio")
    assert spec is not None
    assert spec.origin is not None
    template = Path(spec.origin).parent / "templates" / "frontend" / "index.html"
    return PageScripts(template.read_text(encoding="utf-8"))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
