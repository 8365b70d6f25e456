"""`studio doctor --bundle`: what somebody who helps needs to know, in one file, without what is nobody's business.

Nothing is sent. The file says itself what is in it.
"""

import importlib.metadata
import json
import os
import platform
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from engine import registry
from engine.errors import EngineError, InputError
from studio.access.tokens import Tokens
from studio.cli.doctor import Finding, as_dicts
from studio.library.counts import table_counts
from studio.logs.scrub import Scrubber, this_machine
from studio.settings import Settings

DISTRIBUTION = "mlx-speech-studio"
HOLDS = {
    "doctor.json": "what the doctor found on this machine",
    "versions.json": "the system, Python, and the packages the studio asks for",
    "settings.json": "numbers and switches as they are; of everything else only whether it is set",
    "tables.json": "how many rows each table of the database has, and none of them",
    "logs": "the last logs of the studio and its workers, of which nothing holds what people wrote",
}
TAKEN_OUT = (
    "Home folders, names of people and machines, network addresses, keys and tokens are taken out and stand as ~, "
    "<user>, <host>, <address> and <secret>. Look through it before you send it to somebody; nothing was sent."
)
_LOG = re.compile(r"(studio|serve-orpheus|worker-\d+)\.log(\.1)?")
_OF_A_LINE = ("time", "level", "logger", "message", "place", "process", "request_id", "job_id", "part", "exception")


class BundleError(EngineError):
    """The file cannot be written."""


def default_name() -> Path:
    """In the folder where the terminal stands."""
    return Path(f"speech-studio-{datetime.now():%Y%m%d-%H%M%S}.zip")


def write_bundle(file: Path, settings: Settings, findings: Sequence[Finding]) -> list[str]:
    """Write the file; what it holds, a sentence each.

    Raises:
        InputError: the file is there already.
        BundleError: it cannot be written.
    """
    scrub = _scrubber(settings)
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as exc:
        raise InputError(f"{file} is there already; name another file.") from exc
    except OSError as exc:
        raise BundleError(f"{file} cannot be written: {exc.strerror}.") from exc
    try:
        with os.fdopen(descriptor, "wb") as opened, zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as bundle:
            told = [f"{name}: {what}." for name, what in HOLDS.items()]
            bundle.writestr("README.txt", "\n".join([*told, "", TAKEN_OUT, ""]))
            bundle.writestr("doctor.json", _json(_scrubbed(as_dicts(list(findings)), scrub)))
            bundle.writestr("versions.json", _json(_scrubbed(_versions(), scrub, but_numbers=True)))
            bundle.writestr("settings.json", _json(_plain(settings)))
            bundle.writestr("tables.json", _json(table_counts(settings.resolved_database_url)))
            for log in _logs(settings.logs):
                bundle.writestr(f"logs/{log.name}", "".join(_lines(log, scrub)))
    except OSError as exc:
        file.unlink(missing_ok=True)
        raise BundleError(f"{file} cannot be written: {exc.strerror}.") from exc
    return [*told, TAKEN_OUT]


def _scrubber(settings: Settings) -> Scrubber:
    secrets = [key.get_secret_value() for key in settings.users.values()]
    if settings.session_secret:
        secret = settings.session_secret.get_secret_value()
        tokens = Tokens(secret)
        secrets += [secret, tokens.owner, tokens.guest]
    hosts = [*settings.allowed_hosts, settings.host]
    for url in (settings.redis_url, settings.database_url):
        with suppress(ValueError):
            parts = urlsplit(url)
            hosts.append(parts.hostname or "")
            secrets += [parts.password or ""]
    hosts = [host for host in hosts if re.search(r"[A-Za-z]", host) and host != "localhost"]
    return this_machine(people=settings.users, hosts=hosts, secrets=secrets)


def _versions() -> dict[str, Any]:
    found: dict[str, Any] = {"python": platform.python_version(), "system": platform.platform()}
    try:
        found["studio"] = importlib.metadata.version(DISTRIBUTION)
        asked = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        asked = []
    packages: dict[str, str] = {}
    for name in sorted({re.split(r"[^\w.-]", line)[0] for line in asked}):
        with suppress(importlib.metadata.PackageNotFoundError):
            packages[name] = importlib.metadata.version(name)
    return found | {"packages": packages}


def _plain(settings: Settings) -> dict[str, Any]:
    """Numbers and switches; of what is written out, whether it is, or how much of it there is."""
    found: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is None or isinstance(value, bool | int | float) or name == "log_level":
            found[name] = value
        elif isinstance(value, dict | list):
            found[name] = f"{len(cast('list[Any]', value))} given"
        elif name in {"speak_model", "transcribe_model"} and value in {card.id for card in registry.cards()}:
            found[name] = value
        else:
            found[name] = "set" if value and value != type(settings).model_fields[name].default else "as it comes"
    return found


def _logs(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _LOG.fullmatch(path.name) and path.is_file())


def _lines(log: Path, scrub: Scrubber) -> Iterator[str]:
    """A log's lines without what was kept in full, and without what is no line of ours."""
    for text in log.read_text("utf-8", "replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            known = cast(dict[str, Any], line)
            kept = {name: known[name] for name in _OF_A_LINE if name in known}
            time = kept.pop("time", "")
            yield json.dumps({"time": time, **cast(dict[str, Any], _scrubbed(kept, scrub))}, ensure_ascii=False) + "\n"


def _scrubbed(value: object, scrub: Scrubber, but_numbers: bool = False) -> object:
    if isinstance(value, str):
        return value if but_numbers and re.fullmatch(r"[\d.]+\w*", value) else scrub(value)
    if isinstance(value, dict):
        return {name: _scrubbed(one, scrub, but_numbers) for name, one in cast(dict[str, object], value).items()}
    if isinstance(value, list):
        return [_scrubbed(one, scrub, but_numbers) for one in cast(list[object], value)]
    return value


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
