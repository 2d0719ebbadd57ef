"""What somebody has told that is not stored: no consent yet, or a disk that fails."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from bot.gateway.red_flags import FORGET_AFTER, Slots

#: Conversations that are kept in mind; of more the ones silent longest are forgotten.
MOST = 1000


class InMind:
    """Findings by conversation, in memory alone and for as long as findings count."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._told: OrderedDict[str, tuple[float, Slots]] = OrderedDict()

    def recall(self, conversation: str) -> Slots:
        """What was told here and still counts."""
        at, slots = self._told.get(conversation, (0.0, {}))
        return dict(slots) if self._now() - at < FORGET_AFTER.total_seconds() else {}

    def keep(self, conversation: str, slots: Slots) -> None:
        """Add to it."""
        self._told[conversation] = (self._now(), {**self.recall(conversation), **slots})
        self._told.move_to_end(conversation)
        while len(self._told) > MOST:
            self._told.popitem(last=False)

    def forget(self, conversation: str) -> None:
        """Keep nothing of it: it is stored now, or was deleted."""
        self._told.pop(conversation, None)
