"""Fans out what changed: one look at the database serves every stream of this process.

Redis says when to look; without it the look comes every half second.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import redis

from handlers.access import Account
from handlers.changes import Change
from handlers.errors import Unavailable
from service.bell import CHANGES, REST_SECONDS, connect
from web.services import Crowded, News

log = logging.getLogger("metline.stream")

LOOK_SECONDS = 0.5
# Several changes of one press are one look.
GATHER_SECONDS = 0.03
EAR_SECONDS = 1.0
MOST_STREAMS = 40
# A stream that does not keep up is ended: its client asks anew and comes back.
MOST_WAITING = 500

Key = tuple[str, str]


class Subscription:
    """One stream's queue; web.services.Listener."""

    def __init__(self, agencies: frozenset[str]) -> None:
        self._agencies = agencies
        self._news: queue.Queue[News | None] = queue.Queue()
        self._fresh = True

    def told(self, seen: Iterable[Change], changed: Iterable[Change]) -> None:
        """Offer what changed; the first time everything, so that nothing is missed at the start."""
        for change in seen if self._fresh else changed:
            self.offer(change)
        self._fresh = False

    def offer(self, change: Change) -> None:
        """Queue the change when it is of one of the stream's agencies."""
        if not self._agencies.isdisjoint(change.agencies):
            self._news.put(None if self._news.qsize() >= MOST_WAITING else news_of(change))

    def end(self) -> None:
        """The stream is to end."""
        self._news.put(None)

    def wait(self, seconds: float) -> tuple[News, ...] | None:
        """What changed, () when nothing did within seconds, None when the stream is to end."""
        try:
            found = [self._news.get(timeout=max(seconds, 0.001))]
            while not self._news.empty():
                found.append(self._news.get_nowait())
        except queue.Empty:
            return ()
        return None if None in found else tuple(each for each in found if each)


def news_of(change: Change) -> News:
    """What a stream says of a change."""
    return News(change.kind, {"id": change.id, **change.shown})


class Hub:
    """Looks while somebody listens; web.services.Feed."""

    def __init__(
        self, look: Callable[[], tuple[Change, ...]], most_streams: int = MOST_STREAMS
    ) -> None:
        self._look = look
        self._most = most_streams
        self._lock = threading.Lock()
        self._subscriptions: list[Subscription] = []
        self._marks: Mapping[Key, str] = {}
        self._nudged = threading.Event()
        self._stopped = threading.Event()

    @contextmanager
    def listen(self, account: Account) -> Iterator[Subscription]:
        """What changes in the account's agencies from now on. Raises Crowded."""
        subscription = Subscription(frozenset(account.agencies))
        with self._lock:
            if len(self._subscriptions) >= self._most or self._stopped.is_set():
                raise Crowded
            self._subscriptions.append(subscription)
        self._nudged.set()
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions.remove(subscription)

    def nudge(self) -> None:
        """Look now."""
        self._nudged.set()

    def run(self) -> None:
        """Look until stopped; the thread's whole life."""
        while not self._stopped.is_set():
            self._nudged.wait(LOOK_SECONDS)
            self._stopped.wait(GATHER_SECONDS)
            self._nudged.clear()
            self._tell()

    def stop(self) -> None:
        """End every stream and the looking."""
        self._stopped.set()
        self._nudged.set()
        for subscription in self._listening():
            subscription.end()

    def _listening(self) -> tuple[Subscription, ...]:
        with self._lock:
            return tuple(self._subscriptions)

    def _tell(self) -> None:
        listening = self._listening()
        seen = self._seen() if listening else None
        if seen is None:
            return
        changed = [change for key, change in seen.items() if self._marks.get(key) != change.mark]
        self._marks = {key: change.mark for key, change in seen.items()}
        for subscription in listening:
            subscription.told(seen.values(), changed)

    def _seen(self) -> Mapping[Key, Change] | None:
        try:
            return {(change.kind, change.id): change for change in self._look()}
        except Unavailable:
            return None
        except Exception:
            log.exception("cannot look for changes")
            return None


class Feeding:
    """The two threads behind the streams of one process: the hub's, and its ear at Redis."""

    def __init__(self, hub: Hub, redis_url: str) -> None:
        self._hub = hub
        self._client = connect(redis_url, patience=EAR_SECONDS)
        self._stopped = threading.Event()
        threads = {"changes": hub.run, "changes-ear": self._hear}
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True) for name, run in threads.items()
        ]

    def start(self) -> None:
        """Begin looking and listening."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End every stream, then both threads."""
        self._stopped.set()
        self._hub.stop()
        for thread in self._threads:
            thread.join(2 * EAR_SECONDS)
        self._client.close()

    def _hear(self) -> None:
        while not self._stopped.is_set():
            try:
                self._hear_while_it_lasts()
            except (redis.RedisError, OSError):
                self._stopped.wait(REST_SECONDS)

    def _hear_while_it_lasts(self) -> None:
        pubsub = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        with pubsub:
            pubsub.subscribe(CHANGES)
            self._hub.nudge()
            while not self._stopped.is_set():
                if pubsub.get_message(timeout=EAR_SECONDS):
                    self._hub.nudge()


def start(hub: Hub, redis_url: str) -> Feeding:
    """Feed the hub until stopped; survives the loss of Redis."""
    feeding = Feeding(hub, redis_url)
    feeding.start()
    return feeding
