"""What the page is given by the application: what it may use, and nothing it has to look for."""

from dataclasses import dataclass

from engine.pool import ModelPool
from studio.books import Readings
from studio.library.library import Library
from studio.page.fetching import Downloads
from studio.settings import Settings
from studio.warming import Warming


@dataclass(frozen=True, slots=True)
class PageContext:
    """Built once by `studio.app`, handed to every tab.

    Attributes:
        library: jobs, results and clips of every owner.
        pool: loaded models.
        settings: defaults and limits.
        downloads: what is being fetched.
        readings: documents that are being read; the programs' too.
        warming: of the default voice; None where nobody warms it.
    """

    library: Library
    pool: ModelPool
    settings: Settings
    downloads: Downloads
    readings: Readings
    warming: Warming | None = None
