"""A TCP valve between dialogue and action server: open, refusing, or accepting and never answering.

The action server itself stays up, so a test need not wait for restarts.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Valve:
    """Forwards connections to a port on loopback as long as it is open."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._state = "open"
        self._held: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Valve:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @contextmanager
    def shut(self, state: str) -> Iterator[None]:
        """`refusing`: connections end at once. `hanging`: accepted, never answered."""
        self._state = state
        try:
            yield
        finally:
            self._state = "open"
            for held in self._held:
                held.close()
            self._held.clear()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._state == "refusing":
                client.close()
            elif self._state == "hanging":
                self._held.append(client)
            else:
                server = socket.create_connection(("127.0.0.1", self._target))
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=_pipe, args=(source, sink), daemon=True).start()


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
