"""A browser for the whole folder, and for each test a page that is watched for problems."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from bot.stack import Stack

from .chat import Chat
from .chromium import FLAGS, NoChromiumError, find_chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    try:
        path = find_chromium()
    except NoChromiumError as problem:
        pytest.fail(str(problem), pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What went wrong on a page, and every request it made."""

    own: tuple[str, ...]
    """Beginnings of the addresses that may be asked."""
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    """Parts of problems that a test brings about."""

    def over(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on(
            "console",
            lambda said: (
                self.problems.append(f"{said.type}: {said.text}")
                if said.type in ("error", "warning")
                else None
            ),
        )
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((*self.own, "data:", "blob:")):
            self.problems.append(f"third party: {request.url}")

    def check(self) -> None:
        unexpected = [
            each for each in self.problems if not any(part in each for part in self.expected)
        ]
        assert unexpected == []


@pytest.fixture
def watch(stack: Stack) -> Iterator[Watch]:
    watching = Watch((stack.gateway,))
    yield watching
    watching.check()


@pytest.fixture
def page(browser: Browser, watch: Watch) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(15000)
    watch.over(page)
    yield page
    context.close()


@pytest.fixture
def chat(page: Page, stack: Stack) -> Chat:
    return Chat(page, stack.gateway)


@pytest.fixture(params=["light", "dark"])
def schemed(
    request: pytest.FixtureRequest, browser: Browser, watch: Watch, stack: Stack
) -> Iterator[Chat]:
    context = browser.new_context(
        viewport={"width": 1000, "height": 800},
        color_scheme=request.param,
        reduced_motion="reduce",
    )
    page = context.new_page()
    watch.over(page)
    yield Chat(page, stack.gateway)
    context.close()
