"""The use cases of calls, with word to every open console once something was committed."""

from collections.abc import Callable

from handlers.calls import Calls
from handlers.ports import Bell, Clock, NewId
from models.store import Store
from service.health import STALE


class AnnouncingCalls(Calls):
    """`announce` is called after each command, whatever it changed; it must not raise."""

    def __init__(
        self, store: Store, clock: Clock, bell: Bell, new_id: NewId, announce: Callable[[], None]
    ) -> None:
        super().__init__(store, clock, bell, new_id, worker_silence=STALE)
        self._announce = announce

    def ring(self, row_ids: tuple[int, ...]) -> None:
        """Tell the workers, then the consoles."""
        super().ring(row_ids)
        self._announce()
