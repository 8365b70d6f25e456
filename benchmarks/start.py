"""From Play to the first sound with a natural voice, and whether it stops in the middle: ours beside its peers.

Three texts: the page's own, a paragraph of two hundred words, a list of one-word lines. Every engine has its model
loaded and has spoken once. Ours gets the text and cuts it; the others get the same phonemes, a row a line of at most
510, as the pipeline of the reference makes them. Where playing begins with the first sound, a late piece is a gap;
ours also says how long to wait so that there is none.

    STUDIO_MODELS_DIR=...            where the voice is; or
    STUDIO_BENCH_KOKORO=FOLDER       its folder
    STUDIO_BENCH_KOKORO_ONNX=FILE    the same network for onnxruntime; without it that row is left out
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers import PeerMissing, fast_blas, ours, peer_python, run_peer
from engine import registry, weights
from engine.errors import EngineError
from engine.metrics import rtf
from studio.page.tabs.speak import WELCOME
from studio.settings import Settings
from studio.warming import WORDS

HERE = Path(__file__).parent
LIMIT_S = float(os.environ.get("STUDIO_BENCH_LIMIT_S", "300"))
ROUNDS = int(os.environ.get("STUDIO_BENCH_ROUNDS", "3"))
MODELS = ("kokoro", "mlx-community/Kokoro-82M-bf16")
# Pride and Prejudice, chapter 1: long sentences and short ones.
PARAGRAPH = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a "
    "wife. However little known the feelings or views of such a man may be on his first entering a neighbourhood, this "
    "truth is so well fixed in the minds of the surrounding families, that he is considered as the rightful property "
    "of some one or other of their daughters. “My dear Mr. Bennet,” said his lady to him one day, “have you heard that "
    "Netherfield Park is let at last?” Mr. Bennet replied that he had not. “But it is,” returned she; “for Mrs. Long "
    "has just been here, and she told me all about it.” Mr. Bennet made no answer. “Do not you want to know who has "
    "taken it?” cried his wife impatiently. “You want to tell me, and I have no objection to hearing it.” This was "
    "invitation enough. “Why, my dear, you must know, Mrs. Long says that Netherfield is taken by a young man of large "
    "fortune from the north of England; that he came down on Monday in a chaise and four to see the place, and was so "
    "much delighted with it that he agreed with Mr. Morris immediately.”"
)
LIST = (
    "Apples Pears Plums Bread Butter Milk Eggs Cheese Rice Flour Sugar Salt Pepper Onions Carrots Beans Coffee Tea "
    "Soap Candles"
).replace(" ", "\n")
TEXTS = {"the page's own": WELCOME, "200 words": PARAGRAPH, "20 lines of a word": LIST}

Piece = tuple[float, float, float]
"""Seconds since it was asked for, seconds of its sound, seconds to wait from then."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a player makes of pieces."""

    first_s: float
    begins_s: float
    gaps: int
    silence_s: float
    longest_s: float


def heard(pieces: Sequence[Piece], waits: bool) -> Heard:
    """Play pieces that come in time or late.

    Args:
        pieces: in order.
        waits: begin when the latest lead is over, not with the first piece.
    """
    begins = ends = held = silence = longest = 0.0
    gaps = 0
    for at, sound_s, lead_s in pieces:
        if held and at >= begins:
            ends = ends or begins + held
            late = at - ends
            if late > 0.02:
                gaps, silence, longest = gaps + 1, silence + late, max(longest, late)
            ends = max(ends, at) + sound_s
        else:
            begins = at + (lead_s if waits else 0.0)
        held += sound_s
    return Heard(pieces[0][0], begins, gaps, silence, longest)


def main() -> None:
    """Print the table."""
    folder = _folder()
    if folder is None:
        return
    blas = fast_blas()
    told: dict[str, list[dict[str, Any]]] = {}
    missing: list[str] = []
    texts = list(TEXTS.values())
    rows = run_peer(ours(), HERE / "start_ours.py", [str(folder)], LIMIT_S, blas, {"read": texts})["rows"]
    sides = [("Speech Studio", ours, "start_ours.py", folder, blas, {"texts": texts, "warm": WORDS})]
    job = {"rows": rows, "threads": os.cpu_count() or 1, "limit_s": LIMIT_S / 2}
    if file := os.environ.get("STUDIO_BENCH_KOKORO_ONNX"):
        sides.append(
            ("onnxruntime", lambda: peer_python(["onnxruntime", "numpy"]), "start_onnx.py", Path(file), {}, job)
        )
    else:
        missing.append("onnxruntime: STUDIO_BENCH_KOKORO_ONNX names no file.")
    sides.append(("mlx-audio", lambda: peer_python(["mlx-audio", "mlx[cpu]"]), "start_mlx_audio.py", folder, blas, job))
    print(f"Load before: {os.getloadavg()[0]:.1f}. Rounds: {ROUNDS}, in turns; mlx-audio once.\n")
    for turn in range(ROUNDS):
        for name, python, script, source, env, asked in sides:
            if turn and (name not in told or name == "mlx-audio"):
                continue
            try:
                said = run_peer(python(), HERE / script, [str(source)], 2 * LIMIT_S, env, asked)
                told.setdefault(name, []).append(said)
            except PeerMissing as exc:
                missing.append(f"{name}: {exc}")
    _table(told)
    for sentence in missing:
        print(f"- {sentence}")
    print(f"\nLoad after: {os.getloadavg()[0]:.1f}.")


def _table(told: Mapping[str, list[dict[str, Any]]]) -> None:
    print("The median round by its first sound. Seconds; gaps as how many (seconds in all, the longest).\n")
    print("| text | engine | first sound | factor | processor per s | gaps | begins, as it is told | gaps then |")
    print("|---|---|---|---|---|---|---|---|")
    for number, text in enumerate(TEXTS):
        for name, rounds in told.items():
            runs = [one["texts"][number] for one in rounds if len(one["texts"]) > number]
            if not runs:
                print(f"| {text} | {name} | not within {LIMIT_S:.0f} s | | | | | |")
                continue
            runs.sort(key=lambda run: run["pieces"][0][0])
            run = runs[len(runs) // 2]
            pieces = [tuple(piece) for piece in run["pieces"]]
            sound_s = sum(piece[1] for piece in pieces)
            at_once, told_so = heard(pieces, waits=False), heard(pieces, waits=True)
            cut_short = "" if run.get("whole", True) else " (its first rows)"
            later = f"{told_so.begins_s:.2f} | {_gaps(told_so)}" if name == "Speech Studio" else "- | -"
            print(
                f"| {text}{cut_short} | {name} | {at_once.first_s:.2f} | {rtf(pieces[-1][0], sound_s):.2f} | "
                f"{run['cpu_s'] / sound_s:.2f} | {_gaps(at_once)} | {later} |"
            )
    print()
    for name, rounds in told.items():
        one = rounds[-1]
        print(
            f"{name}: loaded in {one['load_s']:.1f} s, first words {one['warm_s']:.1f} s, "
            f"{one['peak_bytes'] / 1024**2:,.0f} MiB at most."
        )


def _gaps(one: Heard) -> str:
    return f"{one.gaps} ({one.silence_s:.2f}, {one.longest_s:.2f})" if one.gaps else "none"


def _folder() -> Path | None:
    if named := os.environ.get("STUDIO_BENCH_KOKORO"):
        return Path(named)
    settings = Settings()
    for model in MODELS:
        try:
            return weights.folder_of(registry.find(model, "speak"), settings.models_dir, offline=True)
        except EngineError:
            continue
    print(f"None of {', '.join(MODELS)} is on this machine; STUDIO_BENCH_KOKORO may name its folder.")
    return None


if __name__ == "__main__":
    main()
