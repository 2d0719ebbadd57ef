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
        self._connections: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Valve:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @contextmanager
    def shut(self, state: str) -> Iterator[None]:
        """`refusing`: connections end, as with a stopped server. `hanging`: none is answered."""
        self._state = state
        if state == "refusing":
            self._end_connections()
        try:
            yield
        finally:
            self._state = "open"
            self._end_connections()

    def _end_connections(self) -> None:
        while self._connections:
            _end(self._connections.pop())

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._state == "refusing":
                client.close()
                continue
            self._connections.append(client)
            if self._state == "open":
                server = socket.create_connection(("127.0.0.1", self._target))
                self._connections.append(server)
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._pipe, args=ends, daemon=True).start()

    def _pipe(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self._state != "hanging":
                    sink.sendall(data)
        _end(source)
        _end(sink)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
