"""How long a request may take to arrive, and how many connections there may be. Knows sockets and HTTP's framing, and
nothing of what is served.

uvicorn waits for ever for the rest of a request, and applications run only when its head is whole; so whoever opens
connections and stops in mid-request would hold the studio without any login. Here each connection that is owed bytes
has a deadline, and where there are too many, those that have been silent longest make room.
"""

import asyncio
import enum
import ipaddress
import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How much waiting and how many connections are allowed.

    Attributes:
        head_s: for a request's head, from the connection or from its first byte.
        body_s: for a body to begin, and what it may fall behind.
        bytes_per_s: what a body must bring on average beyond that.
        each: connections of one address. An address that many people share is not counted: this machine's own, where
            a tunnel or a proxy ends. A browser opens six, and one more for each stream by WebSocket.
        all: connections in all.
    """

    head_s: float = 20.0
    body_s: float = 30.0
    bytes_per_s: float = 50_000.0
    each: int = 32
    all: int = 512


PATIENCE = Patience()


class Stage(enum.IntEnum):
    """What a connection waits for; where room is needed the first of these go first."""

    CLOSING = 0
    """For somebody to read the last answer."""
    HEAD = 1
    """For the rest of a request's head, or the first byte."""
    IDLE = 2
    """For another request."""
    BODY = 3
    """For the rest of a body."""
    SERVED = 4
    """For nothing: it is being answered, or is a WebSocket. It stays."""


class Deadline:
    """When a request must have arrived. Seconds of any clock; pure."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self.due: float | None = None
        """The time, or None while nothing is owed."""

    def head(self, now: float) -> None:
        """A head is owed from now on."""
        self.due = now + self._patience.head_s

    def body(self, now: float) -> None:
        """A body is owed from now on."""
        self.due = now + self._patience.body_s

    def came(self, size: int) -> None:
        """Bytes of a body arrived, which earns time."""
        if self.due is not None:
            self.due += size / self._patience.bytes_per_s

    def paused(self, now: float) -> None:
        """The studio did not read, so the client is not to blame."""
        if self.due is not None:
            self.due = max(self.due, now + self._patience.body_s)

    def none(self) -> None:
        """Everything is here."""
        self.due = None


class Connections:
    """All connections of one server."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._open: dict[PatientProtocol, str] = {}

    def __len__(self) -> int:
        return len(self._living())

    def admit(self, connection: "PatientProtocol") -> bool:
        """Take a new connection in, if need be in the place of one that waits.

        Returns:
            Whether there is room.
        """
        network = network_of(connection.address)
        living = self._living()
        mine = [one for one in living if self._open[one] == network]
        fits = self._made_room(mine, self.patience.each) if network else True
        if not fits or not self._made_room(self._living(), self.patience.all):
            return False
        self._open[connection] = network
        return True

    def forget(self, connection: "PatientProtocol") -> None:
        """A connection is gone."""
        self._open.pop(connection, None)

    def _living(self) -> "list[PatientProtocol]":
        # A WebSocket's end is told to the protocol that took the connection over, so ends are looked for here.
        for gone in [one for one in self._open if one.is_gone]:
            del self._open[gone]
        return list(self._open)

    def _made_room(self, among: "Iterable[PatientProtocol]", most: int) -> bool:
        among = list(among)
        if len(among) < most:
            return True
        waiting = [one for one in among if one.stage is not Stage.SERVED]
        if not waiting:
            return False
        longest = min(waiting, key=lambda one: (one.stage, one.last_byte))
        self.forget(longest)
        longest.drop()
        return True


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, with a deadline for what is owed and a place among the connections."""

    def __init__(self, *args: Any, connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connections = connections
        self._deadline = Deadline(connections.patience)
        self._timer: asyncio.TimerHandle | None = None
        self._is_socket = False
        self._is_refused = False
        self.last_byte = 0.0
        """When something last came, by the loop's clock."""

    @property
    def address(self) -> str:
        """The other end's; "" where it has none."""
        return self.client[0] if self.client else ""

    @property
    def stage(self) -> Stage:
        """What it waits for."""
        if self._is_socket:
            return Stage.SERVED
        if self.transport.is_closing():
            return Stage.CLOSING
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            # What was refused already need not be waited for.
            return Stage.CLOSING if self.cycle.response_complete else Stage.BODY
        if state is h11.IDLE:
            return Stage.HEAD if self._deadline.due is not None else Stage.IDLE
        return Stage.SERVED

    @property
    def is_gone(self) -> bool:
        """Whether its descriptor is free again."""
        raw = self.transport.get_extra_info("socket")
        return self.transport.is_closing() and (raw is None or raw.fileno() < 0)

    def connection_made(self, transport: Any) -> None:
        """Admit it, or say that there are too many."""
        super().connection_made(transport)
        self.last_byte = self.loop.time()
        if not self._connections.admit(self):
            self._is_refused = True
            self._answer(503, "There are too many connections; close some pages and try again.", "busy")
            return
        self._deadline.head(self.loop.time())
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Take in bytes, then see what is still owed."""
        if self._is_refused:
            return
        self.last_byte = self.loop.time()
        before = self.conn.their_state
        super().data_received(data)
        self._owe(before, len(data))

    def on_response_complete(self) -> None:
        """An answer is out; what follows it in the buffer may be half a request."""
        super().on_response_complete()
        self._owe(None, 0)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """From here on it belongs to another protocol, and owes nothing."""
        self._is_socket = True
        self._deadline.none()
        self._rest()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._rest()
        self._connections.forget(self)
        super().connection_lost(exc)

    def drop(self) -> None:
        """Close it at once; a request that was on its way hears that its client left."""
        self._rest()
        self._leave()
        self.transport.abort()

    def _owe(self, before: Any, size: int) -> None:
        """Set the deadline by what HTTP's framing says is missing."""
        if self._is_socket or self.transport.is_closing():
            self._deadline.none()
            self._rest()
            return
        state, now = self.conn.their_state, self.loop.time()
        if state is h11.SEND_BODY:
            if before is state:
                self._deadline.came(size)
            else:
                self._deadline.body(now)
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            if self._deadline.due is None or before is not h11.IDLE:
                self._deadline.head(now)
        else:
            self._deadline.none()
        self._wake()

    def _wake(self) -> None:
        due = self._deadline.due
        if due is None:
            self._rest()
        elif self._timer is None or self._timer.when() > due:
            self._rest()
            self._timer = self.loop.call_at(due, self._look)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """The time that was due when the timer was set has come; by now another may be."""
        self._timer = None
        now = self.loop.time()
        if self._waits_for_us():
            self._deadline.paused(now)
        due = self._deadline.due
        if due is not None and due <= now and not self.transport.is_closing():
            if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
                # Browsers connect ahead, and would take an answer for that to the request they send next.
                self.transport.close()
                return
            log.info("closed a connection whose request did not arrive")
            self._answer(408, "The request took too long to arrive; send it again.", "timeout")
            return
        self._wake()

    def _waits_for_us(self) -> bool:
        """Whether the client may not send, because the studio has not read yet or not asked yet."""
        asked = self._asked
        return self.flow.read_paused or (asked is not None and asked.waiting_for_100_continue)

    @property
    def _asked(self) -> RequestResponseCycle | None:
        """The request that is being answered."""
        cycle = cast(RequestResponseCycle | None, self.cycle)
        return None if cycle is None or cycle.response_complete else cycle

    def _leave(self) -> None:
        """The application hears that its client left, and what it says is not sent."""
        asked = self._asked
        if asked is not None:
            asked.disconnected = True
            asked.message_event.set()

    def _answer(self, status: int, sentence: str, code: str) -> None:
        """Say why, if an answer can still be begun, and close."""
        asked = self._asked
        has_begun = asked is not None and asked.response_started
        self._leave()
        body = json.dumps(
            {"error": {"message": sentence, "type": "invalid_request_error", "param": None, "code": code}}
        ).encode()
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
            ("retry-after", "1"),
        ]
        if not has_begun and self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            for event in (
                h11.Response(status_code=status, headers=headers, reason=HTTPStatus(status).phrase),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # nobody reads it


def protocol(patience: Patience) -> Callable[..., PatientProtocol]:
    """What makes the protocol of each connection of one server.

    Args:
        patience: how much waiting and how many connections are allowed.
    """
    connections = Connections(patience)

    def connected(*args: Any, **kwargs: Any) -> PatientProtocol:
        return PatientProtocol(*args, connections=connections, **kwargs)

    return connected


def network_of(address: str) -> str:
    """Who is counted together: an address, or all that one IPv6 subscriber has; "" for this machine, which is not.

    A tunnel and a proxy on this machine bring everybody's connections from its own address.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
