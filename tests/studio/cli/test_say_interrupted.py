"""Ctrl-C stops the voice and its player at once, in a real process."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engine.audio.player.stand_ins import written

PROJECT = Path(__file__).parents[3]
SAY = """
import runpy, signal
# Whoever runs the tests in the background may have them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("studio", run_name="__main__")
"""


@pytest.mark.parametrize("ends", ["exec /bin/sleep 600", "exec /bin/cat > /dev/null"], ids=["in playing", "in making"])
def test_ctrl_c_is_silence_and_130(tmp_path: Path, ends: str) -> None:
    (tmp_path / "sounddevice.py").write_text("raise ImportError", encoding="utf-8")
    (tmp_path / "path").mkdir()
    written(tmp_path / "path" / "aplay", f"echo $$ > {tmp_path}/begun; {ends}")
    process = subprocess.Popen(
        [sys.executable, "-c", SAY, "say", "-", "--model", "espeak-ng"],
        env=os.environ
        | {"PYTHONPATH": f"{tmp_path}:{PROJECT}", "PATH": str(tmp_path / "path"), "STUDIO_OUTPUTS": str(tmp_path)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert process.stdin is not None
    process.stdin.write(b"one two three. " * 2_000)
    process.stdin.close()
    process.stdin = None
    begun = tmp_path / "begun"
    while not (begun.exists() and begun.read_text().strip()):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told.decode()
    assert b"Traceback" not in told
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)
