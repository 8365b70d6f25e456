"""What the hub says of a model: its files, their sizes and hashes, and every refusal as a sentence.

Speaks through huggingface_hub, so that its endpoint, token, proxy and offline settings hold here too.
"""

import hashlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from engine.errors import DownloadError, ModelNotFound
from engine.nn.stored.safetensors import is_safe_name
from engine.registry import ModelCard
from engine.weights.store import COMMIT, is_wanted

REQUEST_TIMEOUT_S = 20.0
SHA256 = re.compile(r"[0-9a-f]{64}")


class Hasher(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


def network_error() -> type[Exception]:
    """The root of all that the hub's HTTP client raises, whichever httpx that is."""
    from huggingface_hub import errors

    return errors.HTTPError  # pyright: ignore[reportPrivateImportUsage]


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file as the hub describes it.

    Attributes:
        name: relative, "/" between folders, checked not to leave its folder.
        size: bytes.
        digest: sha256 for a large file, git's blob sha1 for a small one; also the blob's name in the cache.
    """

    name: str
    size: int
    digest: str

    def hasher(self) -> Hasher:
        """A hash object whose hexdigest, after all bytes, is `digest`."""
        if SHA256.fullmatch(self.digest):
            return hashlib.sha256()
        # Git names a blob by the sha1 of a header and the content.
        return hashlib.sha1(b"blob %d\0" % self.size, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """A model at one commit.

    Attributes:
        commit: 40 hex digits.
        files: the wanted ones, in the hub's order.
    """

    commit: str
    files: tuple[RemoteFile, ...]


def listing(card: ModelCard, endpoint: str | None = None, token: str | None = None) -> Listing:
    """Ask the hub what the model's files are.

    Raises:
        ModelNotFound: the hub has no such model or revision.
        DownloadError: no network, gated, or an answer that cannot be trusted.
    """
    from huggingface_hub import HfApi

    with as_sentences(card, is_listing=True):
        api = HfApi(endpoint=endpoint, token=token)
        try:
            info = api.model_info(card.hub_id, revision=card.revision, files_metadata=True, timeout=REQUEST_TIMEOUT_S)
            commit, siblings = info.sha, info.siblings or []
        except (TypeError, KeyError, AttributeError, ValueError) as exc:
            if isinstance(exc, OSError):  # the hub's own errors are also ValueErrors at times
                raise
            raise DownloadError(_odd(card)) from exc
    if not isinstance(commit, str) or not COMMIT.fullmatch(commit):
        raise DownloadError(_odd(card))
    files = tuple(
        _checked(card, sibling) for sibling in siblings if is_wanted(str(sibling.rfilename), card.remote_files)
    )
    for pattern in card.remote_files:
        if not any(is_wanted(file.name, (pattern,)) for file in files):
            raise DownloadError(
                f"{card.hub_id} on the hub has no {pattern}, which {card.name} needs. The model may have changed there."
            )
    return Listing(commit, files)


def _checked(card: ModelCard, sibling: Any) -> RemoteFile:
    name, size = sibling.rfilename, sibling.size
    digest = sibling.lfs.sha256 if sibling.lfs is not None else sibling.blob_id
    if not isinstance(name, str) or not is_safe_name(name):
        raise DownloadError(
            f"The hub names a file of {card.hub_id} that would leave its folder; nothing was downloaded."
        )
    is_digest = isinstance(digest, str) and (SHA256 if sibling.lfs is not None else COMMIT).fullmatch(digest)
    if not isinstance(size, int) or size < 0 or not is_digest:
        raise DownloadError(_odd(card))
    return RemoteFile(name, size, digest)


@contextmanager
def as_sentences(card: ModelCard, *, is_listing: bool = False) -> Generator[None]:
    """Turn what huggingface_hub and the network raise into the studio's errors.

    The hub tells anybody about a gated model, so a listing is refused only for a model that is missing or private.
    """
    from huggingface_hub import errors

    try:
        yield
    except errors.OfflineModeIsEnabled as exc:
        raise DownloadError(
            f"{card.name} cannot be downloaded: the hub is set to offline (HF_HUB_OFFLINE). Unset it and try again."
        ) from exc
    except (errors.GatedRepoError, errors.DisabledRepoError) as exc:
        raise DownloadError(_gated(card)) from exc
    except errors.RevisionNotFoundError as exc:
        raise ModelNotFound(f"{card.hub_id} has no revision “{card.revision}” on the hub.") from exc
    except errors.RepositoryNotFoundError as exc:
        raise ModelNotFound(_unknown(card)) from exc
    except errors.HFValidationError as exc:
        raise ModelNotFound(f"“{card.hub_id}” cannot be the name of a model on the hub.") from exc
    except errors.HfHubHTTPError as exc:
        if exc.response.headers.get("X-Error-Message", "").startswith("Invalid credentials"):
            raise DownloadError(
                "The hub refuses your sign-in: its token is wrong or has expired. Sign in again with: hf auth login"
            ) from exc
        raise _by_status(card, exc.response.status_code, is_listing) from exc
    except network_error() as exc:
        raise DownloadError(
            f"{card.name} could not be downloaded: the hub cannot be reached. Check the network and try again; "
            f"the built-in voices work without it."
        ) from exc


def _by_status(card: ModelCard, status: int, is_listing: bool) -> DownloadError | ModelNotFound:
    if status == 404 or (status == 401 and is_listing):
        return ModelNotFound(_unknown(card))
    if status in (401, 403):
        return DownloadError(_gated(card))
    if status == 429:
        return DownloadError("The hub asks to slow down: too many downloads at once. Try again in a few minutes.")
    return DownloadError(f"{card.name} could not be downloaded: the hub answered {status}. Try again later.")


def _unknown(card: ModelCard) -> str:
    return (
        f"The hub has no model called {card.hub_id}, or it is private. Check the name; for a private model sign in "
        f"first with: hf auth login"
    )


def _gated(card: ModelCard) -> str:
    return (
        f"{card.name} is gated: its publisher lets in who accepts the terms. Accept them at "
        f"https://huggingface.co/{card.hub_id}, sign in with: hf auth login, and try again."
    )


def _odd(card: ModelCard) -> str:
    return f"The hub's answer about {card.hub_id} makes no sense, so nothing was downloaded. Try again later."
