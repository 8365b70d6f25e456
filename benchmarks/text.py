"""What is right of a folder of written and spoken texts, a line a class: `python -m benchmarks text --suite FOLDER`.

FOLDER holds a folder a language, each with `data_text_normalization/test_cases_*.txt`; a line is written and spoken,
parted by `~`, in either order. Letters and figures are compared, no capitals and no marks. Where ours differs on
purpose is told by `text_differences.csv`: patterns over what is expected and what is said, and the reason. The folder
stays where it is.
"""

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.text.normalise import normalise

TAGS = {
    "ar": "ar",
    "de": "de",
    "en": "en-us",
    "es": "es",
    "fr": "fr",
    "hi": "hi",
    "it": "it",
    "pt": "pt-br",
    "zh": "zh",
}
_REASONS = Path(__file__).with_name("text_differences.csv")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """Why an answer is not the expected one on purpose.

    Attributes:
        language, kind: whose cases; "*" for all kinds.
        expected, said: patterns that the expected and the said text hold; "" for any.
        reason: a sentence.
    """

    language: str
    kind: str
    expected: str
    said: str
    reason: str

    def explains(self, language: str, kind: str, expected: str, said: str) -> bool:
        """Whether it is why these two texts differ."""
        return (
            self.language == language
            and self.kind in (kind, "*")
            and re.search(self.expected, expected) is not None
            and re.search(self.said, said) is not None
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A written text and what may be said for it."""

    written: str
    spoken: tuple[str, ...]


def main() -> None:
    """Print the table, then what differs on purpose and what is simply wrong."""
    options = argparse.ArgumentParser(prog="python -m benchmarks text")
    options.add_argument("--suite", type=Path, help="the folder of cases")
    options.add_argument("--wrong", action="store_true", help="list the cases that differ for no reason we know")
    given, _ = options.parse_known_args(sys.argv[2:])
    if given.suite is None:
        print("Say where the cases are: python -m benchmarks text --suite FOLDER")
        return
    reasons = differences()
    print("| class | cases | right | on purpose | wrong |\n|---|---|---|---|---|")
    explained: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    for language, tag in TAGS.items():
        total = Counter[str]()
        for kind, cases in classes(given.suite, language):
            found = Counter[str]()
            for case in cases:
                said = normalise(case.written, tag).text
                verdict = judged(language, kind, case, said, reasons)
                if isinstance(verdict, Difference):
                    explained[language, verdict.reason] += 1
                    found["purpose"] += 1
                else:
                    found[verdict] += 1
                if verdict == "wrong":
                    wrong.append(f"{language}/{kind}: {case.written!r}: {said!r}, expected {case.spoken[0]!r}")
            print(_row(f"{language}/{kind}", len(cases), found))
            total += found
            total["cases"] += len(cases)
        if total["cases"]:
            print(_row(f"**{language}**", total["cases"], total, share=True))
    print("\nOn purpose:\n")
    for (language, reason), count in sorted(explained.items()):
        print(f"- {language}, {count}: {reason}")
    if given.wrong:
        print("\nWrong:\n\n" + "\n".join(wrong))


def _row(name: str, cases: int, found: Counter[str], share: bool = False) -> str:
    percent = f" ({found['right'] / cases:.1%})" if share else ""
    return f"| {name} | {cases} | {found['right']}{percent} | {found['purpose']} | {found['wrong']} |"


def judged(language: str, kind: str, case: Case, said: str, reasons: tuple[Difference, ...]) -> Difference | str:
    """ "right", "wrong", or why it differs."""
    if folded(said) in {folded(text) for text in case.spoken}:
        return "right"
    for reason in reasons:
        if any(reason.explains(language, kind, expected, said) for expected in case.spoken):
            return reason
    return "wrong"


def folded(text: str) -> str:
    """Letters and figures alone; English says its "and" and "the" or not."""
    words = _WORDS.findall(text.casefold().replace("'", "").replace("’", ""))
    return "".join(word for word in words if word not in ("and", "the"))


def classes(folder: Path, language: str) -> Iterator[tuple[str, list[Case]]]:
    """The classes of a language, and their cases."""
    for path in sorted((folder / language / "data_text_normalization").glob("test_cases_*.txt")):
        if "audio" not in path.name:
            yield path.stem.removeprefix("test_cases_"), cases_of(path.read_text(encoding="utf-8"))


def cases_of(text: str) -> list[Case]:
    """The cases of a file; one that has its spoken texts first, which hold no figures and signs, is turned round."""
    rows = [line.split("~") for line in text.splitlines() if "~" in line and not line.startswith("#")]
    turned = sum(_looks_written(row[1]) for row in rows) > sum(_looks_written(row[0]) for row in rows)
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        written, *spoken = (row[1], row[0]) if turned else row
        found[written] += spoken
    return [Case(written, tuple(spoken)) for written, spoken in found.items()]


def _looks_written(text: str) -> bool:
    return any(character.isdecimal() or character in "@%$€£/&" for character in text)


def differences() -> tuple[Difference, ...]:
    """The table of reasons."""
    with _REASONS.open(encoding="utf-8", newline="") as file:
        return tuple(Difference(**row) for row in csv.DictReader(file))
