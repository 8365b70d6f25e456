"""The terminal's front door: commands assembled, errors turned into one sentence and an exit status."""

import logging
import sys
from typing import NoReturn

import typer
from rich.console import Console

from engine.errors import Cancelled, EngineError, InputError, ModelNotFound
from studio.cli import book, doctor_command, jobs, models, run, say, transcribe

BAD_USE = 2
FAILURE = 1
INTERRUPTED = 130

app = typer.Typer(
    name="studio",
    help="A speech studio on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("worker")(run.worker)
app.command("say")(say.say)
app.command("book")(book.book)
app.command("transcribe")(transcribe.transcribe)
app.add_typer(jobs.app, name="jobs", help="Look after books and recordings in the queue.")
app.add_typer(models.app, name="models", help="List, download and remove models.")
app.command("voices")(models.voices)
app.command("doctor")(doctor_command.doctor)


def main() -> NoReturn:
    """Run the command line; never shows a traceback."""
    errors = Console(stderr=True, highlight=False)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except Cancelled:
        raise SystemExit(INTERRUPTED) from None
    except EngineError as exc:
        errors.print(str(exc), markup=False, soft_wrap=True)
        raise SystemExit(exit_status(exc)) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output has left (`studio voices | head`): nothing is wrong.
        sys.stderr.close()
        raise SystemExit(0) from None
    raise SystemExit(0)


def exit_status(exc: EngineError) -> int:
    """2 when the person's words were off, 1 when the work failed."""
    return BAD_USE if isinstance(exc, InputError | ModelNotFound) else FAILURE
