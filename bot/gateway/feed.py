"""Who is told when something new was stored for a patient: channels that can push it."""

from __future__ import annotations

from collections.abc import Callable

#: Called in the event loop with a conversation's id; it must not block.
Listener = Callable[[str], None]


class Feed:
    """Tells listeners of conversations whose id begins with their prefix."""

    def __init__(self) -> None:
        self._listeners: list[tuple[str, Listener]] = []

    def subscribe(self, prefix: str, listener: Listener) -> None:
        """Call `listener` whenever the bot or the staff have said something."""
        self._listeners.append((prefix, listener))

    def tell(self, conversation: str) -> None:
        """Something new stands in this conversation."""
        for prefix, listener in self._listeners:
            if conversation.startswith(prefix):
                listener(conversation)
