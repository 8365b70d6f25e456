"""Every route with every kind of nonsense: refused in one shape, never a fault."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Studio = Any  # conftest.Studio
HTTP = httpx.Client(timeout=60)  # one, because each httpx.get() would build a TLS context
HTTP_METHODS = {"get", "post", "put", "patch", "delete"}
ADA = {"authorization": "Bearer key-of-ada-1"}

pieces = st.sampled_from(["0", "-1", "x", "..", "%2e%2e", "%00", "%ff", "%0d%0a", "a" * 300, "1e9", "é", "%", "*", "'"])
bodies = st.sampled_from(
    [b"", b"{}", b"[]", b"null", b"{", b'{"direction": 5}', b'{"direction": ["up"]}', b"\xff", b'{"a":' * 3000, b"NaN"]
)
types = st.sampled_from(
    ["application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", ""]
)


@pytest.fixture(scope="module")
def routes(shared: Studio) -> list[tuple[str, str]]:
    paths = HTTP.get(f"{shared.url}/v1/openapi.json", headers=ADA).json()["paths"]
    found = [(method, path) for path, methods in paths.items() for method in methods if method in HTTP_METHODS]
    assert len(found) > 20
    return found


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_nonsense_is_refused_in_openais_shape(
    shared: Studio, routes: list[tuple[str, str]], data: st.DataObject
) -> None:
    method, path = data.draw(st.sampled_from(routes))
    while "{" in path:
        head, _, rest = path.partition("{")
        path = head + data.draw(pieces) + rest.partition("}")[2]
    query = data.draw(st.sampled_from(["", "?limit=-1", "?limit=x", "?format=%00", "?q=" + "x" * 300, "?kind=film"]))
    headers = ADA | {"content-type": data.draw(types), "last-event-id": data.draw(st.sampled_from(["", "x" * 300]))}
    answer = HTTP.request(method, f"{shared.url}{path}{query}", headers=headers, content=data.draw(bodies), timeout=120)
    assert answer.status_code < 500, (method, path, answer.text)
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
        assert str(shared.context.settings.outputs) not in answer.text


def test_every_door_asks_who_is_there(shared: Studio, routes: list[tuple[str, str]]) -> None:
    for method, path in routes:
        answer = HTTP.request(method, shared.url + path.replace("{", "").replace("}", ""))
        assert answer.status_code == 401, (method, path)


def test_every_door_refuses_other_sites(shared: Studio, routes: list[tuple[str, str]]) -> None:
    for method, path in routes:
        address = shared.url + path.replace("{", "").replace("}", "")
        assert HTTP.request(method, address, headers=ADA | {"origin": "https://evil.example"}).status_code == 403
        assert HTTP.request(method, address, headers=ADA | {"host": "evil.example"}).status_code == 421


def test_an_unforeseen_error_is_logged_and_tells_nothing(
    start: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = start()

    def broken(*_: object) -> None:
        raise RuntimeError("/secret/place is broken")

    monkeypatch.setattr(studio.context.library, "list_clips", broken)
    answer = HTTP.get(f"{studio.url}/v1/clips")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] in answer.json()["error"]["message"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert any(answer.headers["x-request-id"] in record.getMessage() for record in caplog.records)
    assert "/secret/place" in caplog.text


def test_a_folder_of_the_machine_is_no_model_for_strangers(shared: Studio) -> None:
    here = str(shared.context.settings.outputs)
    nowhere = "/no/such/folder/at/all"
    answers = [
        HTTP.post(f"{shared.url}/v1/audio/speech", json={"input": "x", "model": model}, headers=ADA)
        for model in (here, nowhere)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["error"]["message"].replace(here, "") == answers[1].json()["error"]["message"].replace(
        nowhere, ""
    )


@pytest.mark.parametrize("endpoint", ["speak", "model_action"])
def test_nor_is_it_through_the_page(shared: Studio, endpoint: str) -> None:
    here, nowhere = str(shared.context.settings.outputs), "/no/such/folder/at/all"
    answers: list[str] = []
    for model in (here, nowhere):
        data = ["x", "", 1.0, model, "mp3"] if endpoint == "speak" else [model, "unload"]
        told = asked(shared, endpoint, data)
        assert "event: error" in told
        assert "There is no model called" in told
        answers.append(told.replace(model, ""))
    assert answers[0] == answers[1]


def asked(studio: Studio, endpoint: str, data: list[Any]) -> str:
    """What a page's endpoint told ada."""
    started = HTTP.post(f"{studio.url}/gradio_api/call/{endpoint}", json={"data": data}, headers=ADA)
    return HTTP.get(f"{studio.url}/gradio_api/call/{endpoint}/{started.json()['event_id']}", headers=ADA).text


@pytest.mark.parametrize(
    ("chapters", "speed", "problem"),
    [
        ("0,1", 1.0, "list of numbers"),
        (["0"], 1.0, "list of numbers"),
        ([[0]], 1.0, "list of numbers"),
        ([], "x", "speed"),
    ],
)
def test_a_book_asked_for_in_wrong_types_is_refused_in_a_sentence(
    shared: Studio, chapters: Any, speed: Any, problem: str
) -> None:
    book = json.loads(asked(shared, "read_book", [None, "Hello there."]).partition("data: ")[2].splitlines()[0])[0]
    told = asked(shared, "narrate", [book["id"], chapters, "", speed, "m4b", "acx", ""])
    assert "event: error" in told
    assert problem in told


@pytest.mark.parametrize(
    ("text", "speed", "problem"), [(None, 1.0, "nothing to say"), ("Hi.", "x", "speed is a number")]
)
def test_speech_asked_for_in_wrong_types_is_refused_in_a_sentence(
    shared: Studio, text: Any, speed: Any, problem: str
) -> None:
    assert problem in asked(shared, "speak", [text, "", speed, "", "mp3"])


def test_a_recording_that_was_not_sent_is_missed_in_a_sentence(shared: Studio) -> None:
    assert "There is no recording; send one." in asked(shared, "transcribe", [None, "", "", False, "", ""])
