"""Every tab's main action, driven by gradio_client over the real port."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from tests.browser.running import PROJECT, Studio, wait_until

NAMED = {
    "/speak", "/speak_stream", "/captions", "/compare", "/voices", "/transcripts", "/transcript", "/pronunciations",
    "/keep_pronunciation", "/forget_pronunciation", "/read_book", "/narrate", "/transcribe", "/jobs", "/job_action",
    "/models", "/model_action",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Client:
    studio.clear()
    return Client(studio.address, verbose=False, download_files=tmp_path_factory.mktemp("downloads"))


def test_only_the_named_endpoints_are_offered(client: Client) -> None:
    offered: dict[str, Any] = client.view_api(return_format="dict", print_info=False)  # type: ignore[assignment]
    assert set(offered["named_endpoints"]) == NAMED
    assert offered["unnamed_endpoints"] == {}


def test_speak_gives_a_file(client: Client) -> None:
    path = client.predict("Hello, programs.", "", 1.5, "", "wav", api_name="/speak")
    assert Path(path).read_bytes().startswith(b"RIFF")
    *pieces, whole = client.submit("One sentence. Another one.", "en-us", 1.0, "", "flac", api_name="/speak")
    assert len(pieces) > 1
    assert Path(whole).suffix == ".flac"
    parts = [soundfile.read(piece, dtype="int16")[0] for piece in pieces]
    assert np.array_equal(np.concatenate(parts), soundfile.read(whole, dtype="int16")[0])


def test_speech_comes_in_pieces_as_it_is_made(client: Client) -> None:
    text = "Hello, programs. Here is a second sentence, and a third one after it. Good night."
    whole, rate = soundfile.read(client.predict(text, "en-us", 1.0, "", "wav", api_name="/speak"), dtype="int16")
    job = client.submit(text, "en-us", 1.0, "", "wav", api_name="/speak_stream")
    pieces = [soundfile.read(path, dtype="int16") for path in job]
    assert len(pieces) > 1
    assert {piece_rate for _, piece_rate in pieces} == {rate}
    assert np.array_equal(np.concatenate([samples for samples, _ in pieces]), whole)
    with pytest.raises(AppError, match="nobody"):
        client.predict("Hello.", "nobody", 1.0, "", "wav", api_name="/speak_stream")


def test_captions_grow_and_the_last_is_the_whole(client: Client) -> None:
    path = client.predict("One two three four five.", "", 1.0, "", "flac", api_name="/speak")
    told = list(client.submit(handle_file(path), "pocketsphinx", "en", api_name="/captions"))
    assert len(told) > 1
    assert told[-1]["is_final"]
    assert told[-1]["text"]
    texts = [one["text"] for one in told]
    assert all(later.startswith(sooner) for sooner, later in pairwise(texts))


def test_voices_pronunciations_transcripts_and_a_comparison(client: Client) -> None:
    voices = client.predict("espeak-ng", "de", api_name="/voices")
    assert voices
    assert {voice["language"].partition("-")[0] for voice in voices} == {"de"}
    kept = client.predict("Sibyl", "", "Sigh-bull", "", "", api_name="/keep_pronunciation")
    assert [one["respelling"] for one in kept if one["word"] == "Sibyl"] == ["Sigh-bull"]
    assert client.predict(api_name="/pronunciations") == kept
    ours = next(one["id"] for one in kept if one["word"] == "Sibyl")
    left = client.predict(ours, api_name="/forget_pronunciation")
    assert all(one["id"] != ours for one in left)
    for one in client.predict(api_name="/transcripts"):
        assert "segments" in client.predict(one["id"], api_name="/transcript")
    with pytest.raises(AppError):
        client.predict("none", api_name="/transcript")
    told, files = client.predict("Hello.", "espeak-ng", "", 0, api_name="/compare")
    assert len(told["ways"]) == len(files) >= 2
    assert all(soundfile.info(path).frames for path in files)


def test_what_cannot_be_spoken_is_one_sentence(client: Client) -> None:
    with pytest.raises(AppError, match="nobody"):
        client.predict("Hello.", "nobody", 1.0, "", "wav", api_name="/speak")


def test_a_book_is_read_narrated_and_steered(client: Client) -> None:
    book = client.predict(handle_file(PROJECT / "examples" / "aesop.epub"), "", api_name="/read_book")
    assert [chapter["ticked"] for chapter in book["chapters"]].count(True) == 5
    job = client.predict(book["id"], [1], "", 1.0, "mp3", "none", "", api_name="/narrate")

    def finished() -> Any:
        return next(
            (one for one in client.predict(api_name="/jobs") if one["id"] == job["id"] and one["status"] == "done"),
            None,
        )

    view = wait_until(finished, 60, 0.5)
    assert view["results"][0]["kind"] == "mp3"
    assert client.predict(job["id"], "delete", api_name="/job_action") == {"id": job["id"], "deleted": True}
    with pytest.raises(AppError, match=r"no such job|There is no"):
        client.predict(job["id"], "pause", api_name="/job_action")


def test_a_recording_is_transcribed(client: Client) -> None:
    path = client.predict("One two three four five.", "", 1.0, "", "flac", api_name="/speak")
    job = client.predict(handle_file(path), "", "", api_name="/transcribe")
    wait_until(
        lambda: any(one["id"] == job["id"] and one["status"] == "done" for one in client.predict(api_name="/jobs")),
        60,
        0.5,
    )


def test_models_are_listed_and_built_in_ones_stay(client: Client) -> None:
    models = {one["id"]: one for one in client.predict(api_name="/models")}
    assert models["espeak-ng"]["built_in"]
    with pytest.raises(AppError, match="nothing to remove"):
        client.predict("espeak-ng", "remove", api_name="/model_action")
