"""What `--verbose` tells of a server while it runs: a line for every answer, and what the studio notes of itself."""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console

_OURS = ("studio", "workers", "engine")


@contextmanager
def watching(verbose: bool) -> Generator[Callable[[str], object] | None]:
    """Tell it on standard error until this ends.

    Args:
        verbose: whether anything is told.

    Yields:
        What a server tells of its answers; None where nobody wants to know.
    """
    if not verbose:
        yield None
        return
    errors = Console(stderr=True, highlight=False)
    # Warnings are told by the root's handler, with or without this one.
    handler = logging.StreamHandler(errors.file)
    handler.addFilter(lambda record: record.levelno < logging.WARNING)
    handler.setFormatter(logging.Formatter("%(message)s"))
    for name in _OURS:
        logging.getLogger(name).addHandler(handler)
    try:
        yield lambda line: errors.print(line, markup=False, soft_wrap=True)
    finally:
        for name in _OURS:
            logging.getLogger(name).removeHandler(handler)
