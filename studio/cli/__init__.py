"""Door 4, the terminal: `studio run | say | book | transcribe | jobs | worker | voices | models | doctor`."""

from studio.cli.main import app, main

__all__ = ["app", "main"]
