"""The stream protocol alone, as an application: /ws/orpheus, the same at /, and /listen; no page, queue or database.

`create_stream_app` assembles, `serve_stream` runs it on a port.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from fastapi import FastAPI
from starlette.responses import JSONResponse, RedirectResponse, Response

from engine.pool import ModelPool
from studio.access import Access
from studio.api import errors as api_errors
from studio.api import listen as listen_page
from studio.api.speech import stream_socket
from studio.library.voices.dressed import default_speaker
from studio.logs import kept
from studio.server import address_of, listen, run
from studio.settings import Settings
from studio.warming import Warming


@dataclass(frozen=True, slots=True)
class StreamContext:
    """What the two doors use; built once."""

    settings: Settings
    pool: ModelPool
    access: Access
    library: None = None


def create_stream_app(settings: Settings, warm: bool = False) -> FastAPI:
    """The application; nothing listens yet.

    Args:
        settings: read once. Who has no login needs a token where others can reach it.
        warm: have the default voice say a few words that nobody hears, beginning with the application.

    Raises:
        OptionError: a login is no good.
    """
    access = Access(settings)
    pool = ModelPool(int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline)

    def first() -> tuple[str, str]:
        who = default_speaker(settings)
        return who.model, who.voice

    warming = Warming(pool, first)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        if warm:
            warming.begin()
        try:
            yield
        finally:
            await asyncio.to_thread(warming.stop)
            await asyncio.to_thread(pool.close)

    app = FastAPI(
        title="Speech Studio, streams",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.state.api = StreamContext(settings, pool, access)
    api_errors.install(app)
    app.add_api_route("/health", _health, include_in_schema=False)
    app.add_api_route("/", _home, include_in_schema=False)
    app.include_router(stream_socket.router)
    # Clients of other servers of this protocol open the port and name no path.
    app.add_api_websocket_route("/", stream_socket.speak)
    app.include_router(listen_page.router)
    app.router.routes.extend(access.routes)
    app.add_middleware(cast(Any, api_errors.LastResort))
    # Added last, so it is outermost: nothing is parsed or routed for whoever may not come in.
    app.add_middleware(cast(Any, access.gate))
    return app


def serve_stream(
    settings: Settings,
    preload: bool = True,
    on_ready: Callable[[str, str], None] | None = None,
    seen: Callable[[str], object] | None = None,
) -> None:
    """Listen until interrupted.

    Args:
        settings: read once; port 0 takes any free port.
        preload: have the default model in memory, and warm, before the first request.
        on_ready: called once with the address, and the token that programs send or "".
        seen: told of every answer, as in `studio.server.run`.

    Raises:
        ServeError: the port is taken, or the host is not this machine's.
        OptionError: from `create_stream_app`.
        ModelError: the model to preload cannot be had.
    """
    with kept(settings.logs, "serve-orpheus", settings.log_level):
        _serve(settings, preload, on_ready, seen)


def _serve(
    settings: Settings,
    preload: bool,
    on_ready: Callable[[str, str], None] | None,
    seen: Callable[[str], object] | None,
) -> None:
    listener = listen(settings.host, settings.port)
    try:
        app = create_stream_app(settings, warm=preload)
        context: StreamContext = app.state.api

        def ready() -> None:
            if preload:
                context.pool.preload(default_speaker(settings).model)
            if on_ready is not None:
                token = context.access.tokens.owner if context.access.tokens else ""
                on_ready(address_of(settings.host, listener.getsockname()[1]), token)

        run(app, listener, ready, seen=seen)
    finally:
        listener.close()


async def _health() -> Response:
    return JSONResponse({"status": "ok"})


async def _home() -> Response:
    return RedirectResponse("/listen", 303)
