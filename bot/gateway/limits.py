"""How often a session or an address may do what (`settings.yml`, `limits`)."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from bot.gateway.settings import Limits


class RateLimits:
    """Counts in memory: there is one gateway, and a restart may forgive."""

    def __init__(self, limits: Limits) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rates = {
            "messages_per_session": parse(limits.messages_per_session),
            "messages_per_address": parse(limits.messages_per_address),
            "sessions_per_address": parse(limits.sessions_per_address),
            "requests_per_address": parse(limits.requests_per_address),
        }

    async def allow(self, rate: str, who: str) -> bool:
        """Count one more of `rate` for a session or an address; False when that is too many."""
        return await self._limiter.hit(self._rates[rate], rate, network(who))


class Rate:
    """A single rate, of a part that has settings of its own."""

    def __init__(self, rate: str) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate = parse(rate)

    async def allow(self, who: str) -> bool:
        """Count one more for an address; False when that is too many."""
        return await self._limiter.hit(self._rate, network(who))


def network(who: str) -> str:
    """Whose addresses count as one: a host with IPv6 has a whole /64 of them.

    >>> network("2001:db8::1"), network("192.0.2.1"), network("web-1")
    ('2001:db8::/64', '192.0.2.1', 'web-1')
    """
    *before, address = who.split(" ")
    try:
        if ip_address(address).version == 6:
            address = str(ip_network(f"{address}/64", strict=False))
    except ValueError:
        pass
    return " ".join([*before, address])
