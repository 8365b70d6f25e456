"""From submitting a job to its first finished segment, with a warm worker."""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import prose
from benchmarks.book import OWNER, wait
from studio.books.model import Book, Chapter
from studio.library.db import migrate
from studio.library.jobs.options import BookOptions
from studio.library.library import open_library
from studio.library.tables import JobStatus
from studio.settings import Settings
from workers.supervisor import Supervisor

RUNS = 10


def main() -> None:
    """Print one table."""
    begun: list[float] = []
    spoken: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(outputs=Path(folder) / "outputs", workers=1)
        migrate(settings.resolved_database_url)
        library = open_library(settings.outputs, settings.resolved_database_url)
        with Supervisor(settings, library):
            time.sleep(3)
            for run in range(RUNS):
                chapter = Chapter("One", tuple(prose.paragraphs(1500, seed=run)), "body")
                book = Book("Latency", ("Nobody",), "en", None, "", (chapter,), ())
                started = time.perf_counter()
                job = library.submit_book(OWNER, book, BookOptions(voice="en-us", format="wav", loudness="none"))
                while library.view(OWNER, job.id).status == JobStatus.QUEUED:
                    time.sleep(0.005)
                begun.append(time.perf_counter() - started)
                while library.view(OWNER, job.id).words_done == 0:
                    time.sleep(0.005)
                spoken.append(time.perf_counter() - started)
                wait(library, job.id)
                library.delete(OWNER, job.id)
        library.close()
    print("| from submitting | median | slowest |")
    print("|---|---|---|")
    print(f"| to the worker's start | {statistics.median(begun) * 1000:.0f} ms | {max(begun) * 1000:.0f} ms |")
    print(f"| to the first words done | {statistics.median(spoken) * 1000:.0f} ms | {max(spoken) * 1000:.0f} ms |")
