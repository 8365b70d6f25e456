"""What a visitor writes into headers that only the public link may write never reaches the page or the API."""

from pathlib import Path

import pytest
from fastapi import FastAPI, Request

from studio.access import Access
from tests.studio.access.test_gate import HTTP, Serve, two_people

KEY = {"authorization": "Bearer key-of-ada-1"}
LINK = "abc.gradio.live"


@pytest.fixture
def mirror(serve: Serve, tmp_path: Path) -> str:
    """An application behind the gate that answers with what it was told; its address."""
    app = FastAPI()

    @app.get("/v1/told")
    def told(request: Request) -> dict[str, object]:
        return {"headers": dict(request.headers), "base": str(request.base_url), "scheme": request.url.scheme}

    access = Access(two_people(tmp_path))
    access.share(LINK)
    app.add_middleware(access.gate)  # type: ignore[arg-type]
    return serve(app)


@pytest.mark.parametrize(
    "name",
    ["x-forwarded-host", "X-Forwarded-Host", "x-forwarded-prefix", "x-forwarded-port", "x-gradio-server"],
)
@pytest.mark.parametrize("host", ["", LINK])
def test_headers_of_a_proxy_are_taken_off(mirror: str, name: str, host: str) -> None:
    sent = {**KEY, name: "evil.example"} | ({"host": host} if host else {})
    told = HTTP.get(f"{mirror}/v1/told", headers=sent).json()
    assert "evil.example" not in str(told)
    assert name.lower() not in told["headers"]


def test_only_the_link_is_secure_whatever_a_visitor_says(mirror: str) -> None:
    said = {**KEY, "x-forwarded-proto": "https"}
    assert HTTP.get(f"{mirror}/v1/told", headers=said).json()["scheme"] == "http"
    said = {**KEY, "x-forwarded-proto": "http", "host": LINK}
    told = HTTP.get(f"{mirror}/v1/told", headers=said).json()
    assert told["scheme"] == "https"
    assert told["headers"]["x-forwarded-proto"] == "https"
