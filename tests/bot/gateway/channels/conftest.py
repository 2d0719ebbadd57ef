"""A channel that keeps what it is given to send, and can fail."""

from copy import copy
from dataclasses import dataclass, field

import pytest

from bot.gateway.channels import courier
from bot.gateway.channels.plain import Outgoing
from bot.gateway.channels.texting import Means, Texting
from bot.gateway.door import Door
from bot.gateway.limits import RateLimits

from ..conftest import eventually

ROOM = "+447700900001"


@dataclass
class Wire:
    """What has arrived, by address."""

    sent: list[tuple[str, Outgoing]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    """Raised by the next attempts, one each."""

    async def send(self, address: str, message: Outgoing) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((address, message))

    def texts(self, address: str = ROOM) -> list[str]:
        return [message.text for to, message in self.sent if to == address]

    async def reply(self, count: int = 1) -> list[str]:
        """The texts that have come once there are `count` of them; then forgotten."""
        await eventually(lambda: len(self.sent) >= count)
        texts = [message.text for _, message in self.sent]
        self.sent.clear()
        return texts


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "PAUSES", (0.05,))


class Phone:
    """One patient who texts, with a new id for every message."""

    def __init__(self, door: Door, wire: Wire, longest: int = 1600) -> None:
        self.door, self.wire, self.address, self.count = door, wire, ROOM, 0
        means = Means("sms", wire.send, longest)
        self.texting = Texting(door, RateLimits(door.settings.limits), means)

    def next_to(self, address: str) -> "Phone":
        """Another patient of the same channel."""
        other = copy(self)
        other.address = address
        return other

    async def send(self, text: str, client_id: str | None = None) -> None:
        self.count += 1
        client_id = client_id or f"{id(self)}-{self.count}"
        await self.texting.receive(self.address, client_id, text)

    async def say(self, text: str, count: int = 1) -> list[str]:
        """Send a text once all before it has arrived; the answer, in `count` messages."""
        if self.texting.addresses.at(self.address):
            await self.all_arrived()
        await self.send(text)
        return await self.wire.reply(count)

    async def begin(self) -> "Phone":
        """Consent; "hello" is answered."""
        await self.say("hello")
        await self.say("1")
        return self

    async def all_arrived(self) -> None:
        """Wait until it is noted of everything that it has arrived."""

        def noted() -> bool:
            place = self.texting.addresses.at(self.address)
            assert place
            news = self.door.storage.history(place.conversation, place.sent)
            return all(each.sender == "patient" for each in news)

        await eventually(noted)

    @property
    def conversation(self) -> str:
        place = self.texting.addresses.at(self.address)
        assert place
        return place.conversation
