"""What goes wrong, as programs are told it: a status and OpenAI's error object. Nobody else knows both sides."""

import logging
from collections.abc import Sequence
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import (
    Cancelled,
    DownloadError,
    EngineError,
    InputError,
    ModelNotDownloaded,
    ModelNotFound,
    OutOfMemory,
)
from studio.access import Refusal, TooMany, Unauthorised
from studio.access.errors import Unreadable, error_body
from studio.access.middleware import REQUEST_ID_KEY
from studio.access.requests import asked
from studio.api.asked import Refused
from studio.api.bridge import Gone
from studio.books import TooManyReadings
from studio.library.errors import DISK_FULL, Conflict, DatabaseBusy, IllegalMove, NotFound, QueueFull, StorageError
from studio.library.storage import FULL

log = logging.getLogger(__name__)


class QueueDown(EngineError):
    """Long work cannot be queued because the queue is not running."""


# First match wins, so a class stands before its parents: (error, status, OpenAI's type, code).
_STATUSES: tuple[tuple[type[EngineError], int, str, str], ...] = (
    (ModelNotFound, 404, "invalid_request_error", "model_not_found"),
    (ModelNotDownloaded, 409, "invalid_request_error", "model_not_downloaded"),
    (DownloadError, 503, "server_error", "download_failed"),
    (OutOfMemory, 503, "server_error", "out_of_memory"),
    (TooManyReadings, 429, "invalid_request_error", "readers_busy"),
    (InputError, 400, "invalid_request_error", "invalid_value"),
    (NotFound, 404, "invalid_request_error", "not_found"),
    (IllegalMove, 409, "invalid_request_error", "illegal_move"),
    (Conflict, 409, "invalid_request_error", "conflict"),
    (QueueFull, 429, "invalid_request_error", "queue_full"),
    (StorageError, 507, "server_error", "storage"),
    (DatabaseBusy, 503, "server_error", "busy"),
    (QueueDown, 503, "server_error", "queue_down"),
    (Cancelled, 409, "invalid_request_error", "cancelled"),
    (EngineError, 500, "server_error", "failed"),
)
RETRY_AFTER_S = {"queue_full": 60, "readers_busy": 10, "busy": 2, "queue_down": 10, "out_of_memory": 10}


def wire(exc: EngineError) -> tuple[int, dict[str, Any]]:
    """The status and the body for an error."""
    if isinstance(exc, Refusal):
        kind = "authentication_error" if isinstance(exc, Unauthorised) else "invalid_request_error"
        return exc.status, error_body(str(exc), kind, exc.code)
    status, kind, code = next(entry[1:] for entry in _STATUSES if isinstance(exc, entry[0]))
    return status, error_body(str(exc), kind, code, getattr(exc, "param", None))


def error_response(exc: EngineError) -> Response:
    """The whole answer for an error."""
    status, body = wire(exc)
    response = JSONResponse(body, status_code=status)
    wait_s = exc.retry_after_s if isinstance(exc, TooMany) else RETRY_AFTER_S.get(body["error"]["code"])
    if wait_s is not None:
        response.headers["retry-after"] = str(wait_s)
    return response


def install(app: FastAPI) -> None:
    """Have every error of the application answered in this shape."""
    app.add_exception_handler(EngineError, _engine_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Gone, _gone)


class LastResort:
    """ASGI middleware for what nobody foresaw: logged with the request's id, answered without a word of the inside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; never let an exception reach the server."""
        has_started = False

        async def noting(message: Message) -> None:
            nonlocal has_started
            has_started = has_started or message["type"].endswith((".start", ".accept"))
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            return
        except Exception as exc:
            if scope["type"] == "lifespan":
                raise
            if isinstance(exc, OSError) and exc.errno in FULL and scope["type"] == "http" and not has_started:
                # Of whoever writes: the page's own uploads are written by Gradio, which knows no sentence for it.
                await error_response(StorageError(DISK_FULL))(scope, receive, send)
                return
            request_id = scope.get(REQUEST_ID_KEY, "")
            log.exception("request %s: %s failed", request_id, asked(scope))
            if scope["type"] == "http" and not has_started:
                message = f"Something went wrong inside the studio; its log tells more under {request_id}."
                answer = JSONResponse(error_body(message, "server_error", "internal_error"), status_code=500)
                await answer(scope, receive, send)


async def _engine_error(request: Request, exc: Exception) -> Response:
    engine_error = cast(EngineError, exc)
    response = error_response(engine_error)
    if response.status_code >= 500:
        log.warning("%s: %s", asked(request.scope), exc, exc_info=exc.__cause__)
    return response


async def _invalid(request: Request, exc: Exception) -> Response:
    message, param = invalid_sentence(cast(RequestValidationError, exc).errors())
    return JSONResponse(error_body(message, "invalid_request_error", "invalid_value", param), status_code=400)


async def _http(request: Request, exc: Exception) -> Response:
    error = cast(HTTPException, exc)
    if isinstance(error.__cause__, Refusal):
        return error_response(error.__cause__)
    if error.status_code == 400 and isinstance(error.__cause__, ValueError | RecursionError):
        # FastAPI's own words for a body it cannot parse.
        return error_response(Unreadable("The request must be a JSON object; check its syntax."))
    sentences = {
        404: "There is nothing at this address.",
        405: f"{request.method} is not possible at this address.",
    }
    message = sentences.get(error.status_code) or str(error.detail)
    body = error_body(message, "invalid_request_error", "not_found" if error.status_code == 404 else None)
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


async def _gone(request: Request, exc: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it; the connection is closed


def invalid_sentence(errors: Sequence[Any]) -> tuple[str, str | None]:
    """What is wrong with a request, as one sentence, and the name of the field."""
    first: dict[str, Any] = errors[0] if errors else {}
    if isinstance(refused := first.get("ctx", {}).get("error"), Refused):
        return str(refused), refused.param
    place = [str(step) for step in first.get("loc", ()) if step not in {"body", "query", "path", "header"}]
    problem = str(first.get("msg", "cannot be used")).removeprefix("Value error, ").rstrip(".")
    if first.get("type") in {"json_invalid", "model_attributes_type"} or not place:
        return "The request must be a JSON object; check its syntax.", None
    # A union's branches and a model's name stand behind the field's own name.
    param = place[0]
    if first.get("type") == "missing":
        return f"The request lacks `{param}`; add it.", param
    return f"`{param}` cannot be used: {problem[:1].lower()}{problem[1:]}.", param
