"""What comes in for a function of the page and is not what its fields hold: one sentence, for whoever sent it."""

from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr

from studio.access.page.refusals import UNREADABLE
from studio.page.doorway import SORRY


def refuse_wrong_inputs(page: gr.Blocks) -> None:
    """Have inputs that a field cannot take answered with a sentence.

    Gradio raises what it finds, prints where it stood, and repeats what was sent.

    Args:
        page: whose functions are called from now on.
    """
    read: Callable[..., Awaitable[Any]] = page.preprocess_data

    async def reading(function: Any, *args: Any, **kwargs: Any) -> Any:
        if function.fn is None:  # a script of the page: nothing to call here
            raise gr.Error(UNREADABLE, title=SORRY, print_exception=False)
        try:
            return await read(function, *args, **kwargs)
        except OSError:
            raise
        except Exception as exc:
            raise gr.Error(UNREADABLE, title=SORRY, print_exception=False) from exc

    setattr(page, "preprocess_data", reading)  # noqa: B010  # on this page alone, whatever its signature grows to
