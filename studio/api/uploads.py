"""A multipart form with one file, written to disk as it comes, never held in memory. Knows no file format."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from engine.errors import InputError
from studio.access import TooLarge, current_person
from studio.access.limits import megabytes
from studio.api.bridge import Gone, off_loop_for
from studio.library.storage import storing

MAX_PARTS = 200
MAX_HEADER_BYTES = 16 * 1024
WRITE_BYTES = 1024 * 1024
"""Written to disk in blocks of this size, each on a thread."""
MAX_NAME_CHARS = 200


class FormError(InputError):
    """A form that cannot be read; `param` names the field."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


class UploadedFile:
    """A file that came in; it belongs to whoever holds it and goes when `discard` is called."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.size_bytes = 0

    def discard(self) -> None:
        """Remove the file, if nobody moved it away."""
        self.path.unlink(missing_ok=True)


class Form:
    """The fields of a form, and its file if it brought one."""

    def __init__(self, file_field: str = "file") -> None:
        self.fields: dict[str, list[str]] = {}
        self._file_field = file_field
        self.file: UploadedFile | None = None

    def text(self, name: str, default: str = "") -> str:
        """A field's last value."""
        return self.fields.get(name, [default])[-1]

    def take_file(self) -> UploadedFile:
        """The file; from now on the caller must discard it.

        Raises:
            FormError: the form brought none, or an empty one.
        """
        taken, self.file = self.file, None
        if taken is None:
            raise FormError(f"The form has no `{self._file_field}`; send one.", self._file_field)
        if taken.size_bytes == 0:
            taken.discard()
            raise FormError("The file is empty; choose another one.", self._file_field)
        return taken


@asynccontextmanager
async def received_form(
    request: Request, folder: Path, max_file_bytes: int, max_field_bytes: int = 1_000_000, file_field: str = "file"
) -> AsyncGenerator[Form]:
    """Read a multipart form; the file is removed at the end unless it was taken.

    Args:
        request: whose body has not been read.
        folder: where the file is written.
        max_file_bytes: of the file.
        max_field_bytes: of all other fields together.
        file_field: what the field with the file is called.

    Raises:
        FormError: not a form, torn, or with more than one file.
        TooLarge: the file or the fields are larger than allowed.
        Gone: the client left in the middle.
        StorageError: no room on the disk.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 256:
        raise FormError("Send this as multipart/form-data.")
    person = current_person(request).name
    reader = _Reader(folder, max_file_bytes, max_field_bytes, file_field)
    try:
        parser = MultipartParser(boundary, reader.callbacks(), max_size=float("inf"))
        try:
            async for block in request.stream():
                parser.write(block)
                reader.check()
                if reader.waiting_bytes >= WRITE_BYTES:
                    await off_loop_for(person, reader.flush)
            parser.finalize()
        except ClientDisconnect as exc:
            raise Gone from exc
        except FormParserError as exc:
            raise FormError("The form is torn or badly written; send it again.") from exc
        reader.check()
        if not reader.is_complete:
            raise FormError("The form ends too early; send it again.")
        await off_loop_for(person, reader.flush)
        yield reader.form
    finally:
        if reader.form.file is not None:
            reader.form.file.discard()


def plain_name(offered: str) -> str:
    """A file name as a person may see it again: no folders, nothing unprintable, not endless."""
    name = PureWindowsPath(PurePosixPath(offered.replace("\0", "")).name).name
    name = "".join(char for char in name if char.isprintable()).strip(" .")
    if len(name) > MAX_NAME_CHARS:
        stem, dot, extension = name.rpartition(".")
        keep = f".{extension}" if dot and len(extension) <= 10 else ""
        name = (stem or name)[: MAX_NAME_CHARS - len(keep)] + keep
    return name or "upload"


class _Reader:
    """Takes the parser's events; problems are noted, and raised by `check` between two writes."""

    def __init__(self, folder: Path, max_file_bytes: int, max_field_bytes: int, file_field: str) -> None:
        self.form = Form(file_field)
        self._file_field = file_field
        self._folder = folder
        self._max_file_bytes = max_file_bytes
        self._max_field_bytes = max_field_bytes
        self._field_bytes = 0
        self._parts = 0
        self._header_name = b""
        self._header_value = b""
        self._header_bytes = 0
        self._disposition = b""
        self._name = ""
        self._value = bytearray()
        self._in_file = False
        self._waiting = bytearray()
        self._problem: InputError | TooLarge | None = None
        self.is_complete = False

    @property
    def waiting_bytes(self) -> int:
        return len(self._waiting)

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._part_begin,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value_part,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_end": self._end,
        }

    def check(self) -> None:
        if self._problem is not None:
            raise self._problem

    def flush(self) -> None:
        """Write what waits. Runs on a thread, while the event loop adds nothing."""
        file = self.form.file
        if file is None or not self._waiting:
            return
        with storing(), file.path.open("ab") as handle:
            handle.write(self._waiting)
        self._waiting.clear()

    def _part_begin(self) -> None:
        self._parts += 1
        self._header_bytes = 0
        self._disposition = b""
        self._value.clear()
        self._in_file = False
        if self._parts > MAX_PARTS:
            self._problem = FormError(f"The form has more than {MAX_PARTS} fields.")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]
        self._count_header(end - start)

    def _header_value_part(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]
        self._count_header(end - start)

    def _count_header(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > MAX_HEADER_BYTES:
            self._problem = FormError("The form's headers are too long.")

    def _header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options or self._problem:
            return
        if self._name != self._file_field or self.form.file is not None:
            self._problem = FormError(f"Send one file, in the field `{self._file_field}`.", self._file_field)
            return
        name = plain_name(options[b"filename"].decode("utf-8", "replace"))
        self.form.file = UploadedFile(self._folder / f"upload-{secrets.token_hex(8)}", name)
        self._in_file = True

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._problem:
            return
        if self._in_file and self.form.file is not None:
            self.form.file.size_bytes += end - start
            if self.form.file.size_bytes > self._max_file_bytes:
                self._problem = TooLarge(f"The file is larger than the {megabytes(self._max_file_bytes)} allowed.")
                return
            self._waiting += data[start:end]
            return
        self._field_bytes += end - start
        if self._field_bytes > self._max_field_bytes:
            self._problem = TooLarge(f"The form's fields hold more than {megabytes(self._max_field_bytes)}.")
            return
        self._value += data[start:end]

    def _part_end(self) -> None:
        if not self._in_file and not self._problem:
            # A lone surrogate cannot come out of UTF-8, so what is kept can always be written again.
            self.form.fields.setdefault(self._name, []).append(self._value.decode("utf-8", "replace"))

    def _end(self) -> None:
        self.is_complete = True
