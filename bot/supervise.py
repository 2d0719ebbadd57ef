"""supervisord in the foreground, stopped by a lost terminal as by Ctrl-C.

By itself it takes SIGHUP, which a closing terminal sends, as an order to start everything anew: the
bot would outlive its terminal. Under `nohup` the signal is ignored, as asked for.
"""

from __future__ import annotations

import signal
from pathlib import Path

from supervisor import supervisord
from supervisor.options import ServerOptions


class _Options(ServerOptions):
    on_hangup = None if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else signal.SIGTERM

    def get_signal(self) -> int | None:
        """The next signal that came in."""
        received: int | None = super().get_signal()
        return self.on_hangup if received == signal.SIGHUP else received


def supervise(settings: Path) -> None:
    """Run what `settings` (supervisord's format) names until told to stop."""
    options = _Options()
    options.realize(["-c", str(settings)], doc=__doc__)
    options.first, options.test = True, False
    supervisord.go(options)
