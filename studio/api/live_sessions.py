"""The live sessions that outlive their connection: those whose client was lost, and those that wait to be saved.

All are bounded: by time, by number for one person, and by number altogether. Used on the event loop only.
"""

import asyncio
import contextlib

from studio.api.live_session import ResumableSession
from studio.library.errors import NotFound

AWAY_S = 60.0
"""How long a session waits for a lost client; then it decides on what it has heard."""
KEPT_S = 1800.0
"""How long a session that has ended can be saved, or its last words be fetched."""
KEPT_BY_ONE = 4
KEPT_IN_ALL = 64


class LiveSessions:
    """Sessions by id; another person's id is as good as none."""

    def __init__(self) -> None:
        self._sessions: dict[str, ResumableSession] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._away: dict[str, None] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def add(self, session: ResumableSession) -> None:
        """From now on it can be found; the oldest that nobody listens to make room."""
        self._sessions[session.id] = session
        self._make_room(session.owner)

    def find(self, owner: str, session_id: str) -> ResumableSession:
        """A session of this person.

        Raises:
            NotFound: unknown, somebody else's, or gone by now.
        """
        session = self._sessions.get(session_id)
        if session is None or session.owner != owner:
            raise NotFound("This live session is gone: the studio keeps one for a minute after its connection is lost.")
        return session

    def back(self, session: ResumableSession) -> None:
        """Its client is here."""
        self._away.pop(session.id, None)
        self._set_timer(session, None)

    def away(self, session: ResumableSession) -> None:
        """Its client was lost: it waits a minute."""
        self._away[session.id] = None
        self._set_timer(session, AWAY_S)
        self._make_room(session.owner)

    def over(self, session: ResumableSession) -> None:
        """It has ended and waits to be saved or asked for its last words."""
        self._away[session.id] = None
        self._set_timer(session, KEPT_S)
        self._make_room(session.owner)

    def drop(self, session: ResumableSession) -> None:
        """Forget it, with its sound."""
        self._set_timer(session, None)
        self._away.pop(session.id, None)
        if self._sessions.pop(session.id, None) is not None:
            task = asyncio.ensure_future(session.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def give_up_one(self, owner: str) -> bool:
        """End the person's longest lost session that still takes up a place; whether there was one."""
        for session_id in self._away:
            session = self._sessions[session_id]
            if session.owner == owner and not session.ended.is_set():
                self.drop(session)
                return True
        return False

    async def settled(self) -> None:
        """Wait for sessions that are being closed."""
        if self._closing:
            await asyncio.wait(set(self._closing), timeout=2)

    async def close(self) -> None:
        """Drop all."""
        for session in list(self._sessions.values()):
            self.drop(session)
        await self.settled()

    def _set_timer(self, session: ResumableSession, seconds: float | None) -> None:
        timer = self._timers.pop(session.id, None)
        if timer is not None:
            timer.cancel()
        if seconds is not None:
            loop = asyncio.get_running_loop()
            self._timers[session.id] = loop.call_later(seconds, self._expired, session)

    def _expired(self, session: ResumableSession) -> None:
        self._timers.pop(session.id, None)
        if session.ended.is_set():
            self.drop(session)
            return
        task = asyncio.ensure_future(self._finish(session))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _finish(self, session: ResumableSession) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            if not session.is_stopping:
                await session.ask("stop")
            await session.ended.wait()
            if session.id in self._away:
                self.over(session)

    def _make_room(self, owner: str) -> None:
        waiting = [self._sessions[one] for one in self._away]
        own = [session for session in waiting if session.owner == owner]
        for session in (*own[:-KEPT_BY_ONE], *waiting[:-KEPT_IN_ALL]):
            self.drop(session)
