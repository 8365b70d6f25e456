"""A record becomes one line of JSON that no person's word gets into."""

import json
import logging
from pathlib import Path

import pytest

from engine.errors import InputError
from studio.logs import about_request, about_this_process
from studio.logs.lines import Lines

SECRET = "marzipan"


def line(logger: str, message: str, *args: object, exc: BaseException | None = None, in_full: bool = False) -> dict:
    info = (type(exc), exc, exc.__traceback__) if exc else None
    record = logging.LogRecord(logger, logging.WARNING, __file__, 7, message, args, info, "somewhere")
    written = Lines(in_full).format(record)
    assert "\n" not in written
    return json.loads(written)


def raised(exc: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise exc from cause
    except BaseException as caught:
        return caught


def test_a_line_says_when_where_and_what() -> None:
    found = line("studio.app", "part %d of %s took %.1f s", 3, "j1", 1.25)
    assert found["message"] == "part 3 of j1 took 1.2 s"
    assert (found["level"], found["logger"], found["place"]) == ("warning", "studio.app", "test_lines.py:7")
    assert found["time"].endswith("+00:00")


def test_a_request_and_a_part_are_named_where_they_are_known() -> None:
    assert not {"request_id", "job_id", "part"} & line("studio", "x").keys()
    with about_request("abcdefgh"), about_this_process(job_id="j1", part=2):
        found = line("studio", "x")
    assert (found["request_id"], found["job_id"], found["part"]) == ("abcdefgh", "j1", 2)
    assert not {"request_id", "job_id", "part"} & line("studio", "x").keys()


@pytest.mark.parametrize(
    "exc",
    [
        ValueError(f"cannot read {SECRET}"),
        InputError(f"There is no voice {SECRET!r}."),
        FileNotFoundError(2, "No such file", f"/home/{SECRET}/a.wav"),
        KeyError(SECRET),
        ExceptionGroup(SECRET, [ValueError(SECRET), KeyError(SECRET)]),
    ],
)
@pytest.mark.parametrize("logger", ["studio.api", "engine.pool", "workers.task", "rq.worker", "sqlalchemy", "asyncio"])
def test_an_exception_is_said_by_its_kind_and_its_places(exc: BaseException, logger: str) -> None:
    exc.add_note(SECRET)
    trouble = raised(RuntimeError(SECRET), cause=raised(exc))
    found = line(logger, "it failed: %s", exc, exc=trouble)
    assert SECRET not in json.dumps(found)
    assert type(exc).__name__ in found["exception"] and "RuntimeError" in found["exception"]
    assert 'test_lines.py", line' in found["exception"]


def test_an_exception_given_as_a_word_is_its_kind() -> None:
    assert line("studio", "away: %s", OSError(28, "No space left", SECRET))["message"] == "away: OSError ENOSPC"
    assert line("studio", "away: %r", Path(SECRET))["message"].startswith("away: ")
    assert SECRET not in line("studio", "away: %r and %s", Path(SECRET), {SECRET: 1})["message"]
    assert line("studio", "away: %(why)s", {"why": ValueError(SECRET)})["message"] == "away: ValueError"


def test_of_other_packages_only_the_sentence_in_their_code_is_kept() -> None:
    assert line("rq.worker", "job %s failed\n%s", SECRET, SECRET)["message"] == "job %s failed"
    assert SECRET not in line("huggingface_hub", f"cannot find {SECRET}")["message"]
    assert line("asyncio", f"Task exception was never retrieved\nfuture: {SECRET}")["message"] == (
        "Task exception was never retrieved"
    )


def test_in_full_is_written_apart() -> None:
    found = line("studio", "away: %s", ValueError(SECRET), exc=raised(ValueError(SECRET)), in_full=True)
    assert SECRET in found.pop("in_full")
    assert SECRET not in json.dumps(found)


def test_what_is_endless_is_cut_and_what_refers_to_itself_ends() -> None:
    one, other = ValueError(), KeyError()
    one.__context__, other.__context__ = other, one
    assert "KeyError" in line("studio", "x", exc=one)["exception"]
    assert len(json.dumps(line("studio", "%s", "a" * 100_000))) < 20_000


def test_what_cannot_be_encoded_is_still_a_line(tmp_path: Path) -> None:
    from studio.logs.files import LogFile

    file = LogFile(tmp_path / "a.log")
    file.setFormatter(Lines())
    file.emit(logging.LogRecord("studio", logging.INFO, __file__, 1, "odd \udc80 name", (), None))
    file.close()
    assert "odd" in (tmp_path / "a.log").read_text()
