"""The web chat as a visitor sees it: the demo page, the button, the panel in its frame."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect

OPEN = "Ask about your skin"


class Chat:
    """A page with the chat on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    @property
    def panel(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def log(self) -> Locator:
        return self.panel.get_by_role("log")

    @property
    def bubbles(self) -> Locator:
        """All messages, oldest first; the greeting and, after consent, the question come first."""
        return self.panel.locator(".message-bubble:not(.deep-chat-loading-message-bubble)")

    @property
    def input(self) -> Locator:
        return self.panel.get_by_role("textbox")

    def open(self, consent: bool = True) -> Chat:
        self.page.goto(self.address)
        self.page.get_by_role("button", name=OPEN).click()
        expect(self.input).to_be_visible()
        if consent:
            self.agree()
        return self

    def agree(self) -> None:
        button = self.panel.get_by_role("button", name="I agree")
        button.click()
        expect(button).to_be_hidden()

    def say(self, text: str) -> None:
        """Write and send; the answer is not waited for."""
        self.input.fill(text)
        self.input.press("Enter")

    def ask(self, text: str) -> Locator:
        """Write, send, and wait for the answer; an offer may stand below it."""
        before = self.bubbles.count()
        self.say(text)
        return self._answer(before)

    def press(self, name: str) -> Locator:
        """Press a quick reply and wait for the answer."""
        before = self.bubbles.count()
        self.panel.get_by_role("button", name=name, exact=True).click()
        return self._answer(before)

    def _answer(self, before: int) -> Locator:
        answer = self.bubbles.nth(before + 1)  # behind what the patient said
        try:
            expect(answer).to_be_visible(timeout=30000)
        except AssertionError as problem:
            raise AssertionError(f"no answer; {self._shown()}") from problem
        return answer

    def _shown(self) -> str:
        """All that the panel shows, and what is written and not sent."""
        panel = self.panel.locator("body").inner_text()
        return f"input: {self.input.inner_text()!r}, panel: {panel!r}"

    def menu(self, name: str, role: str = "button") -> None:
        self.panel.get_by_role("button", name="Menu").click()
        self.panel.get_by_role(role, name=name).click()  # type: ignore[arg-type]

    def until_result(self, answer: str = "no") -> Locator:
        """Answer every question until there is a result card."""
        card = self.panel.locator(".card")
        for _ in range(8):
            if card.count():
                return card
            treated = "microneedling?" in self.bubbles.last.inner_text()
            self.ask("20 hours ago" if treated else answer)
        raise AssertionError("no result")
