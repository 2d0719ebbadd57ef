"""Staff's accounts, on the machine where the bot runs.

    python -m bot.gateway.staff add NAME [--role admin] [--shown-as "Dr Meyer"] [--generate]
    python -m bot.gateway.staff list
    python -m bot.gateway.staff password NAME [--generate]
    python -m bot.gateway.staff role NAME viewer | staff | admin
    python -m bot.gateway.staff disable NAME      (enable, unlock)

A password is asked for on the terminal, or read as one line from standard input; `--generate`
makes one, prints it once, and has it changed at the first log-in.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import time
from datetime import timedelta

from bot.gateway.settings import Places
from bot.gateway.staff.access_log import AccessLog
from bot.gateway.staff.accounts import AccountError, Accounts, Role
from bot.gateway.staff.passwords import WeakPasswordError, generate
from bot.gateway.storage import sqlite_engine

#: The access log's name for whoever has a terminal on this machine.
COMMAND_LINE = "(command line)"


def main(argv: list[str] | None = None) -> None:
    """Do one thing with the accounts, and say what was done."""
    given = _arguments(argv)
    os.umask(0o077)
    state = Places.from_environment().state
    state.mkdir(parents=True, exist_ok=True)
    engine = sqlite_engine(state / "gateway.db")
    try:
        log = AccessLog(engine, timedelta.max)  # nothing is swept here
        said = _do(given, Accounts(engine))
        if given.action != "list":
            log.note(f"account_{given.action}", COMMAND_LINE, subject=given.name.strip().lower())
    except (AccountError, WeakPasswordError) as problem:
        sys.exit(str(problem))
    finally:
        engine.dispose()
    print(said)


def _do(given: argparse.Namespace, accounts: Accounts) -> str:
    if given.action == "list":
        return _listed(accounts)
    if given.action == "add":
        password, told = _password(given.generate)
        accounts.add(given.name, Role(given.role), password, given.shown_as, given.generate)
        return f"Added {given.name} ({given.role}).{told}"
    if given.action == "password":
        password, told = _password(given.generate)
        accounts.set_password(given.name, password, must_change=given.generate)
        return f"Changed the password of {given.name}.{told}"
    if given.action == "role":
        accounts.set_role(given.name, Role(given.role))
        return f"{given.name} is {given.role} now."
    if given.action == "unlock":
        accounts.unlock(given.name)
        return f"{given.name} may try again."
    accounts.set_active(given.name, given.action == "enable")
    return f"{given.name} may {'log in' if given.action == 'enable' else 'not log in any more'}."


def _password(generated: bool) -> tuple[str, str]:
    """A password, and what to say of it."""
    if generated:
        password = generate()
        return password, f"\nThe password, shown only now: {password}"
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n"), ""
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise AccountError("The two passwords are not the same.")
    return password, ""


def _listed(accounts: Accounts) -> str:
    rows = []
    for user in accounts.everybody():
        state = "active" if user.active else "disabled"
        if user.locked_until > time.time():
            state = "locked"
        rows.append(f"{user.name:<20} {user.role.value:<8} {state:<9} {user.shown_as}")
    return "\n".join(rows) or "There are no accounts yet: add NAME --role admin"


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bot.gateway.staff",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True)
    roles = [role.value for role in Role]
    actions.add_parser("list", help="all accounts")
    for action, told in (
        ("add", "a new account"),
        ("password", "a new password"),
        ("role", "another role"),
        ("disable", "log somebody out for good"),
        ("enable", "let somebody in again"),
        ("unlock", "end the pause after wrong passwords"),
    ):
        command = actions.add_parser(action, help=told)
        command.add_argument("name")
        if action == "role":
            command.add_argument("role", choices=roles)
        if action in ("add", "password"):
            command.add_argument("--generate", action="store_true", help="make up a password")
        if action == "add":
            command.add_argument("--role", choices=roles, default=Role.STAFF.value)
            command.add_argument("--shown-as", default="", help="the name that patients see")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
