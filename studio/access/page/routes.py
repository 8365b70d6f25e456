"""Which of Gradio's own routes are open, and whose sessions and events are whose.

Gradio answers far more than a page needs (a proxy, a recorder, an editor, run history on a hub, a monitoring board).
What is not listed here does not exist.
"""

import re
import threading
from collections import OrderedDict

from studio.access.errors import Forbidden
from studio.access.people import Person

API = "/gradio_api"
MAX_REMEMBERED = 50_000

_OPEN = {
    "GET": re.compile(
        r"/|/config/?|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/pwa_icon(/\d+)?"
        r"|/(assets|static|svelte)/.+"
        rf"|{API}/(theme\.css|info/?|app_id/?|user/?|login_check/?|startup-events|queue/data|queue/status"
        r"|upload_progress|heartbeat/[^/]+|call/(v2/)?[^/]+/[^/]+|file=.+)"
    ),
    "POST": re.compile(
        rf"{API}/(upload|queue/join|cancel|reset/?|component_server/?|(run|api)/[^/]+/?|call/(v2/)?[^/]+/?)"
    ),
}
_OPEN["HEAD"] = re.compile(rf"/|/(assets|static|svelte)/.+|{API}/file=.+")

# Answers that are the same for everybody and hold nobody's files.
STATIC = re.compile(rf"/theme\.css|/favicon\.ico|/robots\.txt|/pwa_icon.*|/(assets|static|svelte)/.+|{API}/theme\.css")
# Answers that Gradio serves without asking who is there; a login page may need none of them.
TAKES_JSON = re.compile(rf"{API}/(queue/join|cancel|reset/?|component_server/?|(run|api)/.+|call/.+)")
UPLOAD = f"{API}/upload"
FILE = f"{API}/file="
JOIN = re.compile(rf"{API}/(queue/join|call/(v2/)?[^/]+/?)")


def is_open(method: str, path: str) -> bool:
    """Whether the page may use this route of Gradio's."""
    pattern = _OPEN.get(method)
    return bool(pattern and pattern.fullmatch(path))


class Claims:
    """Who owns a Gradio session or event: whoever named it first. Bounded; the longest unused is forgotten."""

    def __init__(self, max_remembered: int = MAX_REMEMBERED) -> None:
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._max_remembered = max_remembered
        self._lock = threading.Lock()

    def claim(self, identifier: str, person: Person) -> None:
        """Take an identifier, or show that it is already this person's.

        Raises:
            Forbidden: it is somebody else's.
        """
        with self._lock:
            owner = self._owners.setdefault(identifier, person.name)
            self._owners.move_to_end(identifier)
            if len(self._owners) > self._max_remembered:
                self._owners.popitem(last=False)
        if owner != person.name:
            raise Forbidden("That session is not yours; reload the page.")
