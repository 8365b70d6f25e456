"""The studio as one application: who may come in, the doors, and what they all share. Built once; nobody imports it.

`create_app` assembles, `serve` runs it on a port.
"""

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import gradio as gr
import platformdirs
from fastapi import FastAPI
from gradio.networking import setup_tunnel
from redis import Redis
from redis.exceptions import RedisError
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from engine.errors import EngineError, OptionError
from engine.pool import ModelPool
from studio import certificate
from studio.access import LOCAL, WILDCARDS, Access, current_person
from studio.access.page.uploads import PageUploads
from studio.addresses import Addresses, in_the_network, names, url
from studio.api import build_router
from studio.api import errors as api_errors
from studio.api.context import ApiContext
from studio.library import owners
from studio.library.db import migrate
from studio.library.library import Library, open_library
from studio.library.voices.dressed import default_speaker
from studio.logs import kept
from studio.page import Downloads, PageContext, build_page, mount_options, refuse_wrong_inputs
from studio.server import ServeError, address_of, listen, run
from studio.settings import Settings
from studio.warming import Warming
from workers.supervisor import Supervisor

log = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    redis_url: str = "",
    supervise: bool = False,
    warm: bool = False,
    on_warm: Callable[[str], None] | None = None,
) -> FastAPI:
    """The application: doors, page, and their lifecycle. Nothing listens yet.

    Args:
        settings: read once. Who has no login needs a token where others can reach the studio.
        redis_url: where the queue is; "" takes the settings'. Without either long work is refused with a sentence.
        supervise: start (or find) Redis and the workers with the application, and end them with it.
        warm: have the default voice ready before the first Play, beginning with the application.
        on_warm: called once with one sentence when it is, or why it is not.

    Raises:
        OptionError: a login is no good, or a public link is wanted of a studio that asks nobody.
        DatabaseBusy: the database cannot be opened.
    """
    access = Access(settings)
    settings.outputs.mkdir(parents=True, exist_ok=True)
    migrate(settings.resolved_database_url)
    redis = None if supervise else _connect(redis_url or settings.redis_url)
    library = open_library(settings.outputs, settings.resolved_database_url, redis)
    access.sessions.endings.keep_in(library.db)
    if not settings.users:
        owners.hand_over(library.db, owners.SHARED_LOGIN, LOCAL.name)
    pool = ModelPool(int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline)

    def first() -> tuple[str, str]:
        who = default_speaker(settings)
        return who.model, who.voice

    warming = Warming(pool, first, told=on_warm) if warm else None
    context = ApiContext(settings=settings, library=library, pool=pool, access=access)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        if warming is not None:
            warming.begin()
        supervisor = await asyncio.to_thread(_start_supervisor, settings, library) if supervise else None
        try:
            yield
        finally:
            if warming is not None:
                await asyncio.to_thread(warming.stop)
            if supervisor is not None:
                await asyncio.to_thread(supervisor.stop)
            await asyncio.to_thread(context.loudspeaker.stop)
            await context.live.close()
            await asyncio.to_thread(pool.close)
            library.close()

    app = FastAPI(
        title="Speech Studio",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        # Newer FastAPI would export traces wherever the environment says; nothing leaves this machine.
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.state.api = context
    api_errors.install(app)
    app.add_api_route("/health", _health(warming), include_in_schema=False)
    app.include_router(build_router())
    app.router.routes.extend(access.routes)
    _mount_page(app, context, warming)
    app.add_middleware(cast(Any, api_errors.LastResort))
    # Added last, so it is outermost: nothing is parsed or routed for whoever may not come in.
    app.add_middleware(cast(Any, access.gate))
    return app


def serve(
    settings: Settings,
    redis_url: str = "",
    supervise: bool = False,
    on_ready: Callable[[Addresses], None] | None = None,
    on_warm: Callable[[str], None] | None = None,
    seen: Callable[[str], object] | None = None,
) -> None:
    """Listen until interrupted.

    Args:
        settings: read once; port 0 takes any free port.
        redis_url: where the queue is, as for `create_app`.
        supervise: keep Redis and workers, as for `create_app`.
        on_ready: called once with the addresses to open.
        on_warm: called with one sentence when the default voice is ready, or why it is not.
        seen: told of every answer, as in `studio.server.run`.

    Raises:
        ServeError: the port is taken, the host is not this machine's, or the public link cannot be had.
        OptionError, DatabaseBusy: from `create_app`; or https and a public link at once.
        CertificateError: https, and no certificate can be kept.
    """
    with kept(settings.logs, "studio", settings.log_level):
        _serve(settings, redis_url, supervise, on_ready, on_warm, seen)


def _serve(
    settings: Settings,
    redis_url: str,
    supervise: bool,
    on_ready: Callable[[Addresses], None] | None,
    on_warm: Callable[[str], None] | None,
    seen: Callable[[str], object] | None,
) -> None:
    if settings.https and settings.share:
        raise OptionError("The public link is https already; leave out --https, or leave out --share.")
    own = certificate.own(_private_folder(), _own_names(settings)) if settings.https else None
    listener = listen(settings.host, settings.port)
    try:
        app = create_app(settings, redis_url, supervise, warm=True, on_warm=on_warm)
        context: ApiContext = app.state.api
        port = listener.getsockname()[1]

        def ready() -> None:
            link = open_share_link(context.access, port) if settings.share else ""
            log.info("the studio is open")
            if on_ready is not None:
                on_ready(_addresses(settings, context.access, port, link, own.fingerprint if own else ""))

        run(app, listener, ready, own.file if own else None, seen)
    finally:
        listener.close()
        log.info("the studio is closed")


def open_share_link(access: Access, port: int) -> str:
    """Gradio's public link to this port; its name is answered to from now on.

    Raises:
        ServeError: no network, or the tunnel's program cannot be had.
        OptionError: this studio asks nobody who they are.
    """
    try:
        link = setup_tunnel("127.0.0.1", port, secrets.token_urlsafe(32), None, None)
    except Exception as exc:  # a foreign border: whatever the tunnel raises means the same to a person
        raise ServeError("The public link could not be opened; check the network, or run without --share.") from exc
    access.share(urlsplit(link).netloc)
    return link


def _private_folder() -> Path:
    return platformdirs.user_config_path("speech-studio")


def _own_names(settings: Settings) -> list[str]:
    """Everything under which this studio may be opened, for its certificate."""
    here = ["localhost", "127.0.0.1", "::1"]
    if settings.is_loopback:
        return [*here, *settings.allowed_hosts]
    bound = in_the_network() if settings.host in WILDCARDS else [settings.host]
    return [*here, *names(), *bound, *settings.allowed_hosts]


def _addresses(settings: Settings, access: Access, port: int, link: str, fingerprint: str) -> Addresses:
    scheme = "https" if settings.https else "http"
    owner, guest = (access.tokens.owner, access.tokens.guest) if access.tokens else ("", "")
    here = address_of(settings.host, port, scheme)
    if owner and (settings.token or not settings.is_loopback):
        here += f"/?token={owner}"
    network: list[str] = []
    if not settings.is_loopback:
        hosts = in_the_network() if settings.host in WILDCARDS else [settings.host]
        network = [url(scheme, host, port, guest) for host in hosts]
    return Addresses(here, tuple(network), f"{link}/?token={guest}" if link and guest else link, fingerprint)


def _mount_page(app: FastAPI, context: ApiContext, warming: Warming | None) -> None:
    folder = (context.settings.outputs / "uploads" / "page").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    # Gradio asks the environment, when components are made and again at every upload.
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    settings = context.settings
    downloads = Downloads(settings.models_dir, settings.offline, settings.natural_dir)
    page = build_page(PageContext(context.library, context.pool, settings, downloads, context.readings, warming))
    options: dict[str, Any] = {
        **mount_options(),
        "auth_dependency": lambda request: current_person(request).name,  # pyright: ignore[reportUnknownLambdaType]
        "max_file_size": context.access.limits.allowance.max_upload_bytes,
        # Not even the outputs: what lies in an allowed folder Gradio shows in the browser, whatever it is.
        "allowed_paths": [],
        # An unforeseen error's own words may hold paths; gr.Error is shown in any case.
        "show_error": False,
        "mcp_server": False,
    }
    gr.mount_gradio_app(app, page, path="/", **options)
    # A mounted page skips Gradio's own check of input paths unless it believes it was launched.
    page.has_launched = True
    refuse_wrong_inputs(page)
    mount = next(route for route in reversed(app.routes) if isinstance(route, Mount))
    most = context.access.limits.allowance.max_upload_bytes
    mount.app = PageUploads(context.access.page_door(mount.app, folder), folder, most)


def _start_supervisor(settings: Settings, library: Library) -> Supervisor | None:
    """The keeper of Redis and the workers; None, with a warning, where there is no Redis: speech goes on without."""
    try:
        return Supervisor(settings, library).start()
    except EngineError as exc:
        log.warning("%s", exc)
        return None


def _connect(redis_url: str) -> Redis | None:
    """A client that has answered, or None."""
    if not redis_url:
        return None
    try:
        client = Redis.from_url(redis_url, socket_connect_timeout=2, health_check_interval=30)
        client.ping()
    except (RedisError, ValueError) as exc:
        log.warning("Redis does not answer, so books and recordings wait: %s", type(exc).__name__)
        return None
    return client


def _health(warming: Warming | None) -> Callable[[], Awaitable[Response]]:
    async def health() -> Response:
        return JSONResponse({"status": "ok", "voice": warming.state if warming is not None else "cold"})

    return health
