"""`studio doctor`, printed, or put in a file for somebody who helps."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from engine.errors import InputError
from studio.cli.bundle import default_name, write_bundle
from studio.cli.doctor import Finding, as_dicts, examine
from studio.settings import Settings


def doctor(
    file: Annotated[Path | None, typer.Argument(help="With --bundle: the zip to write.", show_default=False)] = None,
    bundle: Annotated[
        bool, typer.Option("--bundle", help="Write a zip for somebody who helps: report, versions, logs; no secrets.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what was found on this machine, what is missing, and the line that mends it."""
    if file is not None and not bundle:
        raise InputError(f"To write {file}, say --bundle as well.")
    settings = Settings()
    findings = examine(settings)
    console = Console(highlight=False)
    if bundle:
        _bundle(console, file or default_name(), settings, findings, as_json)
        return
    if as_json:
        console.print_json(json.dumps(as_dicts(findings)))
    else:
        for finding in findings:
            mark = "[green]ok[/]" if finding.ok else ("[red]--[/]" if finding.required else "[yellow]--[/]")
            console.print(f" {mark}  {finding.what:<20}", end="")
            console.print(finding.found, markup=False, soft_wrap=True)
            if finding.mend:
                console.print(" " * 26 + finding.mend, style="cyan", markup=False, soft_wrap=True)
    if any(finding.required and not finding.ok for finding in findings):
        raise SystemExit(1)


def _bundle(console: Console, file: Path, settings: Settings, findings: list[Finding], as_json: bool) -> None:
    holds = write_bundle(file, settings, findings)
    if as_json:
        console.print_json(json.dumps({"file": str(file), "holds": holds}))
        return
    console.print(f"{file} is written. In it:", markup=False, soft_wrap=True)
    for sentence in holds:
        console.print(f"  {sentence}", markup=False, soft_wrap=True)
