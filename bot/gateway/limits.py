"""How often a session or an address may do what (`settings.yml`, `limits`).

"20/minute" allows twenty at once and then one every three seconds (GCRA, as ATM networks shape
traffic): whoever writes fast is not locked out for the rest of the minute. Within one span it is at
most twice the number.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from ipaddress import ip_address, ip_network

from throttled import MemoryStore, RateLimiterType, Throttled
from throttled.rate_limiter import per_duration

from bot.gateway.settings import Limits

#: Sessions and addresses counted at once, in memory; of more the ones silent longest begin anew.
MOST_COUNTED = 20_000

#: How the settings of rates end.
_COUNTED = ("_per_session", "_per_address")

_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


class Rate:
    """A single rate, counted in memory: there is one gateway, and a restart may forgive."""

    def __init__(self, rate: str) -> None:
        count, unit = rate.split("/")
        self._throttled = Throttled(
            using=RateLimiterType.GCRA.value,
            quota=per_duration(_UNITS[unit], int(count), burst=int(count)),
            store=MemoryStore(options={"MAX_SIZE": MOST_COUNTED}),
        )

    def allow(self, who: str) -> bool:
        """Count one more for a session or an address; False when that is too many."""
        return not self._throttled.limit(network(who)).limited


class RateLimits:
    """The rates of the settings, by name."""

    def __init__(self, limits: Limits) -> None:
        self._rates = {
            name: Rate(rate) for name, rate in asdict(limits).items() if name.endswith(_COUNTED)
        }

    def allow(self, rate: str, who: str) -> bool:
        """Count one more of `rate` for a session or an address; False when that is too many."""
        return self._rates[rate].allow(who)


def network(who: str) -> str:
    """Whose addresses count as one: a host with IPv6 has a whole /64 of them.

    >>> network("2001:db8::1"), network("192.0.2.1"), network("web-1")
    ('2001:db8::/64', '192.0.2.1', 'web-1')
    """
    *before, address = who.split(" ")
    if ":" in address:
        with suppress(ValueError):
            address = str(ip_network((ip_address(address), 64), strict=False))
    return " ".join([*before, address])
