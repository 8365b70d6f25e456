"""How rules of speech share a text: each reads the stretches it knows, and the first to claim a stretch has it.

All rules look at the text as written, never at another rule's words, so that none can misread what an earlier one said.
Knows no rule itself.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from engine.text.normalised import Edit


@dataclass(slots=True)
class Draft:
    """One paragraph on its way to speech: what it says, where its sentences end, what has been claimed so far.

    Attributes:
        text: plain characters, one line.
        language: BCP 47 tag.
        stops: offsets where a new sentence begins, by the sentence splitter's first guess.
        edits: what was claimed, in no order.
        unsaid: offsets of signs that nobody has words for and that were left out.
    """

    text: str
    language: str
    stops: frozenset[int] = frozenset()
    edits: list[Edit] = field(default_factory=list[Edit])
    unsaid: list[int] = field(default_factory=list[int])
    _claimed: bytearray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._claimed = bytearray(len(self.text))

    def claim(self, edit: Edit) -> bool:
        """Take a stretch, unless part of it is taken."""
        if self._claimed.find(1, edit.start, edit.end) >= 0:
            return False
        self._claimed[edit.start : edit.end] = b"\x01" * (edit.end - edit.start)
        self.edits.append(edit)
        return True

    def free_from(self, start: int, end: int) -> int | None:
        """None when nothing from `start` to `end` is taken, else where the text is free behind the first claim."""
        taken = self._claimed.find(1, start, end)
        if taken < 0:
            return None
        free = self._claimed.find(0, taken)
        return free if free >= 0 else len(self.text)

    def ends_sentence(self, at: int) -> bool:
        """Whether a sentence ends at `at`, with nothing but spaces and quotes until the next one or the text's end."""
        rest = at
        while rest < len(self.text) and self.text[rest] in " \"'”’)]»":
            rest += 1
            if rest in self.stops:
                return True
        return rest >= len(self.text)

    def finished(self) -> list[Edit]:
        """All edits, in order."""
        return sorted(self.edits, key=attrgetter("start", "end"))


Reading = str | Edit | Sequence[Edit] | None
"""What a rule makes of a match: words for all of it, edits of parts of it, or None for "not mine"."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what it says.

    Attributes:
        pattern: linear on any input: bounded repeats, begun only where a look-behind allows.
        read: the words for a match.
        needs: characters of which the text must hold one for the pattern to match at all; "" when unknown. It saves
            the scan.
    """

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Draft], Reading]
    needs: str = ""


DIGITS = "0123456789"


def apply(rules: Iterable[Rule], draft: Draft) -> None:
    """Let each rule in turn claim what it can of the draft."""
    present = set(draft.text)
    for rule in rules:
        if rule.needs and present.isdisjoint(rule.needs):
            continue
        at = 0
        while match := rule.pattern.search(draft.text, at):
            if (free := draft.free_from(*match.span())) is not None:
                at = free
                continue
            at = max(match.end(), match.start() + 1)
            said = rule.read(match, draft)
            if said is None:
                continue
            if isinstance(said, str):
                draft.claim(Edit(match.start(), match.end(), said))
            elif isinstance(said, Edit):
                draft.claim(said)
            else:
                for edit in said:
                    draft.claim(edit)
