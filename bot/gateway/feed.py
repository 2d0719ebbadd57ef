"""Who is told when something new was stored for a patient, and who sees it anyway."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

#: Conversations of which it is remembered when they were last looked at.
MOST_WATCHED = 10_000

#: Called in the event loop with a conversation's id; it must not block.
Listener = Callable[[str], None]


class Feed:
    """Tells listeners of conversations whose id begins with their prefix."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._listeners: list[tuple[str, Listener]] = []
        self._watched: OrderedDict[str, float] = OrderedDict()

    def subscribe(self, prefix: str, listener: Listener) -> None:
        """Call `listener` when the bot or the staff have said something, and at the consent."""
        self._listeners.append((prefix, listener))

    def tell(self, conversation: str) -> None:
        """Something new stands in this conversation."""
        for prefix, listener in self._listeners:
            if conversation.startswith(prefix):
                listener(conversation)

    def watch(self, conversation: str) -> None:
        """The patient looks at this conversation now, in the web chat."""
        self._watched[conversation] = self._now()
        self._watched.move_to_end(conversation)
        while len(self._watched) > MOST_WATCHED:
            self._watched.popitem(last=False)

    def watched_since(self, conversation: str, moment: float) -> bool:
        """Whether the patient has looked at it after a moment."""
        return self._watched.get(conversation, 0.0) > moment
