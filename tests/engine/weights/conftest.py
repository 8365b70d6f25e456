"""A hub on 127.0.0.1 that speaks as much of the real one's protocol as huggingface_hub and the downloader use."""

import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from engine.registry import ModelCard

COMMIT = "a" * 40


@dataclass
class Repo:
    """A model as this hub has it, and how it misbehaves."""

    files: dict[str, bytes]
    commit: str = COMMIT
    gated: bool = False
    announced: dict[str, dict[str, Any]] = field(default_factory=dict)  # name -> what the listing says instead
    cut_after: list[int] = field(default_factory=list)  # the next bodies end early, after so many bytes
    changed: dict[str, bytes] = field(default_factory=dict)  # served instead of what was announced
    piece: int = 65536
    pause_s: float = 0.0
    ranges: bool = True
    status: dict[str, int] = field(default_factory=dict)  # answer this instead of a file


class Hub:
    """The server, what it holds, and what it was asked."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.asked: list[str] = []
        self.bytes_sent: Counter[str] = Counter()
        self.tokens: set[str] = set()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_HEAD(self) -> None:
                self.do_GET(body=False)

            def do_GET(self, body: bool = True) -> None:
                path = unquote(urlsplit(self.path).path)
                hub.asked.append(f"{self.command} {path}")
                if match := re.fullmatch(r"/api/models/(.+?)(?:/revision/(.+))?", path):
                    hub.describe(self, match[1])
                elif match := re.fullmatch(r"/(cdn/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                    hub.serve(self, match[2], match[4], body, from_cdn=bool(match[1]))
                else:
                    hub.refuse(self, 404, "")

        self._sending: list[BaseHTTPRequestHandler] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True, name="hub").start()

    def until_idle(self) -> None:
        """Wait until nobody is sent anything, for it takes a while to notice that somebody has gone."""
        while self._sending:
            time.sleep(0.01)

    def refuse(self, request: BaseHTTPRequestHandler, status: int, code: str) -> None:
        request.send_response(status)
        if code:
            request.send_header("X-Error-Code", code)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def describe(self, request: BaseHTTPRequestHandler, repo_id: str) -> None:
        repo = self.repos.get(repo_id)
        if repo is None:
            return self.refuse(request, 401, "")  # the real hub does not tell missing from private
        if "" in repo.status:
            return self.refuse(request, repo.status[""], "")
        siblings = [
            {"rfilename": name} | described(name, content) | repo.announced.get(name, {})
            for name, content in repo.files.items()
        ]
        extra = [{"rfilename": name} | said for name, said in repo.announced.items() if name not in repo.files]
        answer = json.dumps({"id": repo_id, "sha": repo.commit, "siblings": siblings + extra}).encode()
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    def serve(self, request: BaseHTTPRequestHandler, repo_id: str, name: str, body: bool, from_cdn: bool) -> None:
        repo = self.repos[repo_id]
        if repo.gated and request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self.refuse(request, 403 if request.headers.get("Authorization") else 401, "GatedRepo")
        if name in repo.status:
            return self.refuse(request, repo.status[name], "")
        if name not in repo.files:
            return self.refuse(request, 404, "EntryNotFound")
        content = repo.files[name]
        told = described(name, content)
        etag = told["lfs"]["sha256"] if "lfs" in told else told["blobId"]
        if "lfs" in told and not from_cdn and not repo.gated:
            request.send_response(302)
            request.send_header("Location", f"{self.endpoint}/cdn{request.path}")
            request.send_header("X-Linked-Size", str(len(content)))
            request.send_header("X-Linked-Etag", f'"{etag}"')
            request.send_header("X-Repo-Commit", repo.commit)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return None
        self.send(request, repo, name, repo.changed.get(name, content), etag, body)
        return None

    def send(
        self, request: BaseHTTPRequestHandler, repo: Repo, name: str, content: bytes, etag: str, body: bool
    ) -> None:
        start = 0
        wanted = request.headers.get("Range")
        if wanted and repo.ranges:
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            if start >= len(content):
                return self.refuse(request, 416, "")
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            request.send_response(200)
        request.send_header("Content-Length", str(len(content) - start))
        request.send_header("ETag", f'"{etag}"')
        request.send_header("X-Repo-Commit", repo.commit)
        request.end_headers()
        if not body:
            return None
        end = len(content)
        if repo.cut_after:
            end = min(end, start + repo.cut_after.pop(0))
        self._sending.append(request)
        try:
            for at in range(start, end, repo.piece):
                piece = content[at : min(at + repo.piece, end)]
                request.wfile.write(piece)
                request.wfile.flush()
                self.bytes_sent[name] += len(piece)
                if repo.pause_s:
                    time.sleep(repo.pause_s)
        except OSError:
            request.close_connection = True
            return None
        finally:
            self._sending.remove(request)
        if end < len(content):
            request.close_connection = True
            request.connection.close()
        return None


def described(name: str, content: bytes) -> dict[str, Any]:
    """What the hub's listing says of a file: large kinds by sha256, small ones by git's sha1."""
    git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    if name.endswith((".json", ".md", ".txt")):
        return {"size": len(content), "blobId": git}
    sha256 = hashlib.sha256(content).hexdigest()
    return {"size": len(content), "blobId": git, "lfs": {"sha256": sha256, "size": len(content), "pointerSize": 134}}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_TOKEN", "")
    hub = Hub()
    yield hub
    hub.server.shutdown()
    hub.server.server_close()


CARD = ModelCard(
    id="somebody/voice-1",
    name="Voice One",
    task="speak",
    family="espeak",
    licence="Apache-2.0",
    languages=("en",),
    sample_rate=24000,
    files=("config.json", "model.safetensors", "voices/*.pt"),
)


@pytest.fixture
def card() -> ModelCard:
    return replace(CARD)


def safetensors(values: dict[str, Any]) -> bytes:
    """A file in the format, from NumPy arrays, written here so that the reader is not tested by its own library."""
    names = {"float32": "F32", "float16": "F16", "int64": "I64", "uint8": "U8", "int32": "I32"}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, array in values.items():
        raw = array.tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": names[str(array.dtype)], "shape": list(array.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


@pytest.fixture
def make_safetensors() -> Any:
    return safetensors


@pytest.fixture
def repo(hub: Hub, card: ModelCard) -> Repo:
    """A whole model on the hub."""
    import numpy as np

    weights = safetensors({"layer.weight": np.arange(200_000, dtype=np.float32)})
    files = {
        "config.json": b'{"model_type": "voice"}',
        "model.safetensors": weights,
        "voices/ada.pt": b"A" * 3000,
        "voices/bob.pt": b"B" * 4000,
        "README.md": b"not wanted",
        "deep/voices/cat.pt": b"not wanted either",
    }
    hub.repos[card.id] = Repo(files)
    return hub.repos[card.id]


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"
