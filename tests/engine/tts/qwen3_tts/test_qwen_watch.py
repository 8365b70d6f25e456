"""What tells that a line only repeats itself, and how long it may become."""

import pytest

from engine.tts.qwen3_tts.watch import FEW, LEAST_FRAMES, SAME, WINDOW, Watch, budget


def seen(codes: list[int], tokens: int = 0) -> tuple[int, int]:
    """After how many frames it was noticed, and how many of them were repetition; 0 for never."""
    watch = Watch(tokens)
    for count, code in enumerate(codes, 1):
        if repeated := watch.add(code):
            return count, repeated
    return 0, 0


def test_speech_is_none() -> None:
    assert seen([code % 40 for code in range(400)]) == (0, 0)
    assert seen(([7] * (SAME - 1) + [1, 2, 3, 4, 5]) * 20) == (0, 0)


def test_one_code_over_and_over() -> None:
    assert seen([1, 2, 3, *[9] * 40]) == (3 + SAME, SAME)


def test_a_few_codes_over_and_over() -> None:
    assert seen([*range(20, 40), *([1, 2, 3] * 20)]) == (20 + WINDOW, WINDOW)
    assert seen([1, 2, 3, 4] * 20) == (0, 0) and FEW == 3


def test_what_is_said_first_is_meant() -> None:
    assert seen([9] * 40, tokens=10) == (40, 40)
    assert seen([9] * 39, tokens=10) == (0, 0)


@pytest.mark.parametrize(
    ("text", "tokens", "frames"), [("No.", 1, LEAST_FRAMES), ("One, two, three.", 20, 240 + 75), ("…", 0, LEAST_FRAMES)]
)
def test_a_budget_grows_with_the_text_and_its_pauses(text: str, tokens: int, frames: int) -> None:
    assert budget(text, tokens) == frames
