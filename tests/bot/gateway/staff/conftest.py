"""The whole gateway with a dialogue that does as it is told, and browsers of staff before it."""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from httpx2 import Response
from starlette.testclient import TestClient

from bot.clinic import load_clinic
from bot.gateway.app import make_app, make_door
from bot.gateway.door import Door
from bot.gateway.handover.reach import Reach
from bot.gateway.handover.requests import Request, Requests, Why, Wish
from bot.gateway.red_flags import RedFlags
from bot.gateway.settings import Places, Settings
from bot.gateway.staff import passwords
from bot.gateway.staff.accounts import Accounts, Role
from bot.gateway.staff.tables import access_log
from bot.gateway.storage import State
from tests.bot.gateway.conftest import FakeDialogue, Talk

HERE = "http://localhost:8080"
PASSWORD = "violet ladder tuesday"


class Browser:
    """Somebody's browser, which fills in forms as they stand on the pages."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, **more)

    def post(self, path: str, on: str = "/staff/login", **fields: str) -> Response:
        """Send a form with the key of the page `on`, as a browser does."""
        return self.client.post(path, data={"key": self.key(on), **fields}, headers=OWN)

    def key(self, on: str = "/staff/login") -> str:
        """The key in the forms of a page."""
        found = re.search(r'name="key" value="(\w+)"', self.get(on).text)
        assert found
        return found[1]

    def log_in(self, name: str, password: str = PASSWORD, **more: str) -> Response:
        return self.post("/staff/login", name=name, password=password, **more)


OWN = {"Origin": HERE}

REACH = Reach(("+447700900123",), ("anna@clinic.example",), "Anna")


@dataclass
class House:
    """A running gateway."""

    door: Door
    client: TestClient

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.door.storage.engine, self.now)

    def now(self) -> float:
        return self.door.storage.now()

    def browser(self) -> Browser:
        """A new browser, without cookies."""
        client = TestClient(self.client.app, HERE, follow_redirects=False)
        client.portal = self.client.portal  # one event loop for all
        return Browser(client)

    def somebody(self, role: Role) -> Browser:
        """A browser in which somebody with a role has logged in."""
        if self.accounts.user(role.value) is None:
            self.accounts.add(role.value, role, PASSWORD, f"{role.value.capitalize()} Smith")
        browser = self.browser()
        assert browser.log_in(role.value).status_code == 303
        return browser

    def log(self) -> list[tuple[str, str, str]]:
        """Who did what of what, oldest first."""
        with self.door.storage.transaction() as db:
            rows = db.execute(access_log.select().order_by(access_log.c.id))
            return [(row.user, row.what, row.subject) for row in rows]

    def later(self, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        now = self.door.storage.now
        monkeypatch.setattr(self.door.storage, "now", lambda: now() + seconds)

    def do(self, scene: Callable[..., Awaitable[Any]], *given: Any) -> Any:
        """Run something in the gateway's event loop."""
        assert self.client.portal
        return self.client.portal.call(scene, *given)

    def patient(self, *texts: str, name: str = "web-1") -> Talk:
        """A patient who has said these things."""
        talk = Talk(self.door, name)
        self.do(talk.begin)
        for text in texts:
            self.do(talk.say, text)
        return talk

    def case(self, *texts: str, name: str = "web-1") -> Talk:
        """A patient whose first message was never answered."""
        talk = self.patient(*(texts or ("hello",)), name=name)
        first = self.door.storage.history(name)[0]
        self.door.storage.set_state(first.seq, State.FOR_STAFF)
        return talk


def asked(
    house: House, conversation: str, disposition: str | None = None, to: Sequence[str] = ()
) -> Request:
    """What a patient has asked for: to hear from the clinic."""
    requests = Requests(house.door.storage.engine, house.now)
    draft = f"{conversation}-{len(requests.of(conversation))}"
    request = requests.add(Wish(conversation, draft, Why.ASKED, disposition, REACH), to)
    assert request
    return request


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As for all the gateway; but nobody waits for sixty passwords."""
    return replace(settings, staff=replace(settings.staff, log_ins_per_address="20/hour"))


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take a millisecond, unless a test is about how long they take."""
    if "full_hashes" not in request.fixturenames:
        quick = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", quick)
        monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody"))


@pytest.fixture
def full_hashes() -> None:
    """As in the product."""


@pytest.fixture
def house(
    dialogue: FakeDialogue, settings: Settings, places: Places, red_flags: RedFlags
) -> Iterator[House]:
    door = make_door(settings, places, dialogue, load_clinic())
    door.red_flags = red_flags
    with TestClient(make_app(settings, places, door), base_url=HERE) as client:
        yield House(door, client)
