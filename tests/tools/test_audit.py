"""`make audit` says what pip-audit found, and in a sentence when it could not ask."""

import json
import sys

import pytest

from tools import audit

CLEAN = {"name": "aaa", "version": "1", "vulns": []}
OURS = {"name": "mlx-speech-studio", "skip_reason": "distribution marked as editable"}
FAULTY = {"name": "bbb", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}, {"id": "CVE-2"}]}


def answer(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print({text!r})")


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        (json.dumps({"dependencies": [CLEAN, OURS]}), 0, "No fault is published for any of the 1 packages"),
        (json.dumps({"dependencies": [CLEAN, FAULTY]}), 1, "bbb 2: CVE-1, fixed in 2.1\nbbb 2: CVE-2, fixed in no"),
        ("", 2, "cannot be reached, so nothing was audited"),
        ('{"other": 1}', 2, "cannot be reached, so nothing was audited"),
    ],
)
def test_what_was_found_is_said(capsys: pytest.CaptureFixture[str], said: str, status: int, told: str) -> None:
    assert audit.main(answer(said)) == status
    assert told in capsys.readouterr().out


def test_a_missing_pip_audit_is_a_sentence_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main((sys.executable, "-m", "no_such_module")) == audit.NO_ANSWER
    assert capsys.readouterr().out.count("\n") == 1
