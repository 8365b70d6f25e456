"""/v1/pronunciations and /v1/audio/voices over HTTP: what they change in the speech, and whose they are."""

import io
import wave
from typing import Any

import httpx
import pytest
from sqlmodel import select

from studio.library.db import session
from studio.library.tables import Job
from tests.studio.api.conftest import Studio

ADA, BOB = {"authorization": "Bearer key-of-ada-1"}, {"authorization": "Bearer key-of-bob-1"}
KOKORO = "hexgrad/Kokoro-82M"


@pytest.fixture
def ada(shared: Studio) -> Any:
    with httpx.Client(base_url=shared.url, headers=ADA, timeout=30) as client:
        yield client
        for entry in client.get("/v1/pronunciations").json()["data"]:
            client.delete(f"/v1/pronunciations/{entry['id']}")
        for voice in client.get("/v1/audio/voices", params={"model": KOKORO}).json()["data"]:
            if voice["saved"]:
                client.delete(f"/v1/audio/voices/{voice['saved']}")


def pcm(client: httpx.Client, text: str, **more: Any) -> bytes:
    answer = client.post("/v1/audio/speech", json={"input": text, "voice": "en-us", "response_format": "pcm", **more})
    assert answer.status_code == 200, answer.text
    return answer.content


def test_what_is_kept_is_heard_by_its_owner_alone(ada: httpx.Client, shared: Studio) -> None:
    plain = pcm(ada, "Sybil came.")
    kept = ada.post("/v1/pronunciations", json={"word": "Sybil", "phonemes": "/sˈaɪbəlinə/"})
    assert kept.status_code == 201
    other = pcm(ada, "Sybil came.")
    assert len(other) > len(plain)
    assert pcm(ada, "Sybil came.", saved_pronunciations=False) == plain
    with httpx.Client(base_url=shared.url, headers=BOB, timeout=30) as bob:
        assert pcm(bob, "Sybil came.") == plain
        assert bob.get("/v1/pronunciations").json()["data"] == []
        address = f"/v1/pronunciations/{kept.json()['id']}"
        assert bob.put(address, json={"word": "x", "phonemes": "a"}).status_code == 404
        assert bob.delete(address).status_code == 404
        assert "Sybil" not in bob.get("/v1/pronunciations/export").text
    given = [{"word": "Sybil", "respelling": "Jo"}]
    assert len(pcm(ada, "Sybil came.", pronunciations=given)) < len(other)
    ada.delete(f"/v1/pronunciations/{kept.json()['id']}")
    assert pcm(ada, "Sybil came.") == plain


def test_a_books_entries_hold_for_that_book(ada: httpx.Client) -> None:
    plain = pcm(ada, "Sybil came.")
    ada.post("/v1/pronunciations", json={"word": "Sybil", "respelling": "Sybillina", "book": "Disraeli"})
    assert pcm(ada, "Sybil came.") == plain
    assert len(pcm(ada, "Sybil came.", book="Disraeli")) > len(plain)
    answer = ada.get("/v1/pronunciations").json()
    assert answer["books"] == ["Disraeli"]
    assert ada.get("/v1/pronunciations", params={"book": ""}).json()["data"] == []


def test_entries_are_changed_and_refused_in_sentences(ada: httpx.Client) -> None:
    kept = ada.post("/v1/pronunciations", json={"word": "GIF", "respelling": "jif", "match_case": True}).json()
    changed = ada.put(f"/v1/pronunciations/{kept['id']}", json={"word": "GIF", "respelling": "giff"}).json()
    assert (changed["id"], changed["respelling"], changed["match_case"]) == (kept["id"], "giff", False)
    for body, sentence in (
        ({"word": "x"}, "“x” needs phonemes or a respelling."),
        ({"word": "gif", "phonemes": "a"}, "There is an entry for “gif” already; change that one."),
        ({"phonemes": "a"}, "The request lacks `word`; add it."),
        ({"word": "x" * 2000, "phonemes": "a"}, "`word` cannot be used"),
    ):
        answer = ada.post("/v1/pronunciations", json=body)
        assert answer.status_code == 400
        assert sentence in answer.json()["error"]["message"]


def test_files_come_in_and_go_out(ada: httpx.Client) -> None:
    file = "word,phonemes,book\nSybil,sˈɪbəl,\nZoë,zˈoʊi,Emma\n".encode()
    answer = ada.post("/v1/pronunciations/import", files={"file": ("words.csv", file)})
    assert answer.json() == {"added": 2, "replaced": 0}
    sent = ada.get("/v1/pronunciations/export")
    assert sent.headers["content-type"].startswith("text/csv")
    assert ada.post("/v1/pronunciations/import", files={"file": ("b.csv", sent.content)}).json() == {
        "added": 0,
        "replaced": 2,
    }
    assert "Zoë" not in ada.get("/v1/pronunciations/export", params={"book": ""}).text
    bad = ada.post("/v1/pronunciations/import", files={"file": ("b.csv", b"word,phonemes\nok,a\nx,\n")})
    assert bad.status_code == 400
    assert bad.json()["error"]["message"] == "Line 3: “x” needs phonemes or a respelling."
    assert len(ada.get("/v1/pronunciations").json()["data"]) == 2
    for size in (1_999_999, 2_000_001, 3_000_000):
        file = b"word,phonemes\n" + b"x" * (size - 14)
        big = ada.post("/v1/pronunciations/import", files={"file": ("b.csv", file)})
        assert big.status_code in (400, 413)
        # Its own sentence, not the one about what a request may bring elsewhere.
        assert "1 MB" not in big.json()["error"]["message"], size


def test_a_book_carries_what_held_when_it_was_submitted(ada: httpx.Client, shared: Studio) -> None:
    ada.post("/v1/pronunciations", json={"word": "Sybil", "respelling": "Sibbil"})
    ada.post("/v1/pronunciations", json={"word": "Absent", "respelling": "nowhere"})
    ada.post("/v1/pronunciations", json={"word": "sybil", "respelling": "Sigh", "book": "Two"})
    job = ada.post("/v1/jobs", files={"text": (None, "Sybil came."), "book": (None, "Two")}).json()
    with session(shared.context.library.db) as rows:
        kept = rows.exec(select(Job).where(Job.id == job["id"])).one().options["pronunciations"]
    assert [entry["respelling"] for entry in kept] == ["Sigh", "Sibbil"]
    ada.delete(f"/v1/jobs/{job['id']}")


def test_a_blend_becomes_a_voice_of_its_owner(ada: httpx.Client, shared: Studio) -> None:
    body = {"model": KOKORO, "name": "Evening", "blend": "af_heart:3 + am_michael:2"}
    kept = ada.post("/v1/audio/voices", json=body)
    assert kept.status_code == 201, kept.text
    assert kept.json()["blend"] == "af_heart:0.6+am_michael:0.4"
    first = ada.get("/v1/audio/voices", params={"model": KOKORO}).json()["data"][0]
    assert (first["id"], first["language"], first["gender"]) == ("Evening", "en-us", "")
    assert all(not voice["saved"] for voice in ada.get("/v1/audio/voices").json()["data"])
    with httpx.Client(base_url=shared.url, headers=BOB) as bob:
        assert bob.get("/v1/audio/voices", params={"model": KOKORO}).json()["data"][0]["id"] == "af_heart"
        assert bob.delete(f"/v1/audio/voices/{first['saved']}").status_code == 404
    fields = {"text": "A.", "model": KOKORO, "voice": "evening", "allow_download": "true"}
    job = ada.post("/v1/jobs", files={name: (None, value) for name, value in fields.items()}).json()
    assert job["options"]["voice"] == "af_heart:0.6+am_michael:0.4"
    assert job["options"]["narrator"] == "evening"
    ada.delete(f"/v1/jobs/{job['id']}")
    assert ada.delete(f"/v1/audio/voices/{first['saved']}").json()["deleted"] is True


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"blend": "nobody"}, "no voice of Kokoro"),
        ({"blend": "af_heart:-1"}, "above 0"),
        ({"blend": "af_heart:nan"}, "above 0"),
        ({"blend": "af_heart+"}, "is no voice"),
        ({"name": "AF_heart"}, "another voice"),
        ({"name": "alloy"}, "another voice"),
        ({"name": ""}, "name"),
        ({"model": "espeak-ng"}, "cannot blend"),
        ({"model": "no-such"}, "no model"),
    ],
)
def test_blends_that_cannot_be_are_refused(ada: httpx.Client, change: dict[str, str], sentence: str) -> None:
    body = {"model": KOKORO, "name": "Evening", "blend": "af_heart:0.6+am_michael:0.4", **change}
    answer = ada.post("/v1/audio/voices", json=body)
    assert answer.status_code in (400, 404)
    assert sentence in answer.json()["error"]["message"]


def test_a_preview_is_made_once_and_is_speech(ada: httpx.Client, shared: Studio) -> None:
    answer = ada.get("/v1/audio/voices/en-us+f3/preview", params={"model": "espeak-ng"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getnframes() / sound.getframerate() > 1
    folder = shared.context.library.storage.previews
    made = {path: path.stat().st_mtime_ns for path in folder.glob("*.wav")}
    again = ada.get("/v1/audio/voices/en-us+f3/preview", params={"model": "espeak-ng"})
    assert again.content == answer.content
    assert made == {path: path.stat().st_mtime_ns for path in folder.glob("*.wav")}
    assert ada.get("/v1/audio/voices/fr/preview").content != answer.content


def test_a_preview_of_earlier_code_is_made_anew(
    ada: httpx.Client, shared: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shared.context.library.storage.previews
    count: list[int] = []
    for version in ("8", "9", "9"):
        monkeypatch.setattr("engine.tts.espeak.VERSION", version, raising=False)
        assert ada.get("/v1/audio/voices/en-us+m2/preview", params={"model": "espeak-ng"}).status_code == 200
        count.append(len(list(folder.glob("*.wav"))))
    assert count[0] + 1 == count[1] == count[2]


def test_a_preview_that_cannot_be_is_refused_in_a_sentence(ada: httpx.Client) -> None:
    absent = ada.get("/v1/audio/voices/af_heart/preview", params={"model": KOKORO})
    assert absent.status_code == 409
    assert "not" in absent.json()["error"]["message"]
    for voice in ("nobody", "af_heart:0.5+am_michael:0.5", "..%2f..%2fetc"):
        assert ada.get(f"/v1/audio/voices/{voice}/preview", params={"model": KOKORO}).status_code == 400
