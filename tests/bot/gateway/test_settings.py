"""A mistake in the settings is reported with its line."""

from datetime import timedelta
from pathlib import Path

import pytest

from actions.triage import DataError
from bot.gateway.limits import RateLimits
from bot.gateway.settings import SETTINGS_FILE, load_settings

SHIPPED = SETTINGS_FILE.read_text("utf-8")


def test_the_shipped_settings_fit() -> None:
    settings = load_settings(SETTINGS_FILE)
    assert settings.retention.days == 30
    assert settings.allowed_origins == ()
    assert (settings.dialogue_deadline, settings.emergency_deadline) == (8, 1.5)
    assert (settings.late_after, settings.staff_idle) == (timedelta(minutes=10),) * 2
    RateLimits(settings.limits)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("allowed_origins: []", 'allowed_origins: ["https://a.example/page"]', "no origin"),
        ("allowed_origins: []", 'allowed_origins: ["*"]', "no origin"),
        ("retention_days: 30", "retention_days: 0", "minimum"),
        ("retention_days: 30", "retention: 30", "retention_days is missing"),
        ("20/minute", "often", "often"),
    ],
)
def test_a_mistake_names_its_line(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    path = tmp_path / "settings.yml"
    path.write_text(SHIPPED.replace(was, becomes, 1), "utf-8")
    with pytest.raises(DataError, match=rf"settings.yml:\d+: .*{told}"):
        load_settings(path)


TWILIO = """
  twilio:
    account: AC0123456789abcdef0123456789abcdef
    sms: "+442079460142"
    public_url: https://chat.clinic.example
"""


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("", "", None),
        ('"+442079460142"', "MG0123456789abcdef0123456789abcdef", None),
        ("AC0123", "0123", "does not match"),
        ('"+442079460142"', '"020 7946 0142"', "does not match"),
        ("https://chat", "http://chat", "does not match"),
        ("clinic.example", "clinic.example/", "does not match"),
        ("    sms", "    fax", "fax"),
        ("    public_url", "    content: some\n    public_url", "some"),
        ("    public_url", "    auth_token: secret\n    public_url", "auth_token"),
    ],
)
def test_channels_are_checked(tmp_path: Path, was: str, becomes: str, told: str | None) -> None:
    path = tmp_path / "settings.yml"
    channels = TWILIO.replace(was, becomes, 1)
    path.write_text(SHIPPED.replace("channels: {}", f"channels:{channels}"), "utf-8")
    if told is None:
        assert load_settings(path).channels["twilio"]
        return
    with pytest.raises(DataError, match=rf"settings.yml:\d+: .*{told}"):
        load_settings(path)
