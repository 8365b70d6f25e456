"""A server on a thread of its own, for a test."""

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn


@contextmanager
def running(server: uvicorn.Server, listener: socket.socket) -> Generator[int]:
    """Serve on a socket that listens already; its port."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(60)
        listener.close()
