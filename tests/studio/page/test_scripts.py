"""The page's scripts: one entry that reaches all of them, checked files, addresses of one version."""

import re
import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from studio.api.listen import routes as listen
from studio.page import HEAD
from studio.page.scripts import ASSETS, ENTRY, FOLDER, STATIC, fingerprint, static_routes

PAGE = ASSETS.parent
MODULES = sorted(ASSETS.rglob("*.js"))
LISTEN = sorted(listen.FOLDER.glob("*.js"))
IMPORT = re.compile(r'^import (?:[^"]* from )?"(?P<address>[^"]+)";$', re.M)
WORKLET = re.compile(r'addWorklet\(context, "(?P<address>[^"]+)"\)')


def named(path: Path) -> list[str]:
    """The addresses of what a script asks for."""
    text = path.read_text(encoding="utf-8")
    return [found["address"] for pattern in (IMPORT, WORKLET) for found in pattern.finditer(text)]


def test_the_page_names_one_script_and_nothing_of_another_host() -> None:
    assert re.findall(r"<script\b[^>]*>", HEAD) == [f'<script type="module" src="{FOLDER}/{ENTRY}">']
    sources = re.findall(r'(?:src|href)="([^"]*)"', HEAD)
    assert all(source.startswith((f"{FOLDER}/", "data:")) for source in sources)
    for source in sources:
        assert source.startswith("data:") or (ASSETS / source.removeprefix(f"{FOLDER}/")).is_file()


def test_the_entry_reaches_every_module_and_every_import_is_a_file() -> None:
    reached: set[Path] = set()
    left = [ASSETS / ENTRY]
    while left:
        path = left.pop()
        assert path.is_file(), path
        reached.add(path)
        left += [one for one in ((path.parent / address).resolve() for address in named(path)) if one not in reached]
    assert reached == set(MODULES)


def test_what_the_page_of_listen_asks_for_is_served() -> None:
    html = (listen.FOLDER / "listen.html").read_text(encoding="utf-8")
    assert re.findall(r"<script\b[^>]*>", html) == ['<script type="module" src="listen/listen.js">']
    for script in LISTEN:
        assert {address.removeprefix("./") for address in named(script)} <= set(listen.FILES)
    for name, (folder, _) in listen.FILES.items():
        assert (folder / name).is_file()


@pytest.mark.parametrize("path", [*MODULES, *LISTEN], ids=lambda path: path.relative_to(PAGE.parent).as_posix())
def test_it_is_type_checked(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "// @ts-check"
    assert lines[1].startswith("/* "), "what it is for comes first"
    assert not re.search(r"@ts-(ignore|nocheck|expect-error)", "\n".join(lines))


def test_whatever_changes_in_any_file_changes_all_addresses(tmp_path: Path) -> None:
    copy = tmp_path / "assets"
    shutil.copytree(ASSETS, copy)
    before = fingerprint(copy)
    assert f"{STATIC}/{before}" == FOLDER
    for path in copy.rglob("*.js"):
        kept = path.read_bytes()
        path.write_bytes(kept + b" ")
        assert fingerprint(copy) != before, path
        path.write_bytes(kept)
    assert fingerprint(copy) == before
    (copy / ENTRY).rename(copy / "mainly.js")  # in the same place of the list
    assert fingerprint(copy) != before


def test_a_browser_may_keep_what_is_served_and_gets_no_other_version() -> None:
    client = TestClient(Starlette(routes=static_routes()))
    for path in (ASSETS / ENTRY, ASSETS / "sound" / "worklet.js"):
        answer = client.get(f"{FOLDER}/{path.relative_to(ASSETS).as_posix()}")
        assert answer.content == path.read_bytes()
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]
    for gone in ("0" * 12 + f"/{ENTRY}", ENTRY, "", FOLDER.rpartition("/")[2], f"x/../{ENTRY}", "../theme.py"):
        assert client.get(f"{STATIC}/{gone}").status_code == 404
    assert client.get(f"{FOLDER}/%2e%2e/theme.py").status_code == 404


def test_what_python_writes_for_the_page_finds_what_it_names() -> None:
    offered = re.search(r"window\.studio = \{(.*?)\n\};", (ASSETS / ENTRY).read_text(encoding="utf-8"), re.S)
    assert offered is not None
    names = set(re.findall(r"^  (\w+),$", offered[1], re.M))
    used = {name for path in PAGE.rglob("*.py") for name in re.findall(r"window\.studio\??\.(\w+)", path.read_text())}
    assert {"mount", "mayDownload"} < used <= names
