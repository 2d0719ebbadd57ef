"""The gateway's settings: `settings.yml`, which a clinic changes, and where things are."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from actions.triage.datafile import load, problem
from bot.gateway.handover.settings import HandoverSettings

SETTINGS_FILE = Path(__file__).with_name("settings.yml")
_SCHEMA = Path(__file__).with_name("settings.schema.json")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")


@dataclass(frozen=True)
class Limits:
    """How much one message, session and address may send; rates as in `20/minute`."""

    text_characters: int
    messages_per_session: str
    messages_per_address: str
    sessions_per_address: str
    requests_per_address: str


@dataclass(frozen=True)
class StaffSettings:
    """The inbox: how long its access log is kept, how often an address may try to log in."""

    access_log: timedelta
    log_ins_per_address: str


@dataclass(frozen=True)
class Settings:
    """What `settings.yml` says."""

    retention: timedelta
    allowed_origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    limits: Limits
    dialogue_deadline: float
    """Seconds."""
    emergency_deadline: float
    late_after: timedelta
    staff_idle: timedelta
    staff: StaffSettings
    handover: HandoverSettings
    channels: Mapping[str, Mapping[str, Any]]
    """As in the file, by the channel's name; each channel reads its own."""


@dataclass(frozen=True)
class Places:
    """Where the gateway finds what is around it."""

    dialogue: str
    """Address of the dialogue server."""
    state: Path
    """Folder of the gateway's own database and key."""
    conversations_db: Path
    """The dialogue's tracker store."""

    @classmethod
    def from_environment(cls) -> Places:
        """As `bot.run` sets them."""
        state = Path(os.environ.get("GATEWAY_STATE", ".build"))
        return cls(
            dialogue=os.environ.get("DIALOGUE_URL", "http://127.0.0.1:5005/"),
            state=state,
            conversations_db=Path(os.environ.get("CONVERSATIONS_DB", state / "conversations.db")),
        )


def load_settings(path: Path | None = None) -> Settings:
    """Read and check the settings; raises `DataError` naming file, line and what to do.

    Without `path`, the file that GATEWAY_SETTINGS names (a container's, say), else the shipped one.
    """
    path = path or Path(os.environ.get("GATEWAY_SETTINGS") or SETTINGS_FILE)
    data = load(path, _SCHEMA)
    for number, origin in enumerate(data["allowed_origins"]):
        if not _ORIGIN.fullmatch(origin):
            told = f"{origin!r} is no origin; write it as in 'https://www.clinic.example'"
            raise problem(path, ("allowed_origins", number), told)
    for number, proxy in enumerate(data["trusted_proxies"]):
        try:
            ip_network(proxy)
        except ValueError:
            told = f"{proxy!r} is no address; write it as in '10.0.0.5' or '10.0.0.0/24'"
            raise problem(path, ("trusted_proxies", number), told) from None
    return Settings(
        retention=timedelta(days=data["retention_days"]),
        allowed_origins=tuple(data["allowed_origins"]),
        trusted_proxies=tuple(data["trusted_proxies"]),
        limits=Limits(**data["limits"]),
        dialogue_deadline=data["dialogue_deadline_seconds"],
        emergency_deadline=data["emergency_deadline_seconds"],
        late_after=timedelta(minutes=data["late_after_minutes"]),
        staff_idle=timedelta(minutes=data["staff_idle_minutes"]),
        staff=StaffSettings(
            access_log=timedelta(days=data["staff"]["access_log_days"]),
            log_ins_per_address=data["staff"]["log_ins_per_address"],
        ),
        handover=HandoverSettings.from_data(data["handover"], path),
        channels=data["channels"],
    )
