"""What Gradio refuses, in the studio's words and with a status that says whose fault it is.

Gradio answers a request it cannot read with an error of its own inside, and a sentence of ours with 500. Both are told
apart here: 4xx is for whoever asked, 500 for us alone. Nothing of what was sent comes back.
"""

import json
from typing import Any, cast

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from engine.errors import EngineError
from studio.access.errors import Refusal, Unreadable, error_body

UNREADABLE = "The page's request cannot be understood; reload the page."
INSIDE = "Something went wrong inside the studio; its log says more. Try again."
"""The one sentence of the page that is our fault."""
_SENTENCES = {
    401: ("Log in first.", "invalid_api_key"),
    403: ("That is not one of yours; reload the page.", "forbidden"),
    404: ("There is nothing at this address.", "not_found"),
    413: ("The file is larger than what one upload may have.", "too_large"),
    429: ("The page has too much to do; try again in a moment.", "busy"),
    503: ("The page has too much to do; try again in a moment.", "busy"),
}


def blame(exc: Exception) -> Exception:
    """What to raise for an exception that came out of Gradio while it took in a request."""
    if isinstance(exc.__cause__, EngineError):
        return exc.__cause__  # the page made a sentence for people of it; here it becomes a status again
    sentence = getattr(exc, "message", None)
    if isinstance(exc, OSError | MemoryError | RuntimeError | Refusal | ClientDisconnect) or sentence == INSIDE:
        return exc
    return Unreadable(sentence if isinstance(sentence, str) and type(exc).__name__ == "Error" else UNREADABLE)


def in_our_words(status: int, body: bytes) -> tuple[int, dict[str, Any]]:
    """The status and the body for an answer with which Gradio refuses.

    Args:
        status: Gradio's, 400 or more.
        body: Gradio's.

    Returns:
        The status, and the object to answer with. A page's function that says why it cannot is the one case in which
        Gradio's own object stays, because its script on the page shows the sentence in `error`.
    """
    said = _said(body)
    if said is not None and said["error"] != UNREADABLE:
        return (500 if said["error"] == INSIDE else 400), said
    if status in _SENTENCES:
        sentence, code = _SENTENCES[status]
        return status, refused(sentence, code)
    if status >= 500 and said is None:
        return status, refused(INSIDE, "internal_error", "server_error")
    return 400, refused(UNREADABLE, "invalid_value")


def refused(sentence: str, code: str, kind: str = "invalid_request_error") -> dict[str, Any]:
    """Our shape, and `detail`, which is where Gradio's own clients look."""
    return {**error_body(sentence, kind, code), "detail": sentence}


def refusal_response(exc: Refusal) -> Response:
    """The answer for a refusal of ours at one of Gradio's addresses."""
    return JSONResponse(refused(str(exc), exc.code), status_code=exc.status)


def _said(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    said = cast(dict[str, Any], value)
    return said if isinstance(said.get("error"), str) and said["error"] else None
