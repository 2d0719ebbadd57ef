"""Channels: how patients reach the door. One module each, and none knows the dialogue.

A channel turns what comes in into `Incoming` (a conversation that the channel itself can vouch
for, and its own id of the message), gives it to `Door.receive`, and sends the `Outcome` in the
form its clients read: `text` is always enough, buttons are sent back by their opaque id.
What a channel can push is told by the door's `Feed`; `Storage.history` has what came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from starlette.routing import BaseRoute

from bot.gateway.channels.matrix import Matrix, MatrixSettings
from bot.gateway.channels.telegram import Telegram, TelegramSettings
from bot.gateway.channels.twilio import Twilio, TwilioSettings
from bot.gateway.channels.webhooks import Heard
from bot.gateway.door import Door
from bot.gateway.limits import RateLimits
from bot.gateway.sessions import load_key
from bot.gateway.settings import Places, Settings


class Channel(Protocol):
    """One way in. Its conversations' ids begin with its name and a hyphen."""

    name: str

    def routes(self) -> Sequence[BaseRoute]:
        """What it answers over HTTP."""

    async def run(self) -> None:
        """What it does in the background, until cancelled."""


def make_channels(
    settings: Settings, places: Places, door: Door, limits: RateLimits
) -> list[Channel]:
    """The channels that `settings.yml` names; raises `DataError` when a secret is missing."""
    channels: list[Channel] = []
    if "matrix" in settings.channels:
        matrix = MatrixSettings.from_data(settings.channels["matrix"])
        channels.append(Matrix(matrix, places, door, limits))
    heard = Heard(door.storage, load_key(places.state), settings.retention.total_seconds())
    if "twilio" in settings.channels:
        twilio = TwilioSettings.from_data(settings.channels["twilio"])
        channels.append(Twilio(twilio, door, limits, heard))
    if "telegram" in settings.channels:
        telegram = TelegramSettings.from_data(settings.channels["telegram"])
        channels.append(Telegram(telegram, door, limits, heard))
    return channels
