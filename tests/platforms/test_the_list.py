"""docs/platforms.md lists every branch on the platform: what only the tree has, or only the list, fails here.

A branch is known by its sign: a name of the system, a file or a call that only one system has, a program looked for.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LIST = PROJECT / "docs" / "platforms.md"

SIGNS = (
    "sys.platform", "os.name", "os.uname", "platform.machine", "platform.system", "platform.processor",
    "sys.version_info", "/proc/", "/usr", "/opt/", "/Applications", "/sys/", "/etc/", "shutil.which", "webbrowser",
    "memfd_create", "F_SETPIPE_SZ", "RLIMIT_AS", "RLIMIT_NOFILE", "prctl", "posix_spawn", "sched_getaffinity",
    "hasattr(os", "SO_REUSEADDR", "WAYLAND_DISPLAY", "afplay", "on_gpu()", "default_device()", "metaKey",
    "navigator.platform", "userAgent", "sys_platform", "platform_machine", "python_version ==",
    "python_version >=", "command -v", "apt-get",
    "uname", "brew", "LD_LIBRARY_PATH", "DYLD_",
)  # fmt: skip
ROW = re.compile(
    r"^\| `(?P<file>[^`]+)` \| (?P<signs>[^|]+) \| (?P<what>[^|]+) \| (?P<mac>[^|]+) \| (?P<tests>[^|]+) \|$"
)
SUFFIXES = {".py", ".js", ".toml", ".html", ".css"}


def product() -> list[Path]:
    """The files whose branches a person's machine takes."""
    found = [PROJECT / "Makefile", PROJECT / "pyproject.toml"]
    for room in ("engine", "studio", "workers"):
        found += [path for path in sorted((PROJECT / room).rglob("*")) if path.suffix in SUFFIXES]
    return [path for path in found if "__pycache__" not in path.parts]


def code(path: Path) -> str:
    """A file without its comments and docstrings, which speak of systems and decide nothing."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                node.value.value = ""
        return ast.unparse(tree).replace("'", '"')
    return re.sub(r"^\s*(#|//|\*).*$", "", text, flags=re.M)


def pattern(sign: str) -> str:
    """A sign where it stands for itself: "uname" is not in "username"."""
    return rf"(?<!\w){re.escape(sign)}" + (r"(?!\w)" if sign[-1].isalnum() else "")


@cache
def branches() -> frozenset[tuple[str, str]]:
    """(file, sign) of the tree."""
    found: set[tuple[str, str]] = set()
    for path in product():
        raw = path.read_text(encoding="utf-8")
        maybe = [sign for sign in SIGNS if sign in raw]
        text = code(path) if maybe else ""
        name = path.relative_to(PROJECT).as_posix()
        found |= {(name, sign) for sign in maybe if re.search(pattern(sign), text)}
    return frozenset(found)


def rows() -> list[re.Match[str]]:
    return [row for line in LIST.read_text(encoding="utf-8").splitlines() if (row := ROW.match(line))]


def listed() -> set[tuple[str, str]]:
    return {(row["file"], sign) for row in rows() for sign in re.findall(r"`([^`]+)`", row["signs"])}


def test_every_branch_of_the_tree_is_in_the_list() -> None:
    missing = branches() - listed()
    assert not missing, f"docs/platforms.md needs a row, and a test through a stub, for {sorted(missing)}"


def test_the_list_has_no_branch_that_is_gone() -> None:
    gone = {(file, sign) for file, sign in listed() - branches() if sign in SIGNS}
    assert not gone, f"docs/platforms.md lists what the tree no longer has: {sorted(gone)}"
    assert not {sign for _, sign in listed()} - set(SIGNS), "a sign that nobody looks for"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_every_row_names_tests_that_are_there(row: re.Match[str]) -> None:
    named = re.findall(r"`([^`]+)`", row["tests"])
    assert named, "a branch that no test takes"
    for one in named:
        path, _, function = one.partition("::")
        text = (PROJECT / path).read_text(encoding="utf-8")
        assert function, one
        assert re.search(rf"^def {re.escape(function)}\(|^{re.escape(function)}:", text, re.M), one


def test_what_only_a_mac_can_show_is_told() -> None:
    text = LIST.read_text(encoding="utf-8")
    untried = text.partition("## Untried")[2]
    assert untried.count("\n- ") >= 5
