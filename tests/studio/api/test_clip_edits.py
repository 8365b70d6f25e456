"""A clip's sound as a program asks for it: cut, faded, joined to others of the same person."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

from studio.api.context import ApiContext
from studio.app import create_app
from studio.library.db import migrate
from studio.settings import Settings

RATE = 22_050


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiContext]:
    outputs = tmp_path_factory.mktemp("outputs")
    settings = Settings(_env_file=None, outputs=outputs, offline=True)  # type: ignore[call-arg]
    migrate(settings.resolved_database_url)
    yield create_app(settings).state.api


def kept(context: ApiContext, folder: Path, seconds: float, owner: str = "local") -> tuple[str, np.ndarray]:
    samples = np.random.default_rng(1).integers(-9000, 9000, round(seconds * RATE), np.int16)
    path = folder / f"{owner}-{seconds}.flac"
    soundfile.write(path, samples, RATE, subtype="PCM_16")
    return context.library.add_clip(owner, "A clip.", "m", "v", 1.0, path, seconds).id, samples


def test_a_clip_is_cut_faded_and_joined_and_only_to_ones_own(context: ApiContext, tmp_path: Path) -> None:
    app = create_app(context.settings)
    client = TestClient(app, base_url="http://127.0.0.1")
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
