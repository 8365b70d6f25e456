"""A whole book through the real queue (Redis, two workers, SQLite) to an M4B, beside the floor."""

import tempfile
import time
from pathlib import Path

from benchmarks import floor, prose
from studio.books.model import Book, Chapter
from studio.library.db import migrate
from studio.library.jobs.options import BookOptions
from studio.library.library import Library, open_library
from studio.settings import Settings
from workers.supervisor import Supervisor

WORDS = 60_000
WORKERS = 2
OWNER = "local"


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        chapters = prose.chapters(WORDS)
        text = folder / "book.txt"
        text.write_text("\n\n".join(p for _, paragraphs in chapters for p in paragraphs), encoding="utf-8")
        beneath = floor.measure(text, folder)
        ours_s, audio_s = narrate(chapters, folder / "outputs", WORKERS)
    words = sum(len(p.split()) for _, paragraphs in chapters for p in paragraphs)
    print("| | speech | encode | total | sound | faster than real time |")
    print("|---|---|---|---|---|---|")
    print(
        f"| espeak-ng to one WAV, ffmpeg to AAC | {beneath.speech_s:.1f} s | {beneath.encode_s:.1f} s | "
        f"{beneath.total_s:.1f} s | {beneath.audio_s / 3600:.2f} h | {beneath.audio_s / beneath.total_s:.0f}x |"
    )
    speed = audio_s / ours_s
    print(f"| the studio, {WORKERS} workers, M4B, ACX | | | {ours_s:.1f} s | {audio_s / 3600:.2f} h | {speed:.0f}x |")
    print(f"\n{words:,} words, {len(chapters)} chapters. Ratio to the floor: {ours_s / beneath.total_s:.2f}")


def narrate(chapters: list[tuple[str, list[str]]], outputs: Path, workers: int) -> tuple[float, float]:
    """Submit and wait: wall seconds from submitting to done, and seconds of sound."""
    settings = Settings(outputs=outputs, workers=workers)
    migrate(settings.resolved_database_url)
    library = open_library(outputs, settings.resolved_database_url)
    book = Book(
        title="A benchmark",
        authors=("Nobody",),
        language="en",
        cover=None,
        cover_type="",
        chapters=tuple(Chapter(title, tuple(paragraphs), "body") for title, paragraphs in chapters),
        notices=(),
    )
    try:
        with Supervisor(settings, library):
            time.sleep(3)  # the workers stand ready, as in a studio that runs
            started = time.perf_counter()
            job = library.submit_book(OWNER, book, BookOptions(voice="en-us", format="m4b", loudness="acx"))
            done = wait(library, job.id)
            return time.perf_counter() - started, done
    finally:
        library.close()


def wait(library: Library, job_id: str) -> float:
    """Until done; seconds of sound."""
    while True:
        job = library.view(OWNER, job_id)
        if job.is_finished:
            if job.status != "done":
                raise SystemExit(f"the book failed: {job.error}")
            return job.audio_s
        time.sleep(0.1)
