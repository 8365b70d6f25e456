"""`python -m workers [--burst] [--with-parent]`: one worker, with the settings of the environment."""

import argparse
import logging
import os
import signal
import sys

from engine.errors import EngineError
from studio.logs import kept, worker_slot
from studio.settings import Settings
from workers import lifeline
from workers.redis_server import find_or_start
from workers.rq_worker import StudioWorker

log = logging.getLogger("workers")


def main() -> int:
    """Take tickets until told to stop (SIGTERM or Ctrl-C: after the segment in hand)."""
    parser = argparse.ArgumentParser(prog="python -m workers", description="Work on the studio's queue.")
    parser.add_argument("--burst", action="store_true", help="stop when the queue is empty")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s worker %(process)d: %(message)s")
    settings = Settings()
    with worker_slot(settings.logs) as slot, kept(settings.logs, slot, settings.log_level):
        return _work(settings, slot, options)


def _work(settings: Settings, slot: str, options: argparse.Namespace) -> int:
    try:
        redis = find_or_start(settings.redis_url, settings.outputs)
    except EngineError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    worker = StudioWorker(redis.url, slot, keep_warm=not options.burst)
    if options.with_parent:
        # The parent is gone: nobody waits for us. The work in hand dies with us and is taken over from the cache.
        lifeline.watch(lambda: os._exit(1))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker.warm_up()
    log.info("a worker begins")
    try:
        worker.work(burst=options.burst, logging_level="WARNING")
    finally:
        redis.stop()
        log.info("a worker ends")
    return 0


if __name__ == "__main__":
    sys.exit(main())
