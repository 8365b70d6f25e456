"""One file from the hub to a partial file on the disk: taken up where it broke off, and checked by its hash."""

import logging
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import DownloadError
from engine.registry import ModelCard
from engine.weights.hub import RemoteFile, network_error
from engine.wording import size_text

log = logging.getLogger(__name__)

# A connection that gives nothing for this long is opened again; also the longest a cancel can wait.
STALL_S = 10.0
# Tries in a row that bring no byte, and the pause after the first; it doubles, up to twenty times as long.
TRIES = 6
PAUSE_S = 0.2
HASH_BLOCK = 1024**2


class Transfer:
    """Brings one file into `partial`. The caller moves it to its place when `run` has ended."""

    def __init__(
        self, card: ModelCard, file: RemoteFile, commit: str, partial: Path, endpoint: str | None, token: str | None
    ) -> None:
        self._card = card
        self._file = file
        self._commit = commit
        self._partial = partial
        self._endpoint = endpoint
        self._token = token
        self._hasher = file.hasher()
        self._have = 0

    def run(self) -> Generator[int]:
        """Fetch what is missing.

        Yields:
            Bytes of the file that are here, after every piece and before every wait.

        Raises:
            DownloadError: it broke off again and again, or is not what the hub says it is.
        """
        with self._partial.open("a+b") as target:
            resumed = self._take_up(target)
            yield from self._receive(target)
            if self._hasher.hexdigest() != self._file.digest and resumed:
                # What was there before may be the fault: once more from nothing.
                log.warning("%s of %s did not fit together; fetched again", self._file.name, self._card.id)
                self._start_over(target)
                yield from self._receive(target)
            target.flush()
            os.fsync(target.fileno())
        if self._hasher.hexdigest() != self._file.digest:
            self._partial.unlink(missing_ok=True)
            raise DownloadError(
                f"{self._file.name} of {self._card.name} arrived damaged: it is not what the hub says it is. Try "
                f"again; if it happens again, something on the way changes it."
            )

    def _take_up(self, target: BinaryIO) -> bool:
        """Hash what an earlier try has left; whether there was any."""
        if target.seek(0, os.SEEK_END) > self._file.size:
            self._start_over(target)
            return False
        target.seek(0)
        while block := target.read(HASH_BLOCK):
            self._hasher.update(block)
            self._have += len(block)
        return self._have > 0

    def _start_over(self, target: BinaryIO) -> None:
        target.truncate(0)
        target.seek(0)
        self._hasher = self._file.hasher()
        self._have = 0

    def _receive(self, target: BinaryIO) -> Generator[int]:
        from huggingface_hub import errors

        barren = 0
        while self._have < self._file.size:
            before = self._have
            fault: Exception | None = None
            try:
                yield from self._one_response(target)
            except errors.HfHubHTTPError as exc:
                if exc.response.status_code < 500 and exc.response.status_code not in (408, 416, 429):
                    raise
                fault = exc
            except network_error() as exc:
                fault = exc
            barren = 0 if self._have > before else barren + 1
            if barren >= TRIES:
                raise self._given_up() from fault
            if barren:
                yield self._have
                time.sleep(PAUSE_S * min(20, 2 ** (barren - 1)))

    def _given_up(self) -> DownloadError:
        if self._have == 0:
            return DownloadError(
                f"{self._file.name} of {self._card.name} does not arrive: the hub gives nothing. Check the network and "
                f"try again."
            )
        return DownloadError(
            f"The download of {self._card.name} broke off: of {self._file.name} {size_text(self._have)} of "
            f"{size_text(self._file.size)} came, then no more. Check the network and try again; it goes on from there."
        )

    def _one_response(self, target: BinaryIO) -> Generator[int]:
        """Read one response until it ends, or until the file is whole."""
        from huggingface_hub import hf_hub_url
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        url = hf_hub_url(self._card.hub_id, self._file.name, revision=self._commit, endpoint=self._endpoint)
        headers: dict[str, str] = build_hf_headers(token=self._token)
        headers["Accept-Encoding"] = "identity"  # ranges and hashes are of the file, not of a packed form
        if self._have:
            headers["Range"] = f"bytes={self._have}-"
        with get_session().stream("GET", url, headers=headers, timeout=STALL_S) as response:
            if response.status_code == 416:
                self._start_over(target)
            hf_raise_for_status(response)
            if self._have and not self._continues(response):
                self._start_over(target)
            for piece in response.iter_raw():
                piece = piece[: self._file.size - self._have]
                target.write(piece)
                self._hasher.update(piece)
                self._have += len(piece)
                yield self._have
                if self._have == self._file.size:
                    break

    def _continues(self, response: Any) -> bool:
        """Whether the answer begins where the partial file ends, and not at the first byte."""
        said = str(response.headers.get("Content-Range", ""))
        return response.status_code == 206 and said.startswith(f"bytes {self._have}-")
