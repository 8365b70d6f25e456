"""Who may come in, how much they may ask for, what they may read. Knows nothing of what the studio does."""

from studio.access.access import Access
from studio.access.current import current_person
from studio.access.errors import Forbidden, Refusal, TooLarge, TooMany, Unauthorised, WrongHost
from studio.access.limits import Limits, StreamSlot
from studio.access.model_names import check_model_name
from studio.access.origins import WILDCARDS
from studio.access.people import LOCAL, Person

__all__ = [
    "LOCAL",
    "WILDCARDS",
    "Access",
    "Forbidden",
    "Limits",
    "Person",
    "Refusal",
    "StreamSlot",
    "TooLarge",
    "TooMany",
    "Unauthorised",
    "WrongHost",
    "check_model_name",
    "current_person",
]
