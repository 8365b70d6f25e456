"""Gradio's file names on their way out and back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.access.errors import Forbidden, Unreadable
from studio.access.page.files import MAX_DEPTH, PageFiles
from studio.access.people import Person

ADA, BOB = Person("ada"), Person("bob")
META = {"_type": "gradio.FileData"}
FOLDER = Path("/srv/studio files/page")
names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda name: name not in {".", ".."}
)


def files() -> PageFiles:
    return PageFiles(FOLDER, "secret")


@given(names)
def test_a_name_leads_back_to_its_path_for_its_owner_alone(name: str) -> None:
    path = f"{FOLDER}/0a1b/{name}"
    out = files().outward_json({"path": path, "meta": META}, ADA)["path"]
    assert str(FOLDER) not in out
    assert files().inward(out, ADA) == path
    with pytest.raises(Forbidden):
        files().inward(out, BOB)


@given(names)
def test_the_url_of_a_file_unquotes_to_its_name(name: str) -> None:
    from urllib.parse import quote, unquote

    path = f"{FOLDER}/0a1b/{name}"
    sent = {"path": path, "url": f"http://127.0.0.1:1/gradio_api/file={quote(path)}", "meta": META}
    out = files().outward_json(sent, ADA)
    assert "/srv/" not in json.dumps(out)
    assert unquote(out["url"]).split("file=", 1)[1] == out["path"]


def test_a_path_in_a_persons_text_is_not_signed() -> None:
    stolen = f"{FOLDER}/0a1b/diary.txt"
    out = files().outward_json({"text": stolen, "nested": [f"<img src='/gradio_api/file={stolen}'>", stolen]}, BOB)
    assert "/srv/" not in json.dumps(out)
    for text in (out["text"], *out["nested"]):
        with pytest.raises(Forbidden):
            files().inward(text.split("file=")[-1].split("'")[0], BOB)


def test_a_path_is_signed_only_where_it_is_a_files_own() -> None:
    path = f"{FOLDER}/0a1b/diary.txt"
    for value in ({"path": path}, {"url": path}, {"orig_name": path, "meta": META}):
        out = files().outward_json({"name": "x", **value}, ADA)
        (text,) = (out[key] for key in value if key != "meta")
        with pytest.raises(Forbidden):
            files().inward(text, ADA)
        assert "/srv/" not in text


def test_an_update_of_a_files_path_is_signed_too() -> None:
    out = files().outward_json(["replace", ["value", "path"], f"{FOLDER}/0a/x.wav"], ADA)
    assert files().inward(out[2], ADA) == f"{FOLDER}/0a/x.wav"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../../etc/passwd",
        "https://example.com/x.wav",
        "file:///etc/passwd",
        "studio/../../etc/passwd",
        f"{FOLDER}/0a1b/diary.txt",
        "studio/" + "A" * 27 + "//etc/passwd",
        "studio/" + "A" * 27 + "/0a/x.wav",
    ],
)
def test_nothing_but_our_own_names_comes_in(path: str) -> None:
    with pytest.raises(Forbidden):
        files().inward_json({"data": [{"a": {"path": path, "meta": META}}]}, ADA)
    with pytest.raises(Forbidden):
        files().inward_json({"data": [[{"path": path}]]}, ADA)


def test_what_is_no_file_passes_unchanged() -> None:
    form = {"data": ["/etc/passwd", 1, None, True, {"x": [1.5, "path"]}], "path": None}
    assert files().inward_json(form, ADA) == form
    assert files().outward_json(form, ADA) == form


def test_absurd_nesting_is_refused() -> None:
    for wrap in (lambda inner: [inner], lambda inner: {"x": inner}):
        form: Any = "x"
        for _ in range(MAX_DEPTH):
            form = wrap(form)
        assert files().inward_json(form, ADA) == form
        assert files().outward_json(form, ADA) == form
        for turned in (files().inward_json, files().outward_json):
            with pytest.raises(Unreadable):
                turned(wrap(form), ADA)
