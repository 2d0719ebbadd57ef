"""A mail server and a web server that receive requests, on this machine and real."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.stack import free_port

USER, PASSWORD = "chat@clinic.example", "correct horse battery"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, plain))
    return folder / "cert.pem", folder / "key.pem"


@dataclass
class MailServer:
    """What arrived, and what is answered to whom."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"
    refused: frozenset[str] = frozenset()

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            parsed = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
        return self.answer


def _log_in(_: SMTP, __: Session, ___: Envelope, ____: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(
    cert: tuple[Path, Path] | None = None, implicit: bool = False, port: int = 0
) -> Iterator[MailServer]:
    """With a certificate: STARTTLS (or TLS from the start) and a log-in are demanded."""
    server = MailServer(port or free_port())
    safe: dict[str, Any] = {}
    if cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*cert)
        login = {"authenticator": _log_in, "auth_required": True}
        safe = {"ssl_context": context, "auth_require_tls": False, **login}
        if not implicit:
            safe = {"tls_context": context, "require_starttls": True, **login}
    controller = Controller(server, "127.0.0.1", server.port, **safe)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@dataclass
class Receiver:
    """A web server that keeps what was posted, and answers as it is told."""

    port: int
    answers: Callable[[int], int] = lambda count: 204
    hangs: bool = False
    posts: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def hook(self, request: Request) -> Response:
        self.posts.append((await request.body(), dict(request.headers)))
        if self.hangs:
            await asyncio.sleep(30)
        status = self.answers(len(self.posts))
        headers = {"location": "/elsewhere"} if status == 307 else {}
        return Response(status_code=status, headers=headers)


@contextmanager
def receiver(port: int = 0) -> Iterator[Receiver]:
    receiving = Receiver(port or free_port())
    app = Starlette(
        routes=[
            Route("/hook", receiving.hook, methods=["POST"]),
            Route("/elsewhere", receiving.hook, methods=["POST"]),
        ]
    )
    config = uvicorn.Config(app, port=receiving.port, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield receiving
    finally:
        server.force_exit = server.should_exit = True
        thread.join(10)
