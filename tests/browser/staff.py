"""The inbox as a member of staff sees it, and accounts made as a clinic makes them."""

from __future__ import annotations

import os
import subprocess
import sys

from playwright.sync_api import Locator, Page, expect

from bot.stack import Stack

PASSWORD = "violet ladder tuesday"


def add_account(stack: Stack, name: str, role: str, shown_as: str = "") -> None:
    """On the command line, while the bot runs."""
    words = ["add", name, "--role", role, "--shown-as", shown_as]
    subprocess.run(
        [sys.executable, "-m", "bot.gateway.staff", *words],
        input=f"{PASSWORD}\n",
        env={**os.environ, "GATEWAY_STATE": str(stack.logs.parent)},
        text=True,
        check=True,
        capture_output=True,
    )


class Desk:
    """A page with the inbox on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def log_in(self, name: str, password: str = PASSWORD, to: str = "staff") -> Desk:
        self.page.goto(self.address + to)
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        return self

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def open(self, text: str) -> Desk:
        """The conversation of the case that holds these words."""
        self.page.get_by_role("listitem").filter(has_text=text).get_by_role("link").first.click()
        expect(self.log).to_be_visible()
        return self

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def reply(self, text: str) -> None:
        self.page.get_by_label("Reply").fill(text)
        self.press("Send")
        expect(self.log.locator(".staff").last).to_contain_text(text)
