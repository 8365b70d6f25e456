"""A real server on a real port, for one application at a time."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from studio.access import Access
from studio.app import create_app
from studio.settings import Settings
from tests.studio.serving import running


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """serve(app) -> its address."""
    with contextlib.ExitStack() as stack:
        yield lambda app: started(app, stack)


def started(app: ASGIApp, stack: contextlib.ExitStack) -> str:
    """Serve an application until the stack is unwound; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, proxy_headers=False, timeout_graceful_shutdown=1)
    )
    return f"http://127.0.0.1:{stack.enter_context(running(server, listener))}"


@dataclass(frozen=True)
class WholeStudio:
    """The application as it is served.

    Attributes:
        url: where.
        app: its inside.
    """

    url: str
    app: FastAPI


@pytest.fixture(scope="package")
def whole_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeStudio]:
    """The whole application on a port, for ada and bob, with a queue of nobody's."""
    users = {"ada": SecretStr("key-of-ada-1"), "bob": SecretStr("key-of-bob-1")}
    outputs = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", "")  # the application sets it: put it back afterwards
        app = create_app(Settings(_env_file=None, outputs=outputs, offline=True, users=users))  # type: ignore[call-arg]
        with contextlib.ExitStack() as stack:
            yield WholeStudio(started(app, stack), app)


@pytest.fixture
def page_door() -> Callable[[ASGIApp, Path], TestClient]:
    """page_door(application, folder) -> a client of it behind the gate and the page's door."""

    def behind(page: ASGIApp, folder: Path) -> TestClient:
        access = Access(Settings(_env_file=None, outputs=folder))  # type: ignore[call-arg]
        return TestClient(access.gate(access.page_door(page, folder)), base_url="http://127.0.0.1")

    return behind
