"""The examples run as they stand."""

import os
import subprocess
import sys
from pathlib import Path

import soundfile

from studio.app import ServeError, listen

PROJECT = Path(__file__).parent.parent


def run(script: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(PROJECT / "examples" / script)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_engine_in_ten_lines(tmp_path: Path) -> None:
    done = run("say_hello.py", tmp_path)
    assert done.returncode == 0, done.stderr
    assert soundfile.info(tmp_path / "hello.wav").duration > 1


def test_clients_of_other_kinds(tmp_path: Path) -> None:
    try:
        probe = listen("127.0.0.1", 0)
    except ServeError as exc:
        raise AssertionError(str(exc)) from exc
    port = probe.getsockname()[1]
    probe.close()
    line = [sys.executable, "-m", "studio", "run", "--no-open", "--workers", "0", "--port", str(port)]
    environment = os.environ | {"STUDIO_OUTPUTS": str(tmp_path / "outputs"), "PYTHONPATH": str(PROJECT)}
    environment["STUDIO_TOKEN"] = "false"  # the machine may have several accounts
    with subprocess.Popen(line, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as studio:
        try:
            assert studio.stdout is not None
            assert "is at" in studio.stdout.readline()
            done = run("openai_client.py", tmp_path, STUDIO_ADDRESS=f"http://127.0.0.1:{port}")
            assert done.returncode == 0, done.stderr
            assert (tmp_path / "morning.mp3").stat().st_size > 1000
            assert "morning" in done.stdout.lower() or "good" in done.stdout.lower(), done.stdout
            done = run("stream_client.py", tmp_path, STUDIO_ADDRESS=f"http://127.0.0.1:{port}")
            assert done.returncode == 0, done.stderr
            assert "stream_complete" in done.stdout
            assert soundfile.info(tmp_path / "stream.wav").duration > 1
        finally:
            studio.terminate()
            studio.wait(30)
