"""Would the tests notice? Draws places in the code, breaks each in turn, and runs the tests that pass through it.

    python -m tools.mutations --seed 12 --count 300

First the tests of the chosen rooms run once, to learn which of them pass through which line. Then each drawn place is
broken in a copy of the tree, and its tests run until one fails: the break was noticed. One that no test noticed is
printed with what it was; `--survivors FILE` keeps them. A break that never ends counts as noticed.
"""

import argparse
import ast
import copy
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("studio/library", "studio/access", "engine/stt/agreement.py", "engine/text/segment.py", "workers")
TESTS = (
    "tests/studio/library",
    "tests/studio/access",
    "tests/engine/stt/test_agreement.py",
    "tests/engine/stt/test_live.py",
    "tests/engine/text",
    "tests/workers",
)
COPIED = ("engine", "studio", "workers", "migrations", "tests", "benchmarks", "examples", "tools", "pyproject.toml")
MOST_TESTS, MOST_FILES = 60, 4
LIMIT_S = 900.0
CONTEXT, SETTINGS = "STUDIO_MUTATIONS_CONTEXT", "STUDIO_MUTATIONS_SETTINGS"
"""What `tools.mutations_context` tells the processes that a test starts, and where it learns how they are followed."""

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True, slots=True)
class Break:
    """One change of one place.

    Attributes:
        file: from the root.
        line: the first line that changes, from 1.
        before: the code as it is.
        after: the code that stands in for it.
        begin: where in the file it stands, in characters.
        end: and where it ends.
    """

    file: str
    line: int
    before: str
    after: str
    begin: int
    end: int


def breaks_of(path: Path) -> Iterator[Break]:
    """Every break of a file that this module knows how to make; the same ones in the same order each time."""
    text = path.read_text(encoding="utf-8")
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tree = ast.parse(text)
    passive = _passive(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt) and id(node) not in passive:
            for changed in _broken(node):
                lines = text.splitlines()
                begin = starts[node.lineno - 1] + _characters(lines[node.lineno - 1], node.col_offset)
                last, column = node.end_lineno or node.lineno, node.end_col_offset or 0
                end = starts[last - 1] + _characters(lines[last - 1], column)
                name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
                after = ast.unparse(changed)
                yield Break(
                    name,
                    node.lineno,
                    text[begin:end],
                    f"({after})" if isinstance(node, ast.expr) else after,
                    begin,
                    end,
                )


def _characters(line: str, offset: int) -> int:
    """A column that is counted in bytes, in characters."""
    return len(line.encode()[:offset].decode())


def _passive(tree: ast.Module) -> set[int]:
    """Nodes, by their identity, that nothing runs by: docstrings, annotations, decorators, the words of an f-string."""
    found: set[int] = set()
    for node in ast.walk(tree):
        told: list[ast.AST] = []
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
            told.append(node.annotation)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            told.extend([*([node.returns] if node.returns else []), *node.decorator_list])
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            told.append(node)
        if isinstance(node, ast.ClassDef):
            told.extend(node.decorator_list)
        if isinstance(node, ast.JoinedStr):
            told.extend(node.values)
        found.update(id(inner) for passive in told for inner in ast.walk(passive))
    return found


def _broken(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARED:
            yield _with(node, ops=[_COMPARED[type(operator)]()])
        case ast.BoolOp(op=operator):
            yield _with(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=operator) if type(operator) in _COMPUTED and not _is_text(node):
            yield _with(node, op=_COMPUTED[type(operator)]())
        case ast.AugAssign(op=operator) if type(operator) in _COMPUTED:
            yield _with(node, op=_COMPUTED[type(operator)]())
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.IfExp():
            yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="log")))):
            pass  # what is only told the log
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Call(keywords=[_, *_]):
            for at, keyword in enumerate(node.keywords):
                if keyword.arg not in (None, "description", "help"):  # words for people
                    yield _with(node, keywords=[*node.keywords[:at], *node.keywords[at + 1 :]])
        case _:
            pass


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.Constant | ast.JoinedStr) and isinstance(getattr(side, "value", ""), str)
        for side in (node.left, node.right)
    )


def _with(node: ast.AST, **changed: object) -> ast.AST:
    """A copy of a node with some of it changed."""
    other = copy.copy(node)
    for name, value in changed.items():
        setattr(other, name, value)
    return other


def draw(count: int, seed: int, rooms: Sequence[str] = ROOMS) -> list[Break]:
    """So many breaks of these rooms, each as likely as any other."""
    files = [
        path for room in rooms for path in sorted((ROOT / room).rglob("*.py") if room[-3:] != ".py" else [ROOT / room])
    ]
    possible = [one for path in files for one in breaks_of(path)]
    return random.Random(seed).sample(possible, min(count, len(possible)))


def passing_through(tests: Sequence[str], rooms: Sequence[str]) -> dict[str, dict[int, list[str]]]:
    """Which tests pass through which line: file -> line -> names of tests, those of few lines first.

    Raises:
        SystemExit: the tests do not pass as they are.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "coverage"
        settings = Path(folder) / "settings"
        settings.write_text(
            # Workers and studios that a test starts are followed too; what they pass through counts for its whole file.
            f"[run]\ndata_file = {data}\nsource = studio,workers,engine\nparallel = true\nsigterm = true\n"
            f"patch = fork, _exit\ncontext = ${{{CONTEXT}-}}\n",
            encoding="utf-8",
        )
        command = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", "-n0"]
        environment = {**os.environ, SETTINGS: str(settings)}
        done = subprocess.run(
            [*command, "-p", "tools.mutations_context", *tests], cwd=ROOT, env=environment, check=False
        )
        if done.returncode:
            raise SystemExit("The tests fail before anything is broken.")
        from coverage import Coverage

        whole = Coverage(data_file=str(data))
        whole.combine([folder], strict=True)
        lines = whole.get_data()
        sizes: dict[str, int] = {}
        found: dict[str, dict[int, list[str]]] = {}
        for file in lines.measured_files():
            name = str(Path(file).relative_to(ROOT))
            if not any(name.startswith(room) for room in rooms):
                continue
            by_line = lines.contexts_by_lineno(file)
            found[name] = {line: _tests(contexts) for line, contexts in by_line.items()}
            for contexts in found[name].values():
                for one in contexts:
                    sizes[one] = sizes.get(one, 0) + 1
        for by_line in found.values():
            for contexts in by_line.values():
                contexts.sort(key=lambda one: ("::" not in one, sizes[one]))
        return found


def _tests(contexts: Sequence[str]) -> list[str]:
    """The tests in coverage's names of who ran: `tests/x.py` of a process, `|tests/x.py::test` of pytest itself."""
    told = {process or test for process, _, test in (one.partition("|") for one in contexts)}
    files = {one for one in told if "::" not in one}
    return [one for one in told if one and (one in files or one.partition("::")[0] not in files)]


def _of_all(lines: dict[int, list[str]]) -> list[str]:
    """Tests that pass through any of these lines: those of the rarest lines first."""
    rarest = sorted((tests for tests in lines.values() if tests), key=len)
    return list(dict.fromkeys(test for tests in rarest for test in tests[:5]))


def _some(tests: Sequence[str]) -> list[str]:
    """As many as one has the patience for: single tests first, then whole files."""
    single = [one for one in tests if "::" in one]
    return [*single[:MOST_TESTS], *[one for one in tests if "::" not in one][:MOST_FILES]]


class Copy:
    """A copy of the tree in which one place is broken at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".peers"))
            else:
                shutil.copy2(source, folder / name)

    def notices(self, broken: Break, tests: Sequence[str]) -> bool:
        """Whether a test fails for it."""
        path = self._folder / broken.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text[: broken.begin] + broken.after + text[broken.end :], encoding="utf-8")
        try:
            return not self._pass(tests)
        finally:
            path.write_text(text, encoding="utf-8")

    def _pass(self, tests: Sequence[str]) -> bool:
        environment = {**os.environ, "PYTHONPATH": str(self._folder), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", *tests]
        process = subprocess.Popen(
            command,
            cwd=self._folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(LIMIT_S) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _key(broken: Break) -> str:
    """Names a break from one run to the next."""
    return f"{broken.file}:{broken.begin}-{broken.end} {broken.after}"


def main() -> None:
    """Break, look, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--rooms", nargs="*", default=list(ROOMS))
    parser.add_argument("--tests", nargs="*", default=list(TESTS))
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--lines", type=Path, help="a file that keeps which tests pass through which line")
    parser.add_argument("--survivors", type=Path, help="a file for those that no test noticed")
    parser.add_argument("--looked-at", type=Path, help="a file that keeps what was found, for a run that goes on later")
    asked = parser.parse_args()
    drawn = draw(asked.count, asked.seed, asked.rooms)
    if asked.lines and asked.lines.is_file():
        kept = json.loads(asked.lines.read_text(encoding="utf-8"))
        through = {file: {int(line): tests for line, tests in lines.items()} for file, lines in kept.items()}
    else:
        through = passing_through(asked.tests, asked.rooms)
        if asked.lines:
            asked.lines.write_text(json.dumps(through), encoding="utf-8")
    began = time.monotonic()
    survivors: list[tuple[Break, int]] = []
    before: dict[str, list[int]] = {}
    if asked.looked_at and asked.looked_at.is_file():
        before = json.loads(asked.looked_at.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.at_once) as pool:
        copies = [Copy(Path(folder) / str(at)) for at in range(asked.at_once)]

        def look(broken: Break) -> tuple[Break, int, bool]:
            if known := before.get(_key(broken)):
                return broken, known[0], bool(known[1])
            lines = through.get(broken.file, {})
            # What runs when a module is read runs for all who use it.
            tests = _some(lines.get(broken.line) or _of_all(lines))
            if not tests:
                return broken, 0, False
            mine = copies.pop()
            try:
                return broken, len(tests), mine.notices(broken, tests)
            finally:
                copies.append(mine)

        for at, (broken, count, is_noticed) in enumerate(pool.map(look, drawn), 1):
            if asked.looked_at:
                before[_key(broken)] = [count, int(is_noticed)]
                asked.looked_at.write_text(json.dumps(before), encoding="utf-8")
            if not is_noticed:
                survivors.append((broken, count))
                print(
                    f"LIVES {broken.file}:{broken.line} ({count} tests)  {broken.before!r} -> {broken.after!r}",
                    flush=True,
                )
            if at % 20 == 0:
                print(f"{at} of {len(drawn)}, {len(survivors)} live, {time.monotonic() - began:.0f} s", flush=True)
            if asked.survivors:
                told = [asdict(one) | {"tests": tests} for one, tests in survivors]
                asked.survivors.write_text(json.dumps(told, indent=1), encoding="utf-8")
    share = len(survivors) / max(1, len(drawn))
    print(f"seed {asked.seed}: {len(drawn)} places broken, {len(survivors)} not noticed ({share:.1%}).")


if __name__ == "__main__":
    main()
