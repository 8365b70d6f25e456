"""Downloads against a hub on this machine: whole, resumed, checked, cancelled, refused in sentences."""

import itertools
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import hf_hub_download, scan_cache_dir

from engine import weights
from engine.errors import Cancelled, DownloadError, ModelError, ModelNotDownloaded, ModelNotFound, WeightsError
from engine.registry import ModelCard
from engine.types import DownloadProgress
from engine.weights import transfer

WANTED = ["config.json", "model.safetensors", "voices/ada.pt", "voices/bob.pt"]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PAUSE_S", 0.001)


def partials(models_dir: Path) -> list[Path]:
    return list(models_dir.rglob("*.incomplete"))


def test_a_model_arrives_whole_with_only_the_files_it_needs(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    assert not weights.is_present(card, models_dir)
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert folder is not None
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == WANTED
    assert {name: (folder / name).read_bytes() for name in WANTED} == {name: repo.files[name] for name in WANTED}
    assert weights.is_present(card, models_dir)
    assert weights.folder_of(card, models_dir) == folder
    assert weights.size_on_disk(card, models_dir) == sum(len(repo.files[name]) for name in WANTED)
    assert partials(models_dir) == []


def test_progress_grows_from_nothing_to_all_and_names_each_file(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    told: list[DownloadProgress] = []
    weights.fetch(card, models_dir, endpoint=hub.endpoint, progress=told.append)
    total = sum(len(repo.files[name]) for name in WANTED)
    assert {one.total_bytes for one in told} == {total}
    done = [one.done_bytes for one in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, total)
    assert [name for name in WANTED if name in {one.file for one in told}] == WANTED


def test_a_second_fetch_brings_nothing_again(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    first = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    hub.bytes_sent.clear()
    assert weights.fetch(card, models_dir, endpoint=hub.endpoint) == first
    assert not hub.bytes_sent


def test_other_programs_find_what_we_fetched_and_we_find_what_they_fetched(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    theirs = hf_hub_download(card.id, "model.safetensors", cache_dir=models_dir, endpoint=hub.endpoint)
    hub.bytes_sent.clear()
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert folder is not None
    assert Path(theirs).parent == folder
    assert "model.safetensors" not in hub.bytes_sent
    ours = hf_hub_download(card.id, "voices/ada.pt", cache_dir=models_dir, local_files_only=True)
    assert Path(ours) == folder / "voices/ada.pt"
    cached = scan_cache_dir(models_dir)
    assert not cached.warnings
    assert [repo.repo_id for repo in cached.repos] == [card.id]


def test_a_changed_model_brings_only_what_changed(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    before = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    repo.commit = "b" * 40
    repo.files["voices/bob.pt"] = b"another Bob"
    hub.bytes_sent.clear()
    after = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert after is not None and after != before
    assert dict(hub.bytes_sent) == {"voices/bob.pt": len(b"another Bob")}
    assert (after / "voices/bob.pt").read_bytes() == b"another Bob"
    assert weights.folder_of(card, models_dir) == after


def test_a_body_that_breaks_off_is_taken_up_where_it_ended(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.cut_after = [23, 300_000, 100_000, 0, 65_536]
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert folder is not None
    assert (folder / "model.safetensors").read_bytes() == repo.files["model.safetensors"]
    assert hub.bytes_sent["model.safetensors"] == len(repo.files["model.safetensors"]), "nothing came twice"


def test_a_hub_without_ranges_begins_again_and_still_arrives(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.ranges = False
    repo.cut_after = [23, 300_000]
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert folder is not None
    assert (folder / "model.safetensors").read_bytes() == repo.files["model.safetensors"]


def test_a_hub_that_gives_nothing_more_is_given_up_and_what_came_is_kept(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.cut_after = [23, 300_000, *[0] * 20]
    with pytest.raises(DownloadError, match=r"broke off.*goes on from there"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert [path.stat().st_size for path in partials(models_dir)] == [300_000]
    assert not weights.is_present(card, models_dir)
    repo.cut_after = []
    hub.bytes_sent.clear()
    assert weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert hub.bytes_sent["model.safetensors"] == len(repo.files["model.safetensors"]) - 300_000


def test_cancel_stops_within_a_moment_and_the_next_try_goes_on(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.pause_s, repo.piece = 0.02, 8192
    told: list[DownloadProgress] = []

    def cancelled() -> bool:
        return bool(told and told[-1].file == "model.safetensors" and told[-1].done_bytes > 60_000)

    with pytest.raises(Cancelled, match="kept"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint, progress=told.append, cancelled=cancelled)
    assert not weights.is_present(card, models_dir)
    kept = sum(path.stat().st_size for path in partials(models_dir))
    assert 50_000 < kept < 400_000
    repo.pause_s = 0
    hub.until_idle()
    hub.bytes_sent.clear()
    told.clear()
    assert weights.fetch(card, models_dir, endpoint=hub.endpoint, progress=told.append)
    assert hub.bytes_sent["model.safetensors"] == len(repo.files["model.safetensors"]) - kept


def test_a_killed_download_goes_on_in_the_next_process(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    repo.pause_s, repo.piece = 0.02, 8192
    code = (
        "import sys; from pathlib import Path; from engine import weights; from engine.registry import ModelCard\n"
        "card = ModelCard(sys.argv[1], 'V', 'speak', 'espeak', '', ('en',), 1, files=('model.safetensors',))\n"
        "weights.fetch(card, Path(sys.argv[2]), endpoint=sys.argv[3])\n"
    )
    one_file = replace(card, files=("model.safetensors",))
    process = subprocess.Popen([sys.executable, "-c", code, card.id, str(models_dir), hub.endpoint])
    while not any(path.stat().st_size > 30_000 for path in partials(models_dir)):
        time.sleep(0.01)
        assert process.poll() is None
    process.kill()
    process.wait()
    kept = partials(models_dir)[0].stat().st_size
    repo.pause_s = 0
    hub.until_idle()
    hub.bytes_sent.clear()
    folder = weights.fetch(one_file, models_dir, endpoint=hub.endpoint)
    assert folder is not None
    assert (folder / "model.safetensors").read_bytes() == repo.files["model.safetensors"]
    assert hub.bytes_sent["model.safetensors"] == len(repo.files["model.safetensors"]) - kept


def test_several_who_want_the_same_model_bring_it_once(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    repo.pause_s = 0.005
    with ThreadPoolExecutor(4) as many:
        folders = set(many.map(lambda _: weights.fetch(card, models_dir, endpoint=hub.endpoint), range(4)))
    assert len(folders) == 1
    assert all(hub.bytes_sent[name] == len(repo.files[name]) for name in WANTED)


def test_several_who_put_the_same_files_in_their_places_do_not_get_in_each_others_way(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert folder is not None
    for _ in range(12):
        for name in WANTED:
            (folder / name).unlink()
        with ThreadPoolExecutor(8) as many:
            list(many.map(lambda _: weights.fetch(card, models_dir, endpoint=hub.endpoint), range(8)))
        assert all((folder / name).read_bytes() == repo.files[name] for name in WANTED)


def test_one_who_waits_for_anothers_download_can_still_stop(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.pause_s, repo.piece = 0.02, 8192
    give_up = threading.Event()
    with ThreadPoolExecutor(2) as two:
        first = two.submit(weights.fetch, card, models_dir, endpoint=hub.endpoint, cancelled=give_up.is_set)
        while not partials(models_dir):
            time.sleep(0.01)
        asked = itertools.count()
        with pytest.raises(Cancelled):
            weights.fetch(card, models_dir, endpoint=hub.endpoint, cancelled=lambda: next(asked) > 5)
        assert not first.done()
        give_up.set()
        assert isinstance(first.exception(timeout=120), Cancelled)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_bytes_that_are_not_what_the_hub_announced_are_refused(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path, name: str
) -> None:
    content = repo.files[name]
    repo.changed[name] = content[:-1] + bytes([content[-1] ^ 1])
    with pytest.raises(DownloadError, match=f"{name} of Voice One arrived damaged"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert not weights.is_present(card, models_dir)
    assert partials(models_dir) == [], "damaged bytes must not be taken up again"


def test_a_partial_file_that_is_garbage_is_thrown_away_once(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.cut_after = [23, 300_000, *[0] * 20]
    with pytest.raises(DownloadError):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)
    partials(models_dir)[0].write_bytes(b"x" * 1000)
    repo.cut_after = []
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert folder is not None
    assert (folder / "model.safetensors").read_bytes() == repo.files["model.safetensors"]


def test_a_longer_body_than_announced_is_not_read_for_ever(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.changed["config.json"] = b"y" * 50_000_000
    with pytest.raises(DownloadError, match="damaged"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert hub.bytes_sent["config.json"] < 40_000_000


def test_no_such_model(hub: Any, card: ModelCard, models_dir: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"no model called somebody/voice-1.*private"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert not models_dir.exists(), "nothing half-made is left behind"


def test_a_gated_model_says_where_to_accept_and_opens_with_a_token(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.gated = True
    for token in (None, "hf_wrong"):
        with pytest.raises(DownloadError, match=r"Accept them at https://huggingface\.co/somebody/voice-1"):
            weights.fetch(card, models_dir, endpoint=hub.endpoint, token=token)
    hub.tokens.add("hf_right")
    assert weights.fetch(card, models_dir, endpoint=hub.endpoint, token="hf_right")


def test_no_network(card: ModelCard, hub: Any, models_dir: Path) -> None:
    hub.server.shutdown()
    hub.server.server_close()
    with pytest.raises(DownloadError, match=r"cannot be reached.*built-in voices"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)


def test_without_a_network_a_model_that_is_here_is_used(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    hub.server.shutdown()
    hub.server.server_close()
    assert weights.fetch(card, models_dir, endpoint=hub.endpoint) == folder


@pytest.mark.parametrize(
    ("status", "says"), [(500, "answered 500"), (429, "slow down"), (403, "gated"), (404, "no model called")]
)
def test_other_answers_of_the_hub_are_sentences_too(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path, status: int, says: str
) -> None:
    repo.status[""] = status
    with pytest.raises(ModelError, match=says):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)


def test_a_file_that_fails_for_a_while_is_asked_for_again_and_one_that_stays_away_is_given_up(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    repo.status["model.safetensors"] = 503
    with pytest.raises(DownloadError, match="gives nothing"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert sum("model.safetensors" in one for one in hub.asked) >= transfer.TRIES
    repo.status.clear()
    assert weights.fetch(card, models_dir, endpoint=hub.endpoint)


def test_offline_touches_no_network_and_says_how_to_get_the_model(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path
) -> None:
    with pytest.raises(ModelNotDownloaded, match=r"offline.*studio models get somebody/voice-1"):
        weights.fetch(card, models_dir, offline=True, endpoint=hub.endpoint)
    assert hub.asked == []
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint)
    asked = len(hub.asked)
    assert weights.fetch(card, models_dir, offline=True, endpoint=hub.endpoint) == folder
    assert len(hub.asked) == asked


def test_the_hubs_own_offline_switch_is_named(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(DownloadError, match="HF_HUB_OFFLINE"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)


def test_not_enough_room_is_said_before_the_first_byte(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    sha = "c" * 64
    repo.announced["model.safetensors"] = {"size": 10**16, "lfs": {"sha256": sha, "size": 10**16, "pointerSize": 1}}
    with pytest.raises(DownloadError, match=r"not enough room.*10000000\.0 GB"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert not models_dir.exists()
    assert not hub.bytes_sent


def test_a_disk_that_fills_up_on_the_way_is_a_sentence(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    """A real limit of the system on the size of a file, in a process of its own."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from engine import weights; from engine.errors import DownloadError; from engine.registry import ModelCard\n"
        "card = ModelCard(sys.argv[1], 'V', 'speak', 'espeak', '', ('en',), 1, files=('model.safetensors',))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try: weights.fetch(card, Path(sys.argv[2]), endpoint=sys.argv[3])\n"
        "except DownloadError as exc: print(exc)\n"
    )
    command = [sys.executable, "-c", code, card.id, str(models_dir), hub.endpoint]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "not enough room on the disk" in run.stdout


@pytest.mark.parametrize(
    "name", ["voices/../../../../../evil.pt", "/etc/evil.pt", "voices/..", "voices\\..\\evil.pt", "voices//x.pt"]
)
def test_a_file_name_that_leaves_the_folder_stops_everything(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path, tmp_path: Path, name: str
) -> None:
    repo.announced[name] = {"size": 3, "blobId": "d" * 40}
    anything = replace(card, files=("config.json", "*", "voices/*", "*/*/*", "*/*/*/*/*/*", "/*/*"))
    with pytest.raises(DownloadError, match=r"would leave its folder|has no"):
        weights.fetch(anything, models_dir, endpoint=hub.endpoint)
    assert not models_dir.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"size": None},
        {"size": -1},
        {"blobId": "../../../../evil"},
        {"blobId": None},
        {"size": "12"},
        {"lfs": {"sha256": "../../x", "size": 3, "pointerSize": 1}},
    ],
)
def test_a_listing_that_makes_no_sense_is_refused(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path, said: dict[str, Any]
) -> None:
    repo.announced["config.json"] = said
    with pytest.raises(DownloadError, match="makes no sense"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert not models_dir.exists()


def test_a_model_that_lost_a_file_on_the_hub(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    del repo.files["voices/ada.pt"], repo.files["voices/bob.pt"]
    with pytest.raises(DownloadError, match=r"has no voices/\*\.pt"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)


def test_remove_takes_everything_and_only_what_was_downloaded(
    hub: Any, repo: Any, card: ModelCard, models_dir: Path, tmp_path: Path
) -> None:
    other = replace(card, id="somebody/voice-2")
    hub.repos[other.id] = repo
    weights.fetch(card, models_dir, endpoint=hub.endpoint)
    weights.fetch(other, models_dir, endpoint=hub.endpoint)
    weights.remove(card, models_dir)
    assert not weights.is_present(card, models_dir)
    assert weights.size_on_disk(card, models_dir) == 0
    assert weights.is_present(other, models_dir)
    assert not [path for path in models_dir.rglob("*") if "voice-1" in path.name]
    weights.remove(card, models_dir)
    own = tmp_path / "mine"
    own.mkdir()
    with pytest.raises(ModelError, match="your own"):
        weights.remove(replace(card, folder=own), models_dir)
    assert own.exists()
    with pytest.raises(ModelError, match="part of the studio"):
        weights.remove(replace(card, built_in=True), models_dir)


def test_damage_after_the_download_is_found(hub: Any, repo: Any, card: ModelCard, models_dir: Path) -> None:
    plain = replace(card, files=("config.json", "model.safetensors"))
    folder = weights.fetch(plain, models_dir, endpoint=hub.endpoint)
    assert folder is not None
    weights.verify(folder, plain, deep=True)
    blob = (folder / "model.safetensors").resolve()
    content = bytearray(blob.read_bytes())
    content[-5] ^= 1
    blob.write_bytes(content)
    weights.verify(folder, plain)
    with pytest.raises(WeightsError, match="has changed on the disk"):
        weights.verify(folder, plain, deep=True)
    blob.write_bytes(content[:-5])
    with pytest.raises(WeightsError, match="the end is missing"):
        weights.verify(folder, plain)
    blob.unlink()
    with pytest.raises(WeightsError, match="missing"):
        weights.verify(folder, plain)
    assert not weights.is_present(plain, models_dir)
    assert weights.fetch(plain, models_dir, endpoint=hub.endpoint) == folder
    weights.verify(folder, plain, deep=True)


def test_a_built_in_model_and_a_local_folder_need_no_download(card: ModelCard, tmp_path: Path) -> None:
    assert weights.fetch(replace(card, built_in=True), tmp_path) is None
    assert weights.is_present(replace(card, built_in=True), tmp_path)
    assert weights.size_on_disk(replace(card, built_in=True), tmp_path) == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.safetensors").write_bytes(b"123")
    local = replace(card, id="mine", folder=tmp_path / "mine")
    assert weights.fetch(local, tmp_path) == tmp_path / "mine"
    assert weights.size_on_disk(local, tmp_path) == 3
    os.rename(tmp_path / "mine", tmp_path / "gone")
    with pytest.raises(ModelNotDownloaded):
        weights.folder_of(local, tmp_path)
