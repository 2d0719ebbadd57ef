"""The web chat in Chromium: when the opened panel is painted, when a reply is seen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from tests.browser.chromium import FLAGS, find_chromium

OPEN = "Ask about your skin"

TEXTS = ("my cheeks are red and a bit tight", "no", "yesterday", "can I wear makeup?")

#: Counts bubbles as they come, with the moment of each.
_WATCH = """() => {
  const seen = (root) => root.querySelectorAll(
    ".message-bubble:not(.deep-chat-loading-message-bubble)").length;
  const root = document.querySelector("deep-chat").shadowRoot;
  window.bubbles = [];
  let before = seen(root);
  new MutationObserver(() => {
    const now = seen(root);
    if (now > before) window.bubbles.push(performance.now());
    before = now;
  }).observe(root, { childList: true, subtree: true });
}"""


def in_browser(gateway: str, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each first paint and of each reply, from a cold browser in each round."""
    figures: dict[str, list[float]] = {"paint": [], "reply": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for _ in range(rounds):
            _visit(browser, gateway, figures)
        browser.close()
    return figures


def _visit(browser: Browser, gateway: str, figures: dict[str, list[float]]) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(gateway)
    figures["paint"].append(_paint(page))
    panel = page.frame_locator("iframe")
    panel.get_by_role("button", name="I agree").click()
    frame = next(each for each in page.frames if each.url.endswith("/chat/panel"))
    frame.evaluate(_WATCH)
    for text in TEXTS:
        figures["reply"].append(_reply(panel, frame, text))
    context.close()


def _paint(page: Page) -> float:
    """From the click on the button until the panel has painted its first content."""
    clicked = page.evaluate(
        """(name) => {
          const button = [...document.querySelectorAll("button"),
            ...[...document.querySelectorAll("*")].flatMap(
              (e) => e.shadowRoot ? [...e.shadowRoot.querySelectorAll("button")] : [])]
            .find((each) => each.textContent.includes(name) || each.ariaLabel === name);
          const at = performance.timeOrigin + performance.now();
          button.click();
          return at;
        }""",
        OPEN,
    )
    page.frame_locator("iframe").get_by_role("textbox").wait_for()
    frame = next(each for each in page.frames if "/chat/panel" in each.url)
    painted = frame.evaluate(
        """() => new Promise((told) => {
          const look = () => {
            const [paint] = performance.getEntriesByName("first-contentful-paint");
            if (paint) told(performance.timeOrigin + paint.startTime);
            else setTimeout(look, 20);
          };
          look();
        })"""
    )
    return float(painted - clicked)


def _reply(panel: Any, frame: Frame, text: str) -> float:
    """From Enter until the bubble of the reply is there."""
    box = panel.get_by_role("textbox")
    box.fill(text)
    frame.evaluate("() => { window.bubbles.length = 0; window.sent = 0; }")
    frame.evaluate(
        """() => addEventListener("keydown", (event) => {
          if (event.key === "Enter") window.sent = performance.now();
        }, { capture: true, once: true })"""
    )
    box.press("Enter")
    took = frame.evaluate(  # the first bubble is the patient's own, the second the reply
        """() => new Promise((told) => {
          const look = () => {
            if (window.bubbles.length >= 2) told(window.bubbles[1] - window.sent);
            else setTimeout(look, 20);
          };
          look();
        })"""
    )
    return float(took)
