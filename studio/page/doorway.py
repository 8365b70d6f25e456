"""What every tab needs of the way in: who asks, errors as one sentence, a place for scripts, an endpoint for programs.

It knows Gradio and the error tree, and no tab. Everything of a person that goes into markup passes `escape`.
"""

import functools
import html
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any, ParamSpec, Protocol, TypeVar, get_args

import gradio as gr
from gradio.components import Component
from starlette.requests import Request

from engine.errors import EngineError
from studio.access import current_person
from studio.access.page.refusals import INSIDE
from studio.library.errors import LibraryError
from studio.library.library import Library
from studio.settings import OWNER

log = logging.getLogger(__name__)
SORRY = "That did not work"
UNFILLED = "Something is missing that has to be chosen or written; fill it in and try again."
P = ParamSpec("P")
T = TypeVar("T")


class Changeable(Protocol):
    """A component that tells when its value changes."""

    change: Callable[..., Any]


def owner_of(request: gr.Request | Request) -> str:
    """The name of the person who asks; "local" where no login is configured.

    Events carry Gradio's request, which knows the login; a script's `server` call carries the bare one.
    """
    if isinstance(request, gr.Request):
        return request.username or OWNER
    return current_person(request).name


def escape(text: str) -> str:
    """Text as text inside our own markup; what JavaScript templates would take for theirs as well."""
    escaped = html.escape(text, quote=True)
    return escaped.replace("\\", "&#92;").replace("`", "&#96;").replace("$", "&#36;").replace("{", "&#123;")


def kindly(handler: Callable[P, T]) -> Callable[P, T]:
    """Turn what the studio raises into one sentence on the page; what nobody foresaw is logged and said to be so."""
    return _safely(handler, lambda sentence: html.escape(sentence, quote=False))  # Gradio shows messages as HTML


def plainly(handler: Callable[P, T]) -> Callable[P, T]:
    """The same for programs, who read text."""
    return _safely(handler, str)


def _safely(handler: Callable[P, T], worded: Callable[[str], str]) -> Callable[P, T]:
    @functools.wraps(handler)
    def safely(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return handler(*args, **kwargs)
        except EngineError as exc:
            raise gr.Error(worded(str(exc)), title=SORRY, print_exception=False) from exc
        except Exception as exc:
            if _is_unfilled(handler, args, kwargs):
                raise gr.Error(worded(UNFILLED), title=SORRY, print_exception=False) from exc
            log.exception("the page could not do what %s does", handler.__name__)
            raise gr.Error(INSIDE, title=SORRY, print_exception=False) from exc

    return safely


def _is_unfilled(handler: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether a handler was given nothing where it needs something; a program can send that, and an emptied picker."""
    signature = inspect.signature(handler)
    given = signature.bind(*args, **kwargs).arguments
    hints = (signature.parameters[name].annotation for name, value in given.items() if value is None)
    return any(hint not in (inspect.Parameter.empty, Any, None) and NoneType not in get_args(hint) for hint in hints)


def once_ready(script: str) -> str:
    """JavaScript that waits until the page's scripts are there: they are modules, and Gradio may be quicker."""
    return f"""
        const ready = () => {{ {script} }};
        if (window.studio) ready(); else window.addEventListener("studio:ready", ready, {{ once: true }});
    """


def part(name: str, markup: str, *, value: Any = None, elem_id: str | None = None, **options: Any) -> gr.HTML:
    """A place in a tab that one of our scripts fills: `part(name, build)` in assets/ is called with its element.

    Who presses a button in it before the scripts are there is heard once they are.

    Args:
        name: which script part.
        markup: what stands there before the script has run; ours, never a person's.
        value: initial values for the script; sent as JSON, never as markup.
        elem_id: for tests and styles.
        options: further arguments of gr.HTML.
    """
    mount = """
        let early = null;
        const remember = ({ target }) => { early = target.closest("button[data-st]") ?? early; };
        if (!window.studio) element.addEventListener("click", remember);
    """ + once_ready(f"""
        element.removeEventListener("click", remember);
        window.studio.mount("{name}", {{ element, trigger, props, server, upload, watch }});
        early?.click();
    """)
    plain: dict[str, Any] = {"apply_default_css": False, "container": False, "padding": False}
    return gr.HTML(value, html_template=markup, js_on_load=mount, elem_id=elem_id, **plain, **options)


def note(markup: str, elem_id: str | None = None) -> gr.HTML:
    """Words of ours that stand still. Whatever in them is not ours has passed `escape`."""
    return gr.HTML(markup, apply_default_css=False, container=False, padding=False, elem_id=elem_id)


def mirror(place: str, components: Mapping[str, Changeable]) -> None:
    """Keep a script's copy of what the components hold, so that a click there needs no round trip.

    Args:
        place: one of assets/shared/choices.js: "speak" is `window.studio.speak`.
        components: by the name the script knows their value under.
    """
    for name, component in components.items():
        script = f"(value) => {{ {once_ready(f'window.studio.{place}.set({{ {name}: value }});')} }}"
        component.change(None, [component], None, js=script, api_visibility="private")


def endpoint(
    handler: Callable[..., Any], inputs: Sequence[Component], outputs: Sequence[Component], api_name: str
) -> None:
    """A named endpoint for programs, on components that the page does not show; the handler's docstring is its help."""
    gr.Button(visible=False).click(
        plainly(handler), list(inputs), list(outputs), api_name=api_name, concurrency_limit=4, show_progress="hidden"
    )


def hidden(component: Callable[..., T], label: str, **options: Any) -> T:
    """A component that only programs use."""
    return component(label=label, visible=False, **options)


def need_queue(library: Library) -> None:
    """Long work needs the queue.

    Raises:
        LibraryError: it is not running.
    """
    if library.redis is None:
        raise LibraryError(
            "Books and recordings cannot be queued because Redis is not running; `studio doctor` tells how to start it."
        )
