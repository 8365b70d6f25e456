"""The terminal's front door: commands found by name, errors turned into one sentence and an exit status."""

import logging
import re
import sys
from importlib import import_module
from typing import Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from engine.errors import Cancelled, EngineError, InputError, ModelNotFound
from studio.cli.options.spelling import command_of, hyphened
from studio.cores import share_cores
from studio.library.errors import IllegalMove, NotFound

BAD_USE = 2
FAILURE = 1
INTERRUPTED = 130

# Name -> where it is. Imported when it is typed: `studio say` does not wait for the page's packages.
COMMANDS: dict[str, str] = {
    "run": "studio.cli.run:run",
    "say": "studio.cli.say:say",
    "compare": "studio.cli.compare:compare",
    "book": "studio.cli.book:book",
    "transcribe": "studio.cli.transcribe:transcribe",
    "live": "studio.cli.live:live",
    "jobs": "studio.cli.jobs:app",
    "worker": "studio.cli.run:worker",
    "serve-orpheus": "studio.cli.serve_orpheus:serve_orpheus",
    "voices": "studio.cli.voices:app",
    "models": "studio.cli.models:app",
    "doctor": "studio.cli.doctor_command:doctor",
}


class Commands(TyperGroup):
    """The commands of COMMANDS, each imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or None for a name nobody knows."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            found = command_of(cmd_name, found)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="studio",
    cls=Commands,
    help="A speech studio on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"token_normalize_func": hyphened},
)


@app.callback()
def studio() -> None:
    """A speech studio on your own machine."""


def main() -> NoReturn:
    """Run the command line; never shows a traceback."""
    errors = Console(stderr=True, highlight=False)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    share_cores()
    try:
        app()
    except Cancelled:
        raise SystemExit(INTERRUPTED) from None
    except EngineError as exc:
        errors.print(str(exc), markup=False, soft_wrap=True)
        raise SystemExit(exit_status(exc)) from None
    except ValueError as exc:
        sentence = _about_settings(exc)
        if sentence is None:
            raise
        errors.print(sentence, markup=False, soft_wrap=True)
        raise SystemExit(BAD_USE) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # The reader of our output has left (`studio voices | head`): nothing is wrong.
        sys.stderr.close()
        raise SystemExit(0) from None
    raise SystemExit(0)


def exit_status(exc: EngineError) -> int:
    """2 when the person's words were off, 1 when the work failed."""
    return BAD_USE if isinstance(exc, InputError | ModelNotFound | NotFound | IllegalMove) else FAILURE


def _about_settings(exc: ValueError) -> str | None:
    """One sentence when a STUDIO_* setting is at fault, without its value: that may be a key."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    if isinstance(exc, SettingsError):
        field = re.search(r'field "(\w+)"', str(exc))
        name = f"STUDIO_{field[1].upper()}" if field else "A STUDIO_ setting"
        example = '["studio.example"]' if name == "STUDIO_ALLOWED_HOSTS" else '{"ada": "a long secret"}'
        return f"{name} is not JSON; write it as in '{example}'."
    if isinstance(exc, ValidationError) and exc.title == "Settings":
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        place, problem = first["loc"], first["msg"]
        name = f"STUDIO_{str(place[0]).upper()}" if place else "A STUDIO_ setting"
        return f"{name} cannot be used: {problem[:1].lower()}{problem[1:]}."
    return None
