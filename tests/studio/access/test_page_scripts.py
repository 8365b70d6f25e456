"""Which scripts of the page get the word that lets them run."""

import pytest

from studio.access.page.scripts import PageScripts, page_scripts

TEMPLATE = """<script>window.config = {{ config | toorjson }};</script>
<script type="module" src="./assets/index.js"></script>
<script>
  (() => { const root = {{ config.get('root', '') | toorjson }}; })();
</script>"""
PAGE = """<script>window.config = {"a": "\\u003cscript\\u003e", "b": [1]};</script>
<script type="module" src="./assets/index.js"></script>
<script>
  (() => { const root = "http:\\/\\/127.0.0.1"; })();
</script>"""


def test_the_pages_own_scripts_get_it() -> None:
    signed = PageScripts(TEMPLATE).signed(PAGE, "word")
    assert signed.count('<script nonce="word"') == 3
    assert signed.replace(' nonce="word"', "") == PAGE


@pytest.mark.parametrize(
    "script",
    [
        "<script>alert(1)</script>",
        "<script >window.config = {};</script>",
        "<script>window.config = {}; alert(1);</script>",
        "<script>window.config = alert(1);</script>",
        '<script>window.config = "a", alert(1);</script>',
        '<script type="module" src="./assets/index.js">alert(1)</script>',
        '<script type="module" src="/gradio_api/file=studio/x/evil.js"></script>',
        "<script src=./assets/index.js></script>",
        "<SCRIPT>alert(1)</SCRIPT>",
        "<script/x>alert(1)</script>",
    ],
)
def test_no_other_gets_it(script: str) -> None:
    signed = PageScripts(TEMPLATE).signed(f"<p>{script}</p>{PAGE}", "word")
    assert signed.startswith(f"<p>{script}</p>")
    assert signed.count("nonce") == 3


def test_a_script_cannot_hide_a_known_one() -> None:
    # The element ends at the first end tag, as it does in a browser.
    mixed = f"<script>alert(1); {TEMPLATE.splitlines()[1]}"
    assert "nonce" not in PageScripts(TEMPLATE).signed(mixed, "word")


def test_the_installed_gradio_has_a_template_with_scripts() -> None:
    assert page_scripts().knows("<script>window.gradio_config = {};</script>")
    assert not page_scripts().knows("<script>window.gradio_config = stolen;</script>")
