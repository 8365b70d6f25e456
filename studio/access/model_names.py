"""Which models a person may name: those the studio lists, and folders of the machine for whoever sits at it."""

from engine import registry
from engine.errors import ModelNotFound
from studio.settings import Settings


def check_model_name(name: str, settings: Settings) -> None:
    """Let a model's name through, before anybody looks whether there is a folder of that name.

    Raises:
        ModelNotFound: nobody knows it, or it is a folder and a stranger may be asking.
    """
    listed = (*registry.cards(), *registry.natural_set())
    is_listed = any(name.strip().casefold() == known.id.casefold() for known in listed)
    # A folder of this machine is for whoever sits at it: to others its name must not even show that it exists.
    may_name_folders = not settings.users and settings.is_local_only
    if not (is_listed or may_name_folders or (name and name in {settings.speak_model, settings.transcribe_model})):
        raise ModelNotFound(f"There is no model called {name[:100]!r} here; GET /v1/models lists those there are.")
