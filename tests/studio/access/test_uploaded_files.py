"""What somebody uploaded comes back as a file, whatever it is called: never as a page or a script of the studio."""

import contextlib
import http.client
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

from studio.access.errors import Forbidden
from studio.access.page.door import PageDoor
from studio.access.page.file_answer import SHOWN, file_answer
from studio.access.page.routes import FILE
from studio.access.page.uploads import PageUploads

ADA, BOB = {"authorization": "Bearer key-of-ada-1"}, {"authorization": "Bearer key-of-bob-1"}
CLIENT = httpx.Client(timeout=60, headers=ADA)
Studio = Any
SCRIPT = b"<script>document.title = 'ran'</script>"
ACTIVE = (
    *[
        "html",
        "htm",
        "xhtml",
        "xht",
        "shtml",
        "hta",
        "mht",
        "mhtml",
        "svg",
        "svgz",
        "xml",
        "xsl",
        "xslt",
        "rss",
        "atom",
        "rdf",
        "mathml",
        "js",
        "mjs",
        "cjs",
        "jsx",
        "ts",
        "wasm",
        "css",
    ],
    *[
        "pdf",
        "swf",
        "jar",
        "htc",
        "vbs",
        "json",
        "epub",
        "webmanifest",
        "appcache",
        "url",
        "lnk",
        "exe",
        "zip",
        "md",
        "csv",
        "vtt",
        "srt",
        "fb2",
        "docx",
        "ico",
        "tiff",
        "mp4",
    ],
    *("webm", "", "txt.html", "mp3.svg", "html.", "html ", "HTML", "XhTmL", "png;.html", "unknown"),
)
SHOWN_TYPES = set(SHOWN.values())


@pytest.fixture(scope="module")
def url(whole_studio: Studio) -> str:
    return whole_studio.url


def upload(url: str, name: str, content: bytes = SCRIPT) -> str:
    answer = CLIENT.post(f"{url}/gradio_api/upload", files={"files": (name, content)})
    assert answer.status_code == 200, answer.text
    return answer.json()[0]


def fetch(url: str, name: str, **headers: str) -> httpx.Response:
    return CLIENT.get(f"{url}{FILE}{quote(name)}", headers=headers)


def check_is_a_file(answer: httpx.Response) -> None:
    assert answer.status_code in {200, 206}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "nonce" not in answer.text
    assert "cross-origin-opener-policy" not in answer.headers  # with a sandbox a browser shows an error instead


@pytest.mark.parametrize("ending", ACTIVE)
def test_what_could_run_is_a_download_of_no_known_kind(url: str, ending: str) -> None:
    name = upload(url, f"A Book.{ending}")
    for answer in (fetch(url, name), fetch(url, name, range="bytes=0-10")):
        check_is_a_file(answer)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("ending", [ending.lstrip(".") for ending in SHOWN] + ["MP3", "Txt", "html.txt"])
def test_sounds_pictures_and_plain_text_are_shown_as_what_they_are(url: str, ending: str) -> None:
    answer = fetch(url, upload(url, f"what é.{ending}"))
    check_is_a_file(answer)
    assert answer.content == SCRIPT  # byte for byte
    assert answer.headers["content-disposition"].startswith("inline;")
    assert answer.headers["content-type"] in SHOWN_TYPES
    assert not re.search("html|xml|svg|script|css", answer.headers["content-type"])


@pytest.mark.parametrize(
    "spelt",
    [
        "/gradio_api/file={}",
        "/gradio_api/file%3D{}",
        "/gradio_api/%66ile={}",
        "/%67radio_api/file={}",
        "/gradio_api/file={}?download=0",
        "/gradio_api/file={}#.mp3",
        "/gradio_api/file={}?x=.mp3",
    ],
)
def test_another_spelling_of_the_address_changes_nothing(url: str, spelt: str) -> None:
    name = upload(url, "book.html")
    answer = CLIENT.get(url + spelt.format(name))
    check_is_a_file(answer)
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "spelt",
    [
        "/gradio_api/file/{}",
        "/gradio_api/FILE={}",
        "/file={}",
        "//gradio_api/file={}",
        "/gradio_api//file={}",
        "/gradio_api/x/../file={}",
        "/static/../gradio_api/file={}",
        "/static/{}",
        "/assets/{}",
        "/gradio_api/stream/{}",
        "/gradio_api/proxy={}",
        "/gradio_api/custom_component/{}",
        "/gradio_api/file={}/",
        "/gradio_api/file={}/../book.html",
    ],
)
def test_no_other_address_has_it(url: str, spelt: str) -> None:
    name = upload(url, "book.html")
    # As it stands: httpx would tidy the dots away.
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", spelt.format(name), headers=ADA)
        answer = connection.getresponse()
        assert answer.status in {403, 404}
        assert b"document.title" not in answer.read()


def test_parts_of_a_sound_can_be_asked_for(url: str) -> None:
    name = upload(url, "a.mp3", bytes(range(200)))
    part = fetch(url, name, range="bytes=50-99")
    assert (part.status_code, part.content) == (206, bytes(range(50, 100)))
    assert part.headers["content-type"] == "audio/mpeg"
    assert fetch(url, name, range="bytes=900-").status_code == 416
    head = CLIENT.head(f"{url}{FILE}{name}")
    assert (head.status_code, head.headers["content-length"]) == (200, "200")
    check_is_a_file(head)
    assert CLIENT.get(f"{url}{FILE}{name}", headers=BOB).status_code == 403


def test_gradio_may_show_nothing_of_the_outputs(whole_studio: Studio) -> None:
    (uploads,) = (one.app for one in whole_studio.app.routes if isinstance(getattr(one, "app", None), PageUploads))
    assert isinstance(uploads.door, PageDoor)
    assert uploads.door.page.get_blocks().allowed_paths == []


def test_only_the_page_has_scripts_with_a_nonce_and_only_its_own(url: str) -> None:
    page = CLIENT.get(url)
    policy = page.headers["content-security-policy"]
    (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
    tags = re.findall(r"<script[^>]*>", page.text)
    assert tags
    assert all(tag.startswith(f'<script nonce="{nonce}"') for tag in tags)
    sources = re.search(r"script-src ([^;]*);", policy)
    assert sources is not None
    host = url.removeprefix("http://")
    assert {f"{host}/assets/", f"{host}/static/"} < set(sources[1].split())
    assert "'self'" not in sources[1].split()


@pytest.mark.parametrize("path", ["/config", "/gradio_api/info", "/v1/models", "/v1/nothing", "/gradio_api/nothing"])
def test_what_is_opened_by_itself_is_in_a_sandbox(url: str, path: str) -> None:
    assert CLIENT.get(url + path).headers["content-security-policy"].startswith("sandbox;")


def test_a_link_out_of_the_folder_leads_nowhere(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    for name in ("link.txt", "gone.txt", "."):
        with pytest.raises(Forbidden, match="not here"):
            file_answer(folder / name, folder)


def test_html_that_is_not_the_page_gets_no_nonce(tmp_path: Path, page_door: Callable[..., Any]) -> None:
    """Whatever Gradio may answer with: `<script>` is signed at `/` alone, and there only where it is known."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        await HTMLResponse(SCRIPT.decode() + "<script>window.gradio_config = {};</script>")(scope, receive, send)

    door = page_door(answering, tmp_path)
    for path, signed in (("/", 1), ("/config", 0), ("/gradio_api/info", 0)):
        answer = door.get(path)
        assert answer.text.count("nonce=") == signed
        assert "<script>document.title" in answer.text
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self'" if signed else "sandbox;")
