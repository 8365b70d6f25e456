"""The breaks that `tools.mutations` makes: real code, one place at a time, and nothing that does not run."""

import ast
from pathlib import Path

from tools.mutations import Break, breaks_of, draw

CODE = '''"""Told 1 == 2."""

LIMIT: int = 3


def may(count: "1 < 2", ünique: bool = True) -> bool:
    """Whether 4 < 5."""
    log(f"{count} of 9")
    return not ünique or count < LIMIT
'''


def made(tmp_path: Path) -> list[Break]:
    path = tmp_path / "code.py"
    path.write_text(CODE, encoding="utf-8")
    return list(breaks_of(path))


def broken(one: Break) -> str:
    return CODE[: one.begin] + one.after + CODE[one.end :]


def test_each_break_is_code_and_another_one(tmp_path: Path) -> None:
    trees = [ast.dump(ast.parse(broken(one))) for one in made(tmp_path)]
    assert ast.dump(ast.parse(CODE)) not in trees
    assert len(set(trees)) == len(trees)


def test_what_runs_is_broken_and_what_is_told_is_not(tmp_path: Path) -> None:
    found = {(one.line, one.before, one.after) for one in made(tmp_path)}
    assert found == {
        (3, "3", "(4)"),
        (6, "True", "(False)"),
        (8, 'log(f"{count} of 9")', "pass"),
        (9, "return not ünique or count < LIMIT", "return None"),
        (9, "not ünique or count < LIMIT", "(not ünique and count < LIMIT)"),
        (9, "not ünique", "(ünique)"),
        (9, "count < LIMIT", "(count <= LIMIT)"),
    }


def test_a_seed_draws_the_same_places() -> None:
    rooms = ("engine/text/segment.py",)
    assert draw(20, 3, rooms) == draw(20, 3, rooms)
    assert draw(20, 3, rooms) != draw(20, 4, rooms)
