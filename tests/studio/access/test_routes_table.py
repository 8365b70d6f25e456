"""docs/routes.md against the application: every route is in it, with the code's own limit, and nothing else is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr
from starlette.routing import BaseRoute, Mount
from starlette.testclient import TestClient

from studio.access.body_limits import OTHER_BYTES
from studio.access.page.door import PageDoor
from studio.access.page.routes import is_open
from studio.access.page.uploads import PageUploads
from studio.api.context import ApiContext
from studio.api.json_route import LongJsonRoute
from studio.app import create_app
from studio.server import MAX_MESSAGE_BYTES
from studio.settings import Settings

TABLE = Path(__file__).resolve().parents[3] / "docs" / "routes.md"
ADA = {"authorization": "Bearer key-of-ada-1"}
FILES = "written to disk as it comes"
THREAD = "event loop; beyond 64 KiB on a thread"


@dataclass(frozen=True)
class Row:
    """A line of the table; the closed ones have no more than an address."""

    method: str
    path: str
    most_bytes: int = 0
    parsed: str = ""
    who: str = "nobody"


@dataclass(frozen=True)
class Found:
    """A route of the application."""

    method: str
    path: str
    route: BaseRoute
    is_gradios: bool

    @property
    def row(self) -> tuple[str, str]:
        """How the table names it."""
        return self.method, self.path.rstrip("/") or "/"

    @property
    def example(self) -> str:
        """An address of it."""
        return re.sub(r"\{[^}]*\}", "7", self.path)


def walked(routes: Any, prefix: str = "", is_gradios: bool = False) -> Iterator[Found]:
    for context in iter_route_contexts(routes):
        route = context.route
        if isinstance(route, Mount):
            app = route.app.door if isinstance(route.app, PageUploads) else route.app
            door = isinstance(app, PageDoor)
            inside = getattr(app, "page", app)
            below = getattr(inside, "routes", None)
            if below is not None:
                yield from walked(below, prefix + route.path, is_gradios or door)
            else:
                yield Found("GET", f"{prefix}{route.path}/{{file}}", route, is_gradios)
            continue
        for method in getattr(context, "methods", None) or ["WS"]:
            yield Found(method, f"{prefix}{context.path}", context.original_route, is_gradios)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    outputs = tmp_path_factory.mktemp("outputs")
    users = {"ada": SecretStr("key-of-ada-1")}
    return create_app(Settings(_env_file=None, outputs=outputs, offline=True, users=users))  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def found(app: FastAPI) -> list[Found]:
    return list(walked(app.routes))


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str], Row]:
    lines = re.findall(r"^\| ([A-Z]+) \| `([^`]+)` \|(?:(.*)\|)?$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    table: dict[tuple[str, str], Row] = {}
    for method, path, rest in lines:
        cells = [cell.strip() for cell in rest.split("|")] if rest.strip() else []
        assert (method, path) not in table, f"{method} {path} stands twice"
        table[method, path] = (
            Row(method, path, int(cells[0].replace(",", "")), *cells[1:]) if cells else Row(method, path)
        )
    return table


def test_every_route_is_in_the_table_and_nothing_else_is(found: list[Found], rows: dict[tuple[str, str], Row]) -> None:
    there = {one.row for one in found}
    assert len(there) > 100
    assert there - rows.keys() == set(), "not in docs/routes.md"
    assert rows.keys() - there == set(), "no such route any more"


def test_the_limits_are_those_of_the_code(app: FastAPI, found: list[Found], rows: dict[tuple[str, str], Row]) -> None:
    context: ApiContext = app.state.api
    limits = context.access.body_limits
    for one in found:
        row = rows[one.row]
        if row.who == "nobody":
            continue
        most = MAX_MESSAGE_BYTES if one.method == "WS" else limits.of(one.method, one.example)
        assert (one.row, row.most_bytes) == (one.row, most)


def test_what_may_be_long_is_not_parsed_on_the_loop(found: list[Found], rows: dict[tuple[str, str], Row]) -> None:
    for one in found:
        row = rows[one.row]
        if row.most_bytes > OTHER_BYTES and one.method != "WS":
            assert row.parsed in {FILES, THREAD}, row
            if row.parsed == THREAD:
                assert one.is_gradios or isinstance(one.route, LongJsonRoute), row


def test_only_four_addresses_take_files(rows: dict[tuple[str, str], Row]) -> None:
    large = {(row.method, row.path) for row in rows.values() if row.most_bytes > 64_000_000}
    assert large == {
        ("POST", "/v1/jobs"),
        ("POST", "/v1/audio/transcriptions"),
        ("POST", "/v1/audio/translations"),
        ("POST", "/gradio_api/upload"),
    }


def test_who_may_is_who_may(app: FastAPI, found: list[Found], rows: dict[tuple[str, str], Row]) -> None:
    client = TestClient(app, base_url="http://127.0.0.1", follow_redirects=False, raise_server_exceptions=False)
    for one in found:
        row = rows[one.row]
        if one.is_gradios and one.row not in {("POST", "/login"), ("GET", "/logout")}:
            assert is_open(one.method, one.example) is (row.who != "nobody"), row
        if one.method == "WS":
            continue
        answer = client.request(one.method, one.example)
        assert ("www-authenticate" in answer.headers) is (row.who != "anybody"), row
        if row.who == "nobody":
            assert client.request(one.method, one.example, headers=ADA).status_code == 404, row
