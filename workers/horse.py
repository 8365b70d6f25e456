"""One ticket, one process: imports what jobs need, waits for its errand at standard input, does it, ends.

Started by `workers.rq_worker` ahead of time; ends with its worker, however that one dies.
"""

import json
import os
import signal
import sys
from importlib import import_module

from engine import allowance
from studio.cores import share_cores
from studio.logs import kept
from studio.settings import Settings
from workers import lifeline


def main() -> None:
    """Wait for one errand and run it, with the log of the worker that is named. RQ ends the process."""
    settings = Settings()
    with kept(settings.logs, sys.argv[1], settings.log_level):
        _do_one_errand()


def _do_one_errand() -> None:
    lifeline.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What every ticket needs, imported while there is nothing to do yet.
    from redis import Redis

    from studio.library.jobs import rq_inside

    for module in ("workers.audiobook", "workers.transcription"):
        import_module(module)
    line = sys.stdin.buffer.readline()
    if not line:
        os._exit(0)
    lifeline.watch(lambda: os._exit(1))
    errand = json.loads(line)
    redis = Redis.from_url(os.environ["STUDIO_REDIS_URL"])
    share_cores()
    with allowance.at_work():
        rq_inside.do(errand, redis)


if __name__ == "__main__":
    main()
