"""How many bytes a request may bring, by its method and its exact address. Pure values.

Only a few addresses take files; a neighbour of theirs, or one below them, takes what everything else takes.
`docs/routes.md` has the whole table, and a test holds the two together.
"""

import re
from dataclasses import dataclass

from studio.access.careful_json import LARGE_BODY_BYTES
from studio.access.limits import Allowance
from studio.access.page.routes import UPLOAD

OTHER_BYTES = LARGE_BODY_BYTES
MULTIPART_OVERHEAD_BYTES = 1_000_000
"""Room for a form's other fields and boundaries around the file itself."""
TRANSCRIPT_BYTES = 64_000_000
"""The words and times of some forty hours."""
PRONUNCIATIONS_BYTES = 3_000_000
"""A file of pronunciations is refused in the library's own sentence, and the form around it has room."""
VOICE_BYTES = 60_000_000
"""A recording of a voice, ten minutes as a plain file of a good microphone; or a packed voice."""
JSON_BYTES_PER_CHAR = 12
"""A character outside the basic plane, escaped: two times six bytes."""
SPEECH_EXTRAS_BYTES = 1_000_000
"""Pronunciations that come with a text."""
PASTED_BOOK_BYTES = 16_000_000
"""The longest novels have ten million letters; what is longer comes as a file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of request that may bring more than others."""

    methods: frozenset[str]
    path: re.Pattern[str]
    most_bytes: int


class BodyLimits:
    """The most bytes of every request."""

    def __init__(self, allowance: Allowance) -> None:
        """Args: allowance: what one person may ask for."""
        upload = allowance.max_upload_bytes + MULTIPART_OVERHEAD_BYTES
        speech = allowance.max_speech_chars * JSON_BYTES_PER_CHAR + SPEECH_EXTRAS_BYTES
        self.page_form_bytes = min(allowance.max_book_chars * 4 + MULTIPART_OVERHEAD_BYTES, PASTED_BOOK_BYTES)
        self._rules = (
            _rule("POST", re.escape(UPLOAD), upload),
            _rule("POST", "/v1/jobs", upload),
            _rule("POST", "/v1/audio/(transcriptions|translations)", upload),
            _rule("POST", "/v1/audio/speech", speech),
            _rule("PUT PATCH", "/v1/transcripts/[^/]+", TRANSCRIPT_BYTES),
            _rule("POST", "/v1/voices/(recordings|import|[^/]+/consent)", VOICE_BYTES + MULTIPART_OVERHEAD_BYTES),
            _rule("POST", "/v1/audio/(voices|voice_consents)", VOICE_BYTES + MULTIPART_OVERHEAD_BYTES),
            _rule("POST", "/v1/pronunciations/import", PRONUNCIATIONS_BYTES),
            # Whatever a person typed travels to these: a pasted book is the most of it.
            _rule("POST", "/gradio_api/(queue/join|(run|api|call|call/v2)/[^/]+/?)", self.page_form_bytes),
        )

    def of(self, method: str, path: str) -> int:
        """The most bytes for a request."""
        fits = (rule.most_bytes for rule in self._rules if method in rule.methods and rule.path.fullmatch(path))
        return next(fits, OTHER_BYTES)


def _rule(methods: str, path: str, most_bytes: int) -> Rule:
    return Rule(frozenset(methods.split()), re.compile(path), most_bytes)
