"""Our Pocket TTS beside the reference in torch: the same random full-size weights, a process each, in turns.

Each speaks one part of 40 tokens in a voice of ten seconds to the end of its budget, 15.3 s of sound. The reference has
two threads, one that writes and one that decodes, and so have we. STUDIO_BENCH_RELEASES names releases, parted by
commas. Processor seconds can be compared on a machine that is busy with other things; the clock cannot.
"""

import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.peers import PeerMissing, ours, peer_python, run_peer

HERE = Path(__file__).parent
RELEASES = os.environ.get("STUDIO_BENCH_RELEASES", "english_2026-10,english_2m_2026-10,french_24l").split(",")
TOKENS, VOICE, ROUNDS, BATCH = 40, 126, 2, 4
WORDS = {"first_s": "first sound", "seconds": "clock for a second of sound", "work": "processor for a second of sound"}


def main() -> None:
    """Print the table."""
    try:
        python = peer_python(["pocket-tts==4.0.1", "sentencepiece"])
    except PeerMissing as exc:
        print(f"The reference is not here: {exc}")
        return
    print("| release | measure | ours | reference | reference to ours |\n|---|---|---|---|---|")
    for release in RELEASES:
        with tempfile.TemporaryDirectory() as folder:
            _compare(python, release, Path(folder))


def _compare(python: Path, release: str, folder: Path) -> None:
    theirs, own = HERE / "pocket_tts_reference.py", HERE / "pocket_tts_ours.py"
    run_peer(python, theirs, [str(folder), json.dumps({"release": release, "make": True})])
    job = {"release": release, "tokens": TOKENS, "voice": VOICE, "repeats": 2, "batch": BATCH}
    our: list[dict[str, Any]] = []
    their: list[dict[str, Any]] = []
    batches: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        their += run_peer(python, theirs, [str(folder), json.dumps(job)])["rounds"]
        found = run_peer(ours(), own, [str(folder), json.dumps(job)])
        our += found["rounds"]
        batches.append(found["batch"])
    for key, words in WORDS.items():
        one, other = (statistics.median(_per_second(round_, key) for round_ in rounds) for rounds in (our, their))
        print(f"| {release} | {words} | {one:.3f} s | {other:.3f} s | {other / one:.2f} |")
    for key in ("seconds", "work"):
        one = statistics.median(_per_second(round_, key) for round_ in batches)
        print(f"| {release} | {WORDS[key]}, {BATCH} segments together | {one:.3f} s | no batches | |")


def _per_second(found: dict[str, Any], key: str) -> float:
    return found[key] if key == "first_s" else found[key] / found["sound_s"]


if __name__ == "__main__":
    main()
