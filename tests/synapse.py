"""A real Matrix server (Synapse) on loopback, in a folder of its own, with users at will."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import yaml

from bot.run import HOST, leash
from bot.setup.processes import ROOT
from bot.stack import free_port

PYTHON = ROOT / ".venv-synapse" / "bin" / "python"
PASSWORD = "only on loopback"
SECRET = secrets.token_hex(16)


class NoSynapseError(Exception):
    """There is none; the message is one line that says what to do."""


@dataclass(frozen=True)
class User:
    """Somebody with an account."""

    id: str
    token: str


@dataclass(frozen=True)
class Synapse:
    """A running server."""

    address: str

    def register(self, name: str) -> User:
        """Make an account and log in."""
        url = f"{self.address}/_synapse/admin/v1/register"
        nonce = requests.get(url, timeout=10).json()["nonce"]
        signed = b"\0".join(each.encode() for each in (nonce, name, PASSWORD, "notadmin"))
        mac = hmac.new(SECRET.encode(), signed, hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": PASSWORD, "admin": False, "mac": mac}
        answer = requests.post(url, json=body, timeout=30)
        answer.raise_for_status()
        return User(answer.json()["user_id"], answer.json()["access_token"])


def settings(folder: Path, port: int) -> dict[str, object]:
    """What differs from Synapse's defaults: alone, on loopback, as quick as it can."""
    quick = {"per_second": 10_000, "burst_count": 10_000}
    listener = {"port": port, "type": "http", "bind_addresses": [HOST], "tls": False}
    return {
        "server_name": "localhost",
        "pid_file": str(folder / "synapse.pid"),
        "listeners": [{**listener, "resources": [{"names": ["client"]}]}],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "synapse.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": SECRET,
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "trusted_key_servers": [],
        "report_stats": False,
        "presence": {"enabled": False},
        "rc_message": quick,
        "rc_login": {"address": quick, "account": quick, "failed_attempts": quick},
        "rc_joins": {"local": quick, "remote": quick},
        "rc_invites": {"per_room": quick, "per_user": quick, "per_issuer": quick},
        "rc_room_creation": quick,
    }


@contextmanager
def running_synapse(folder: Path) -> Iterator[Synapse]:
    """Start Synapse, installing it first if need be; raises `NoSynapseError`."""
    setup = [sys.executable, "-m", "bot.setup", "synapse"]
    made = subprocess.run(setup, cwd=ROOT, capture_output=True, text=True, check=False)
    if made.returncode or not PYTHON.exists():
        raise NoSynapseError(
            "The Matrix tests need Synapse: run `python3 -m bot.setup synapse` where a package "
            "registry is within reach."
        )
    port = free_port()
    config, log = folder / "homeserver.yaml", folder / "synapse.log"
    config.write_text(yaml.safe_dump(settings(folder, port)), "utf-8")
    command = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(config)]
    with log.open("wb") as out:
        started = {"cwd": folder, "stdout": out, "stderr": subprocess.STDOUT}
        subprocess.run([*command, "--generate-keys"], check=True, **started)  # type: ignore[call-overload]
        process = subprocess.Popen([*leash("KILL"), *command], **started)  # type: ignore[call-overload]
    try:
        address = f"http://{HOST}:{port}"
        end = time.monotonic() + 60
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Synapse did not start: {log.read_text('utf-8')[-2000:]}")
            time.sleep(0.2)
        yield Synapse(address)
    finally:
        process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/_matrix/client/versions", timeout=2).ok
    except requests.RequestException:
        return False
