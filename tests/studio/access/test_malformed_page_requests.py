"""Requests to Gradio's routes that nobody can make sense of: 4xx, one sentence in our shape, and no traceback."""

import json
import logging
from typing import Any

import gradio as gr
import httpx
import pytest

from studio.access.errors import Forbidden
from studio.access.page.refusals import INSIDE, UNREADABLE, blame, in_our_words

ADA = {"authorization": "Bearer key-of-ada-1", "content-type": "application/json"}
CLIENT = httpx.Client(timeout=60, headers=ADA)
Studio = Any
CALLS = ("run/predict", "api/predict", "run/speak", "run/nothing", "queue/join", "call/nothing", "call/v2/nothing")
OTHERS = ("cancel", "reset", "component_server", "call/v2/speak")
MARK = "what-was-sent"


def body(**entries: Any) -> bytes:
    return json.dumps({"session_hash": "ada-1", "data": [MARK], **entries}).encode()


NUMBERS = [body(fn_index=number) for number in (-1, 99_999, 10**30, MARK, 1.5, [MARK], {})]
ANYWHERE = [
    *(
        b"",
        b"{",
        b"[]",
        b"[1]",
        b"null",
        b"3",
        b'"what-was-sent"',
        b"NaN",
        b"[" * 10_000,
        b'{"a":' * 5_000,
        b"\xff\xfe",
    ),
    *(b'{"data":[NaN],"fn_index":3}', b'{"data":[1e400],"fn_index":3}', b'{"data":["\\ud800"],"fn_index":3}'),
    *(b'{"session_hash":NaN}', b'{"session_hash":"\\ud800","event_id":"\\ud800","fn_index":1e400}'),
    *(body(session_hash=[MARK], event_id={}, component_id=MARK, fn_name=3), b'{"component_id":-Infinity}'),
]


def check(answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    told = answer.json()
    assert told["error"]["message"].endswith(".")
    assert told["error"]["type"] == "invalid_request_error"
    assert told["detail"] == told["error"]["message"]  # where the page's script looks
    assert MARK not in answer.text
    assert len(answer.content) < 500


@pytest.fixture(scope="module")
def url(whole_studio: Studio) -> str:
    return f"{whole_studio.url}/gradio_api"


@pytest.mark.parametrize("route", [*CALLS, *OTHERS])
def test_what_is_no_request_is_refused_with_a_sentence(
    url: str, route: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING):
        for content in ANYWHERE:
            check(CLIENT.post(f"{url}/{route}", content=content))
    assert not [record for record in caplog.records if record.exc_info]
    printed = capfd.readouterr()
    assert "Traceback" not in printed.out + printed.err


@pytest.mark.parametrize("route", ["run/predict", "api/predict", "queue/join"])
def test_a_call_of_no_function_is_refused_with_a_sentence(url: str, route: str) -> None:
    for content in NUMBERS:
        check(CLIENT.post(f"{url}/{route}", content=content))


def test_data_that_no_field_can_hold_is_refused_with_a_sentence(
    whole_studio: Studio, url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    functions = CLIENT.get(f"{whole_studio.url}/config").json()["dependencies"]
    assert len(functions) > 40
    strange: list[Any] = [[], [None] * 40]
    stranger: list[Any] = [[{"a": MARK}] * 40, [[[MARK]]] * 40, [5] * 40]
    with caplog.at_level(logging.WARNING):
        for function in functions:
            if not function["inputs"]:
                continue
            for data in strange + (stranger if function["api_visibility"] == "public" else []):
                answer = CLIENT.post(f"{url}/run/x", content=body(fn_index=function["id"], data=data))
                # A field may take it for what it is: then the function answers, or says why not.
                assert answer.status_code < 500, (function["api_name"], data, answer.text)
                if not data:
                    check(answer)
    assert not [record for record in caplog.records if record.exc_info]
    assert "Traceback" not in capfd.readouterr().err


def test_a_script_of_the_page_cannot_be_called(whole_studio: Studio, url: str) -> None:
    functions = CLIENT.get(f"{whole_studio.url}/config").json()["dependencies"]
    scripts = [one["id"] for one in functions if not one["backend_fn"]]
    assert scripts
    for number in scripts:
        check(CLIENT.post(f"{url}/run/x", content=body(fn_index=number, data=[1] * 9)))


def test_a_function_that_says_why_is_4xx_and_the_page_shows_it(whole_studio: Studio, url: str) -> None:
    functions = CLIENT.get(f"{whole_studio.url}/config").json()["dependencies"]
    (number,) = (one["id"] for one in functions if one["api_name"] == "job_action")
    answer = CLIENT.post(f"{url}/run/x", content=body(fn_index=number, data=["nothing", "pause"]))
    assert answer.status_code == 400
    assert "no such job" in answer.json()["error"]  # a text: the page's script shows it


def test_what_a_script_of_the_page_asks_for_in_vain_has_its_status(whole_studio: Studio, url: str) -> None:
    components = CLIENT.get(f"{whole_studio.url}/config").json()["components"]
    found = [one["id"] for one in components if "paragraphs" in (one["props"].get("server_fns") or [])]
    (number,) = found
    asked = {"session_hash": "ada-1", "component_id": number, "fn_name": "paragraphs"}
    gone = {"book": MARK, "sources": [0], "start": 0, "count": 5}
    for data in (gone, MARK, None, {"book": MARK}, {"book": [MARK], "sources": MARK}):
        answer = CLIENT.post(f"{url}/component_server", content=json.dumps({**asked, "data": data}))
        assert answer.status_code < 500, (data, answer.text)
        assert MARK not in answer.text


def test_whose_fault_it_is() -> None:
    sentence = "There is no such job."
    known = gr.Error(sentence)
    known.__cause__ = Forbidden(sentence)
    assert blame(known) is known.__cause__
    ours = gr.Error(INSIDE)
    for fault in (ours, OSError("no room"), MemoryError(), RuntimeError("x")):
        assert blame(fault) is fault
    assert str(blame(KeyError("x"))) == UNREADABLE
    assert str(blame(gr.Error(sentence))) == sentence


@pytest.mark.parametrize(
    ("status", "said", "answered"),
    [
        (500, {"error": "There is no such job.", "title": "No"}, 400),
        (500, {"error": UNREADABLE}, 400),
        (500, {"error": INSIDE}, 500),
        (500, {"error": None}, 500),
        (500, None, 500),
        (422, {"detail": [{"input": MARK}]}, 400),
        (400, {"detail": MARK}, 400),
        (403, {"detail": f"File not allowed: {MARK}"}, 403),
        (404, {"detail": "Not Found"}, 404),
        (413, MARK, 413),
        (503, {"detail": f"Queue is full. {MARK}"}, 503),
        (418, [MARK], 400),
    ],
)
def test_gradios_refusals_are_told_in_our_words(status: int, said: Any, answered: int) -> None:
    now, told = in_our_words(status, json.dumps(said).encode())
    assert now == answered
    assert MARK not in json.dumps(told)
    assert isinstance(told["error"], str) or told["error"]["message"] == told["detail"]
    assert in_our_words(status, b"no JSON")[0] == (status if status in {403, 404, 413, 500, 503} else 400)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "invalid_api_key"),
        (403, "forbidden"),
        (404, "not_found"),
        (413, "too_large"),
        (429, "busy"),
        (503, "busy"),
    ],
)
def test_gradios_own_refusals_have_a_code_of_ours(status: int, code: str) -> None:
    answered, told = in_our_words(status, b'{"detail": "in Gradio\'s words"}')
    assert (answered, told["error"]["code"]) == (status, code)
    assert "Gradio" not in json.dumps(told)
