"""The section `handover` of settings.yml: where requests are brought to beside the staff inbox.

Secrets stay out of the file: the mail server's password is in SMTP_PASSWORD, the secret that
webhooks are signed with in HANDOVER_WEBHOOK_SECRET (docs/handover.md).
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from actions.triage.datafile import Where, problem

PASSWORD, SECRET = "SMTP_PASSWORD", "HANDOVER_WEBHOOK_SECRET"

#: Where mail servers listen, by how the connection is made safe.
_PORTS = {"starttls": 587, "tls": 465, "none": 25}

#: Bytes of a secret, as Standard Webhooks has it.
_SHORTEST, _LONGEST = 24, 64


@dataclass(frozen=True)
class Email:
    """How mail is sent, and to whom."""

    to: tuple[str, ...]
    sender: str
    host: str
    port: int
    tls: str
    """`starttls`, `tls` from the start, or `none`, to this machine only."""
    username: str | None
    password: str | None = field(repr=False)
    details: bool
    """Whether the mail says how to reach the patient and what the result was."""


@dataclass(frozen=True)
class Webhook:
    """Where a request is posted to."""

    url: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class HandoverSettings:
    """Where requests are brought to."""

    email: Email | None = None
    webhook: Webhook | None = None
    inbox_url: str = ""
    """The address of the staff inbox, for the mail."""

    @property
    def places(self) -> tuple[str, ...]:
        """What a new request is delivered to: `email`, `webhook`."""
        filled = {"email": self.email, "webhook": self.webhook}
        return tuple(name for name, place in filled.items() if place is not None)

    @classmethod
    def from_data(
        cls, data: Mapping[str, Any], path: Path, environment: Mapping[str, str] = os.environ
    ) -> HandoverSettings:
        """Check what the schema cannot; raises `DataError` naming file, line and what to do."""
        check = _Check(path, environment)
        return cls(
            email=check.email(data["email"]) if "email" in data else None,
            webhook=check.webhook(data["webhook"]) if "webhook" in data else None,
            inbox_url=check.address(data, "inbox_url") if "inbox_url" in data else "",
        )


@dataclass(frozen=True)
class _Check:
    path: Path
    environment: Mapping[str, str]

    def email(self, data: Mapping[str, Any]) -> Email:
        for number, recipient in enumerate(data["to"]):
            self._mailbox(recipient, ("email", "to", number))
        self._mailbox(data["from"], ("email", "from"))
        tls, username = data.get("tls", "starttls"), data.get("username")
        if tls == "none" and not _is_here(data["host"]):
            told = "without TLS anybody on the way could read it; write starttls or tls"
            raise self._problem(("email", "tls"), told)
        password = self.environment.get(PASSWORD) if username else None
        if username and not password:
            told = f"the password for {username!r} is missing; set {PASSWORD} in the environment"
            raise self._problem(("email", "username"), told)
        return Email(
            to=tuple(data["to"]),
            sender=data["from"],
            host=data["host"],
            port=data.get("port", _PORTS[tls]),
            tls=tls,
            username=username,
            password=password,
            details=data.get("details", False),
        )

    def webhook(self, data: Mapping[str, Any]) -> Webhook:
        url = self.address(data, "url", "webhook")
        written = self.environment.get(SECRET, "")
        try:
            secret = base64.b64decode(written.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            secret = b""
        if not _SHORTEST <= len(secret) <= _LONGEST:
            told = (
                f"set {SECRET} in the environment to whsec_ and {_SHORTEST} to {_LONGEST} random "
                "bytes in base64; docs/handover.md says how to make one"
            )
            raise self._problem(("webhook", "url"), told)
        return Webhook(url, secret)

    def address(self, data: Mapping[str, Any], key: str, *within: str) -> str:
        """A web address that nobody on the way can listen to."""
        url = str(data[key])
        if not _is_safe(url):
            told = f"{url!r} is no address that can be used; begin it with https://"
            raise self._problem((*within, key), told)
        return url

    def _mailbox(self, written: str, where: Where) -> None:
        try:
            validate_email(written, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            told = f"{written!r} is no e-mail address; write it as in 'reception@clinic.example'"
            raise self._problem(where, told) from None

    def _problem(self, where: Where, told: str) -> Exception:
        return problem(self.path, ("handover", *where), told)


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
