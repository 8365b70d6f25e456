"""Real workers write a log a place, job after job, and not a word of the book."""

import json

from studio.library.jobs.options import BookOptions
from tests.workers.books import plain_book, wait_for
from tests.workers.conftest import StudioMaker


def test_a_worker_and_its_processes_write_one_log_that_names_the_jobs(make_studio: StudioMaker) -> None:
    library, supervisor = make_studio(workers=1)
    ids = [library.submit_book("ann", plain_book(1, 1, title="Marzipan"), BookOptions(format="wav")).id for _ in "a"]
    for job_id in ids:
        wait_for(library, job_id, "done")
    supervisor.stop()
    folder = library.storage.outputs / "logs"
    assert [file.name for file in sorted(folder.glob("*.log*")) if not file.name.startswith(".")] == ["worker-1.log"]
    lines = [json.loads(line) for line in (folder / "worker-1.log").read_text("utf-8").splitlines()]
    assert "Marzipan" not in json.dumps(lines)
    begun = [(line["job_id"], line["part"]) for line in lines if line["message"].startswith("a part begins")]
    assert sorted(begun) == sorted((job_id, part) for job_id in ids for part in (0, 1))
    assert len({line["process"] for line in lines}) == 3, "the worker, and one process a part"
