"""Where requests are brought to: what is half filled or unsafe is reported with its line."""

import base64
import re
from pathlib import Path

import pytest

from actions.triage import DataError
from bot.gateway.handover.settings import PASSWORD, SECRET, HandoverSettings
from bot.gateway.settings import SETTINGS_FILE, load_settings

SHIPPED = SETTINGS_FILE.read_text("utf-8")
GOOD = "whsec_" + base64.b64encode(bytes(32)).decode()


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "correct horse")
    monkeypatch.setenv(SECRET, GOOD)


def sample() -> str:
    """The shipped file with the sample in its comment taken for the section."""
    before, section = SHIPPED.split("handover: {}\n", 1)
    lines = section.splitlines(keepends=True)
    own = [line.removeprefix("# ") for line in lines if line.startswith("# ") and ":" in line]
    end = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return before + "".join(own[:end]) + "".join(lines[end:])


def handover(tmp_path: Path, text: str) -> HandoverSettings:
    path = tmp_path / "settings.yml"
    path.write_text(text, "utf-8")
    return load_settings(path).handover


def test_as_shipped_requests_stay_in_the_inbox() -> None:
    assert load_settings(SETTINGS_FILE).handover.places == ()


def test_the_sample_in_the_file_is_right(tmp_path: Path) -> None:
    settings = handover(tmp_path, sample())
    assert settings.places == ("email", "webhook")
    assert settings.email
    assert (settings.email.port, settings.email.password) == (587, "correct horse")
    assert settings.webhook
    assert settings.webhook.secret == bytes(32)
    assert "correct horse" not in repr(settings)
    assert repr(bytes(32)) not in repr(settings)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("    from: chat@clinic.example\n", "", "from is missing"),
        ("to: [reception@clinic.example]", "to: [reception]", "no e-mail address"),
        ("from: chat@clinic.example", "from: us", "no e-mail address"),
        ("tls: starttls", "tls: none", "without TLS"),
        ("tls: starttls", "tls: maybe", "use one of: starttls, tls, none"),
        ("url: https:", "url: http:", "https://"),
        ("url: https://clinic", "url: https://me:secret@clinic", "https://"),
        ("url: https://clinic.example/", "url: https://[/", "https://"),
        ("inbox_url: https:", "inbox_url: javascript:", "https://"),
        ("    details:", "    detail:", "not known"),
    ],
)
def test_a_mistake_names_its_line(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    text = sample()
    assert was in text
    with pytest.raises(DataError, match=rf"settings.yml:\d+: handover.*{re.escape(told)}"):
        handover(tmp_path, text.replace(was, becomes, 1))


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (PASSWORD, "", "    username:"),
        (SECRET, "", "    url:"),
        (SECRET, "whsec_short", "    url:"),
        (SECRET, "not base64 at all, whatever its length", "    url:"),
    ],
)
def test_a_secret_that_is_missing_is_named_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(name, value)
    text = sample()
    number = 1 + next(n for n, each in enumerate(text.splitlines()) if each.startswith(line))
    with pytest.raises(DataError, match=rf":{number}: .*{name}") as caught:
        handover(tmp_path, text)
    assert not value or value not in str(caught.value)


def test_this_machine_may_be_told_in_the_clear(tmp_path: Path) -> None:
    text = sample().replace("host: mail.clinic.example", "host: 127.0.0.1")
    text = text.replace("tls: starttls", "tls: none").replace("https://clinic", "http://localhost")
    text = re.sub(r"http://localhost\S*", "http://localhost:9000/hook", text)
    settings = handover(tmp_path, text)
    assert settings.email
    assert settings.email.port == 25
    assert settings.webhook
    assert settings.webhook.url == "http://localhost:9000/hook"
