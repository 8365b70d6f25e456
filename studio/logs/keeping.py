"""Keeping a log while a process works: what goes to the file, and what the terminal says as before."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from studio.logs.files import LogFile
from studio.logs.lines import OURS, Lines

Level = Literal["debug", "info", "warning", "error"]


@contextmanager
def kept(folder: Path, name: str, level: Level) -> Generator[Path]:
    """Write a log until this ends. The terminal hears warnings and errors, as it does without.

    Args:
        folder: of the logs; made when it is not there.
        name: of the file, without its ending.
        level: from which on our own lines are kept; of other people's packages nothing below a warning, whatever it
            is: they tell addresses with their tokens. `debug` also keeps what people wrote.
    """
    root = logging.getLogger()
    least = logging.getLevelNamesMapping()[level.upper()]
    file = LogFile(folder / f"{name}.log")
    file.setFormatter(Lines(in_full=level == "debug"))
    file.setLevel(least)
    before = [(logger, logger.level) for logger in map(logging.getLogger, OURS)]
    quiet = [handler for handler in root.handlers if handler.level < logging.WARNING]
    levels = [handler.level for handler in quiet]
    last_resort = logging.lastResort if not root.handlers else None
    for logger, _ in before:
        logger.setLevel(min(least, logging.WARNING))
    for handler in quiet:
        handler.setLevel(logging.WARNING)
    if last_resort is not None:
        root.addHandler(last_resort)
    root.addHandler(file)
    try:
        yield folder / f"{name}.log"
    finally:
        root.removeHandler(file)
        file.close()
        if last_resort is not None:
            root.removeHandler(last_resort)
        for handler, level_before in zip(quiet, levels, strict=True):
            handler.setLevel(level_before)
        for logger, level_before in before:
            logger.setLevel(level_before)
