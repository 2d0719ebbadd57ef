"""Rasa's own connectors work in `credentials.yml` beside ours (`docs/rasa-connectors.md`)."""

from pathlib import Path

import pytest
import yaml
from rasa.core import channels
from rasa.core.channels.telegram import TelegramOutput
from rasa.core.run import create_http_input_channels
from sanic import Sanic

from bot.setup.processes import ROOT

#: Secrets that fit in shape alone.
CREDENTIALS = {
    "socketio": {"user_message_evt": "user_uttered", "bot_message_evt": "bot_uttered"},
    "twilio": {"account_sid": "AC0", "auth_token": "dummy", "twilio_number": "+447700900000"},
    "telegram": {
        "access_token": "123456:AAdummydummydummydummydummydummydum",
        "verify": "care_bot",
        "webhook_url": "https://chat.clinic.example/webhooks/telegram/webhook",
    },
    "slack": {"slack_token": "xoxb-dummy", "slack_signing_secret": "dummy"},
}


@pytest.fixture
def routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The methods of each path of a dialogue server with all of them."""

    async def tell_telegram(_: TelegramOutput, url: str) -> bool:
        return url == CREDENTIALS["telegram"]["webhook_url"]

    monkeypatch.setattr(TelegramOutput, "set_webhook", tell_telegram)
    own = yaml.safe_load((ROOT / "credentials.yml").read_text("utf-8"))
    file = tmp_path / "credentials.yml"
    file.write_text(yaml.safe_dump({**own, **CREDENTIALS}), "utf-8")
    app = Sanic("connectors")
    loaded = create_http_input_channels(None, str(file))
    channels.channel.register(loaded, app, route="/webhooks/")
    app.router.finalize()
    found: dict[str, set[str]] = {}
    for route in app.router.routes:
        found.setdefault(f"/{route.path}", set()).update(route.methods)
    return found


def test_each_connector_has_its_webhook_beside_ours(routes: dict[str, set[str]]) -> None:
    for name in ("rest", "twilio", "telegram", "slack"):
        assert "POST" in routes[f"/webhooks/{name}/webhook"], name
    assert "GET" in routes["/webhooks/socketio"]
    assert {"GET", "POST"} <= routes["/socket.io"]
