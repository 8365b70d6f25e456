"""A clip's sound as a program asks for it: cut, faded, joined to others of the same person."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

from engine.audio.files import credentials
from engine.audio.files.provenance import Provenance, read
from engine.audio.files.sndfile import describe
from studio.api.context import ApiContext
from studio.app import create_app
from studio.library import signing
from studio.library.db import migrate
from studio.settings import Settings

RATE = 22_050


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    outputs = tmp_path_factory.mktemp("outputs")
    settings = Settings(_env_file=None, outputs=outputs, offline=True, c2pa=True)  # type: ignore[call-arg]
    migrate(settings.resolved_database_url)
    yield TestClient(create_app(settings), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def context(client: TestClient) -> ApiContext:
    return client.app.state.api  # type: ignore[attr-defined]


def kept(context: ApiContext, folder: Path, seconds: float, owner: str = "local") -> tuple[str, np.ndarray]:
    samples = np.random.default_rng(1).integers(-9000, 9000, round(seconds * RATE), np.int16)
    path = folder / f"{owner}-{seconds}.flac"
    soundfile.write(path, samples, RATE, subtype="PCM_16")
    return context.library.add_clip(owner, "A clip.", "m", "v", 1.0, path, seconds).id, samples


def test_a_clip_is_cut_faded_and_joined_and_only_to_ones_own(
    client: TestClient, context: ApiContext, tmp_path: Path
) -> None:
    (one, first), (two, second) = kept(context, tmp_path, 1.0), kept(context, tmp_path, 0.5)
    (theirs, _) = kept(context, tmp_path, 0.75, owner="ada")

    def sound(**query: object) -> np.ndarray:
        answer = client.get(f"/v1/clips/{one}/audio", params={"format": "wav", **query})
        assert answer.status_code == 200, answer.text
        return soundfile.read(io.BytesIO(answer.content), dtype="int16")[0]

    assert np.array_equal(sound(), first)
    assert client.get(f"/v1/clips/{one}/audio", params={"fade_out": 0.1}).content.startswith(b"fLaC")
    assert np.array_equal(sound(start=0.25, end=0.75), first[round(0.25 * RATE) : round(0.75 * RATE)])
    assert np.array_equal(sound(then=[two, one]), np.concatenate([first, second, first]))
    assert abs(int(sound(fade_in=0.5)[1])) <= abs(int(first[1])) // 100
    refused = {"then": theirs}, {"start": 0.9, "end": 0.1}, {"start": -1}, {"fade_in": "long"}
    statuses = [client.get(f"/v1/clips/{one}/audio", params=query).status_code for query in refused]
    assert statuses == [404, 400, 400, 400]


@pytest.mark.parametrize("signs", [True, False])
def test_a_clip_in_another_format_says_whose_voice_it_is_and_is_signed_where_that_is_wanted(
    signs: bool, client: TestClient, context: ApiContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by = Provenance("A model", "Ann", "cloned", "CC-BY-NC-4.0")
    path = tmp_path / "told.flac"
    with soundfile.SoundFile(path, "w", RATE, 1, format="FLAC", subtype="PCM_16") as file:
        describe(file, made_by)
        file.write(np.zeros(RATE, np.int16))
    told = context.library.add_clip("local", "A clip.", "m", "v", 1.0, path, 1.0).id
    untold, _ = kept(context, tmp_path, 1.25)
    if not signs:
        monkeypatch.setattr(signing, "is_on", lambda *_: False)

    def comment(clip: str, **query: object) -> Provenance | None:
        answer = client.get(f"/v1/clips/{clip}/audio", params={"format": "wav", **query})
        assert (b"C2PA" in answer.content) == (signs and credentials.is_here())
        with soundfile.SoundFile(io.BytesIO(answer.content)) as file:
            return read(file.comment)

    assert comment(told) == comment(told, end=0.5) == comment(told, then=[untold]) == made_by
    assert comment(untold) == Provenance("m", "v")  # kept before files said so
    assert list(context.library.storage.uploads("local").glob("clip-*")) == []
