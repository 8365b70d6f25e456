"""`studio doctor`, printed."""

import json
from typing import Annotated

import typer
from rich.console import Console

from studio.cli.doctor import as_dicts, examine
from studio.settings import Settings


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say what was found on this machine, what is missing, and the line that mends it."""
    findings = examine(Settings())
    console = Console(highlight=False)
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
