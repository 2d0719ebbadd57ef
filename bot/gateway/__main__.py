"""`python -m bot.gateway [--host 127.0.0.1] [--port 8080]`: serve until told to stop."""

from __future__ import annotations

import argparse
import logging
import os
import sys

import uvicorn

from actions.triage import DataError
from bot.gateway.app import make_app
from bot.gateway.settings import load_settings


def main() -> None:
    """Serve; requests are not logged, their addresses would say who came and when."""
    parser = argparse.ArgumentParser(prog="python -m bot.gateway", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    given = parser.parse_args()
    os.umask(0o077)  # what is stored is nobody else's to read on this machine
    # The reader of red flags computes in a thread; the event loop gets its turn ten times as soon.
    sys.setswitchinterval(0.0005)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = load_settings()
        app = make_app(settings)
    except DataError as error:
        sys.exit(str(error))
    uvicorn.run(
        app,
        host=given.host,
        port=given.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
        ws="none",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
