"""Behind a reverse proxy, at the real process: whose word for a visitor's address counts."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
import yaml

from bot.gateway.settings import SETTINGS_FILE
from bot.run import HOST
from bot.stack import running

#: All of 127.0.0.0/8 is this machine: one of its addresses is the proxy, another a visitor's.
PROXY, STRANGER = "127.0.0.2", "127.0.0.3"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a gateway that gives each address one session."""
    state = tmp_path_factory.mktemp("proxies")
    settings = yaml.safe_load(SETTINGS_FILE.read_text("utf-8"))
    settings["trusted_proxies"] = [PROXY]
    settings["limits"]["sessions_per_address"] = "1/hour"
    (state / "settings.yml").write_text(yaml.safe_dump(settings), "utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GATEWAY_SETTINGS", str(state / "settings.yml"))
        with running(state / "bot", "gateway") as stack:
            yield stack.ports.gateway


def begin(port: int, peer: str, told: str) -> tuple[int, str]:
    """Ask for a session from an address, telling another; the status, and the cookie."""
    connection = HTTPConnection(HOST, port, timeout=10, source_address=(peer, 0))
    headers = {"X-Forwarded-For": told, "X-Forwarded-Proto": "https"}
    connection.request("POST", "/chat/session", json.dumps({}), headers)
    answer = connection.getresponse()
    cookie = answer.getheader("set-cookie") or ""
    connection.close()
    return answer.status, cookie.partition("=")[0]


def test_a_trusted_proxy_tells_whose_request_it_is(port: int) -> None:
    begun = [begin(port, PROXY, visitor) for visitor in ("192.0.2.1", "192.0.2.2", "192.0.2.1")]
    assert begun == [(200, "__Host-chat"), (200, "__Host-chat"), (429, "")]


def test_nobody_else_is_believed(port: int) -> None:
    begun = [begin(port, STRANGER, visitor) for visitor in ("192.0.2.3", "192.0.2.4")]
    assert begun == [(200, "chat"), (429, "")]
