"""Why somebody is turned away: each refusal is a sentence and the HTTP status that goes with it.

EngineError
└── Refusal            somebody asked for what they may not have, or for too much of it
    ├── Unauthorised   401  nobody knows who is asking
    │   └── WrongKey        a key was sent, and it is nobody's
    ├── Forbidden      403  it comes from another site, or is not theirs
    ├── WrongHost      421  asked under a name this studio does not answer to
    ├── Unreadable     400  a request of the page that nobody can make sense of
    ├── TooLarge       413  more bytes or more text than one request may bring
    └── TooMany        429  more at once, or more often, than one person may
"""

from typing import Any, ClassVar

from engine.errors import EngineError


class Refusal(EngineError):
    """Somebody asked for what they may not have, or for too much of it."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "forbidden"


class Unauthorised(Refusal):
    """Nobody knows who is asking."""

    status = 401
    code = "invalid_api_key"


class WrongKey(Unauthorised):
    """A key was sent, and it is nobody's: the answer may have to wait."""


class Forbidden(Refusal):
    """The request comes from another site, or asks for what is not theirs."""


class WrongHost(Refusal):
    """Asked under a name this studio does not answer to."""

    status = 421
    code = "wrong_host"


class Unreadable(Refusal):
    """A request of the page that nobody can make sense of."""

    status = 400
    code = "invalid_value"


class TooLarge(Refusal):
    """More bytes or more text than one request may bring."""

    status = 413
    code = "too_large"


class TooMany(Refusal):
    """More at once, or more often, than one person may."""

    status = 429
    code = "rate_limit_exceeded"

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def error_body(message: str, kind: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """The shape in which every door for programs tells an error; it is OpenAI's."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
