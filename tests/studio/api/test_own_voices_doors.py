"""/v1/voices and OpenAI's shapes over HTTP: made, agreed to, spoken with by a small Pocket TTS, shared, gone."""

import importlib.util
import io
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from studio.library.voices.own import consents, hearing, judging
from tests.studio.api.conftest import Start, Studio

JFK = Path(__file__).parents[2] / "real" / "jfk.flac"
MAKER = Path(__file__).parents[3] / "examples" / "make_tiny_pocket_tts.py"
BOB = {"authorization": "Bearer key-of-bob-1"}
ADA = {"authorization": "Bearer key-of-ada-1"}


@pytest.fixture(scope="module")
def pocket(tmp_path_factory: pytest.TempPathFactory) -> str:
    spec = importlib.util.spec_from_file_location("make_tiny_pocket_tts", MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    return str(maker.make(tmp_path_factory.mktemp("pocket") / "tiny"))


@pytest.fixture
def web(studio: Studio) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=studio.url, timeout=120) as client:
        yield client
        for voice in client.get("/v1/voices").json()["data"]:
            client.delete(f"/v1/voices/{voice['id']}")


def draft(client: httpx.Client, **more: str) -> dict[str, Any]:
    sent = {"language": "en", "transcribe": "false"} | more
    answer = client.post("/v1/voices/recordings", files={"file": ("jfk.flac", JFK.read_bytes())}, data=sent)
    assert answer.status_code == 201, answer.text
    return answer.json()


def made(client: httpx.Client, name: str = "Ada") -> dict[str, Any]:
    body = {"name": name, "recording": draft(client)["id"], "start_s": 0.3, "end_s": 6.3, "text": "Ask not."}
    answer = client.post("/v1/voices", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def said(client: httpx.Client, voice: Any, model: str) -> httpx.Response:
    body = {"input": "Hello.", "voice": voice, "model": model, "response_format": "wav", "seed": 1}
    return client.post("/v1/audio/speech", json=body)


def seconds(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as file:
        return len(file.readframes(10**9)) / 2 / file.getframerate()


def test_a_recording_becomes_a_voice_that_speaks_once_somebody_agreed(web: httpx.Client, pocket: str) -> None:
    voice = made(web)
    at = f"/v1/voices/{voice['id']}"
    assert (voice["consent"]["state"], voice["speaks"]) == ("none", False)
    refused = said(web, "Ada", pocket)
    assert refused.status_code == 400
    assert "has not agreed" in refused.json()["error"]["message"]
    assert web.post(f"{at}/consent/declare").json()["consent"]["state"] == "declared"
    first, again = said(web, "ada", pocket), said(web, {"id": voice["id"]}, pocket)
    assert (first.status_code, first.headers["x-studio-voice"]) == (200, "Ada")
    assert seconds(first.content) > 0.1
    assert again.content == first.content
    preview = web.get(f"{at}/preview", params={"model": pocket, "text": "Good day."})
    assert (preview.status_code, preview.headers["content-type"]) == (200, "audio/wav")
    kept = web.get(f"{at}/recordings/{voice['recordings'][0]['id']}/audio")
    assert seconds(kept.content) == pytest.approx(voice["recordings"][0]["duration_s"], abs=0.01)

    changed = web.patch(at, json={"version": 2, "name": "Eve", "tone": {"low_db": 6}})
    assert (changed.status_code, changed.json()["tone"]["low_db"]) == (200, 6)
    assert web.patch(at, json={"version": 2, "name": "Ida"}).status_code == 409
    assert said(web, "Eve", pocket).content != first.content
    packed = web.get(f"{at}/export")
    assert packed.headers["content-disposition"].startswith('attachment; filename="Eve.voice"')
    taken = web.post("/v1/voices/import", files={"file": ("eve.voice", packed.content)})
    assert (taken.status_code, taken.json()["consent"]["state"], taken.json()["name"]) == (201, "elsewhere", "Eve 2")
    assert web.delete(f"{at}/consent").json()["consent"]["state"] == "revoked"
    assert said(web, "Eve", pocket).status_code == 400
    assert web.delete(at).json() == {"id": voice["id"], "object": "voice", "deleted": True, "books": []}
    gone = said(web, voice["id"], pocket)
    assert gone.status_code == 404
    assert "no such voice" in gone.json()["error"]["message"]


def test_blends_of_both_addresses_are_one_library(web: httpx.Client) -> None:
    blend = "af_heart:0.6+am_michael:0.4"
    old = web.post("/v1/audio/voices", json={"name": "Evening", "blend": blend, "model": "kokoro"}).json()
    new = web.post("/v1/voices", json={"name": "Morning", "blend": blend, "model": "kokoro"}).json()
    listed = {one["name"]: one for one in web.get("/v1/voices").json()["data"]}
    assert {name: one["kind"] for name, one in listed.items()} == {"Evening": "blend", "Morning": "blend"}
    assert listed["Evening"]["id"] == f"voice_{old['saved']}"
    names = [one["id"] for one in web.get("/v1/audio/voices", params={"model": "kokoro"}).json()["data"]]
    assert names[:2] == ["Evening", "Morning"]
    assert web.delete(f"/v1/audio/voices/{old['saved']}").status_code == 200
    assert web.delete(f"/v1/voices/{new['id']}").status_code == 200


def test_what_cannot_be_is_refused_in_sentences(web: httpx.Client) -> None:
    for path, body, status, sentence in (
        ("", {"name": "x", "recording": "0" * 32}, 404, "kept for a day"),
        ("", {"name": "x"}, 400, "one of them"),
        ("", {"name": "alloy", "recording": "x"}, 400, "another voice"),
        ("", {"name": "af_heart", "recording": "x"}, 400, "another voice"),
        ("/design", {"description": "x" * 10_000, "text": "Hello."}, 400, "2,000"),
        ("/design", {"description": "like Morgan Freeman", "text": "Hello."}, 400, "describe the sound"),
        ("/nobody/tune", {"halves": "both"}, 503, "Redis"),
        ("/nobody/consent/sentence", {"language": "en"}, 404, "no such voice"),
    ):
        answer = web.post(f"/v1/voices{path}", json=body)
        assert (answer.status_code, sentence in answer.text) == (status, True), (path, body, answer.text)
    assert web.post("/v1/voices/import", files={"file": ("a.voice", b"PK")}).status_code == 400
    assert web.post("/v1/voices/recordings", files={"file": ("a.wav", b"RIFF")}).status_code == 400


def test_openai_s_client_brings_consent_and_a_sample_and_speaks(
    web: httpx.Client, studio: Studio, pocket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = {"text": "Good morning."}
    monkeypatch.setattr(hearing, "_who", lambda *_: "whisper-base")
    monkeypatch.setattr(hearing, "written", lambda *_: (heard["text"], "en"))
    alike = {"likeness": 0.2}
    monkeypatch.setattr(judging, "likeness", lambda *_: alike["likeness"])
    client = openai.OpenAI(base_url=f"{studio.url}/v1", api_key="nobody", max_retries=0)
    agree: dict[str, Any] = {"name": "Ann", "language": "en-US", "recording": JFK}
    with pytest.raises(openai.BadRequestError, match="does not say"):
        client.audio.voice_consents.create(**agree)
    heard["text"] = consents.OPENAI_PHRASE.replace("OpenAI", "the studio")
    consent = client.audio.voice_consents.create(**agree)
    assert (consent.object, consent.name) == ("audio.voice_consent", "Ann")
    assert client.audio.voice_consents.update(consent.id, name="Ann K.").name == "Ann K."
    assert [one.id for one in client.audio.voice_consents.list()] == [consent.id]
    with pytest.raises(openai.BadRequestError, match="another voice"):
        client.audio.voices.create(name="Ann", audio_sample=JFK, consent=consent.id)
    assert web.get("/v1/voices").json()["data"] == []
    alike["likeness"] = 0.9
    voice = client.audio.voices.create(name="Ann", audio_sample=JFK, consent=consent.id)
    assert voice.object == "audio.voice"
    assert voice.id.startswith("voice_")
    sound = client.audio.speech.create(model=pocket, voice={"id": voice.id}, input="Hello.", response_format="wav")
    assert seconds(sound.read()) > 0.1
    assert client.audio.voice_consents.delete(consent.id).deleted
    with pytest.raises(openai.BadRequestError, match="taken back"):
        client.audio.speech.create(model=pocket, voice={"id": voice.id}, input="Hello.")


def test_logins_share_by_choice_and_only_the_owner_declares(shared: Studio) -> None:
    with (
        httpx.Client(base_url=shared.url, headers=ADA, timeout=120) as ada,
        httpx.Client(base_url=shared.url, headers=BOB, timeout=120) as bob,
    ):
        mine, hers = made(bob, "Bob"), made(ada, "Ada")
        assert bob.post(f"/v1/voices/{mine['id']}/consent/declare").status_code == 403
        assert ada.post(f"/v1/voices/{mine['id']}/consent/declare").status_code == 404
        declared = ada.post(f"/v1/voices/{hers['id']}/consent/declare").json()
        assert [one["name"] for one in bob.get("/v1/voices").json()["data"]] == ["Bob"]
        ada.patch(f"/v1/voices/{hers['id']}", json={"version": declared["version"], "shared": True, "notes": "mine"})
        seen = bob.get(f"/v1/voices/{hers['id']}").json()
        assert (seen["mine"], seen["shared"], seen["notes"]) == (False, True, "")
        for method, path in (
            ("GET", "/export"), ("DELETE", ""), ("DELETE", "/consent"), ("GET", "/books"),
            ("GET", f"/recordings/{hers['recordings'][0]['id']}/audio"),
        ):  # fmt: skip
            assert bob.request(method, f"/v1/voices/{hers['id']}{path}").status_code == 404, path
        for client, voice in ((ada, hers), (bob, mine)):
            assert client.delete(f"/v1/voices/{voice['id']}").status_code == 200


def test_a_guest_has_their_own_alone_and_declares_nothing(start: Start) -> None:
    studio = start(token=True)
    tokens = studio.context.access.tokens
    assert tokens is not None
    with httpx.Client(base_url=studio.url, timeout=120, headers={"authorization": f"Bearer {tokens.owner}"}) as owner:
        voice = made(owner)
        declared = owner.post(f"/v1/voices/{voice['id']}/consent/declare").json()
        shared = owner.patch(f"/v1/voices/{voice['id']}", json={"version": declared["version"], "shared": True})
        assert shared.json()["shared"] is True
    key = httpx.post(f"{studio.url}/login", data={"password": tokens.guest}).json()["key"]
    with httpx.Client(base_url=studio.url, timeout=120, headers={"authorization": f"Bearer {key}"}) as guest:
        assert guest.get("/v1/voices").json()["data"] == []
        for method, path in (("GET", ""), ("GET", "/preview"), ("GET", "/export"), ("DELETE", "")):
            assert guest.request(method, f"/v1/voices/{voice['id']}{path}").status_code == 404
        assert guest.post("/v1/audio/speech", json={"input": "Hi.", "voice": "Ada"}).status_code == 400
        own = made(guest, "Mine")
        assert guest.post(f"/v1/voices/{own['id']}/consent/declare").status_code == 403
        answer = guest.patch(f"/v1/voices/{own['id']}", json={"version": own["version"], "shared": True})
        assert answer.status_code == 409
