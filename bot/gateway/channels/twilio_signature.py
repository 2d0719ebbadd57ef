"""Whether a request comes from Twilio: the signature that it puts on every webhook.

Over the address that Twilio was told to call and the form's fields, sorted, HMAC-SHA1 with the
account's token. The address is the configured one: behind a proxy the request's own may differ,
and its Host header is whatever a forger writes there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit

#: The header that holds the signature.
HEADER = "x-twilio-signature"

_PORTS = {"https": 443, "http": 80}


def signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """What Twilio puts in its header; a field that is repeated with the same value counts once."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha1)
    return base64.b64encode(digest.digest()).decode("ascii")


def is_signed(token: str, url: str, fields: Iterable[tuple[str, str]], given: str) -> bool:
    """Whether `given` is the signature of a request to `url`, with or without its port.

    Twilio is not of one mind on whether the scheme's own port belongs into the address; its own
    libraries take both.
    """
    known = list(fields)
    results = [
        hmac.compare_digest(signature(token, address, known).encode(), given.encode("utf-8"))
        for address in _with_and_without_port(url)
    ]
    return any(results)


def _with_and_without_port(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    without, with_port = parts._replace(netloc=host), parts._replace(netloc=f"{host}:{port}")
    return without.geturl(), with_port.geturl()
