"""For everybody: WCAG 2.2 A and AA by axe, both colour schemes, narrow, zoomed, right to left."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .chat import OPEN, Chat
from .conftest import Watch

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (levels) => (await axe.run(document, {
    runOnly: {type: 'tag', values: levels}, iframes: false,
})).violations.map((each) => each.id + ': ' + each.nodes.map(
    (node) => node.target.join(' ') + ' ' + node.failureSummary).join(' | '))"""


def violations(page: Page) -> list[str]:
    """What axe finds in the page and in the panel's frame."""
    found: list[str] = []
    page.wait_for_load_state()  # without its styles every link is too small
    for frame in page.frames:
        frame.evaluate(AXE.read_text("utf-8"))
        found += [f"{frame.url}: {each}" for each in frame.evaluate(RUN, LEVELS)]
    return found


def test_no_violation_on_the_way_through_the_chat(schemed: Chat) -> None:
    page = schemed.page
    page.goto(schemed.address)
    expect(page.get_by_role("button", name=OPEN)).to_be_visible()
    assert violations(page) == []
    schemed.open(consent=False)
    assert violations(page) == []
    schemed.agree()
    schemed.ask("can I wear makeup tomorrow?")
    schemed.ask("my cheeks are a bit pink after microneedling")
    assert violations(page) == []
    schemed.until_result()
    schemed.panel.get_by_role("button", name="Menu").click()
    assert violations(page) == []
    schemed.panel.get_by_role("button", name="Delete my conversation").click()
    assert violations(page) == []


@pytest.mark.parametrize(
    "text",
    [
        "my throat is closing",
        "I have welts and pus is oozing out",
        "dark patches on my cheeks for two weeks, I had microneedling three weeks ago",
        "can I talk to a human?",
    ],
)
def test_no_violation_in_any_kind_of_card(schemed: Chat, text: str) -> None:
    schemed.open()
    answer = schemed.ask(text)
    if "human" not in text:
        answer = schemed.until_result()
    expect(answer).to_be_visible()
    assert violations(schemed.page) == []


def test_no_violation_without_a_connection(schemed: Chat, watch: Watch) -> None:
    watch.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    schemed.open()
    schemed.page.context.set_offline(True)
    schemed.say("hello")
    expect(schemed.panel.get_by_role("alert")).to_contain_text("No connection")
    assert violations(schemed.page) == []
    schemed.page.context.set_offline(False)
    schemed.page.route("**/chat/panel*", lambda route: route.abort())
    schemed.page.goto(schemed.address)
    schemed.page.get_by_role("button", name=OPEN).click()
    expect(schemed.page.get_by_role("alert")).to_be_visible()
    schemed.page.locator("iframe").evaluate("each => each.remove()")  # the browser's own error page
    assert violations(schemed.page) == []


@pytest.mark.parametrize(
    "path",
    ["guide", "guide/allergic-reactions-after-microneedling?quote=1500-1600#quote", "guide/none"],
)
def test_no_violation_in_the_guide(schemed: Chat, watch: Watch, path: str) -> None:
    watch.expected = ("404",)
    schemed.page.goto(schemed.address + path)
    assert violations(schemed.page) == []


def test_no_violation_in_the_summary(schemed: Chat) -> None:
    schemed.open()
    schemed.ask("my lips are swollen")
    link = schemed.page.request.post(f"{schemed.address}chat/summary-link", data={}).json()
    schemed.page.goto(schemed.address.rstrip("/") + link["url"])
    expect(schemed.page.get_by_role("heading", name="Result")).to_be_visible()
    assert violations(schemed.page) == []


def test_what_is_new_is_announced(chat: Chat) -> None:
    chat.open()
    expect(chat.log).to_have_attribute("aria-live", "polite")
    chat.ask("my throat is closing")
    expect(chat.log.locator(".card.emergency")).to_have_attribute("role", "alert")
    said = chat.bubbles.all_inner_texts()
    assert [text.splitlines()[0].split(":")[0] for text in said] == ["Bot", "Bot", "You", "Bot"]


@pytest.mark.parametrize(
    ("width", "height"),
    [(320, 640), (640, 400), (320, 256)],  # a small phone; 200 and 400 % of a 1280 by 800 screen
)
def test_a_narrow_or_zoomed_window_loses_nothing(chat: Chat, width: int, height: int) -> None:
    chat.page.set_viewport_size({"width": width, "height": height})
    chat.open(consent=False)
    chat.panel.get_by_role("button", name="I agree").scroll_into_view_if_needed()
    chat.agree()
    chat.ask("my cheeks are a bit pink after microneedling")
    for each in (
        chat.panel.locator(".urgent-line a").first,
        chat.input,
        chat.panel.get_by_role("button", name="Send"),
        chat.panel.get_by_role("button", name="Close the chat"),
    ):
        expect(each).to_be_in_viewport(ratio=1)
    wide = "each => Math.max(each.scrollWidth - each.clientWidth, 0)"
    assert chat.panel.locator("html").evaluate(wide) == 0
    assert chat.log.evaluate(wide) == 0


def test_right_to_left_pages_get_a_chat_that_runs_their_way(chat: Chat) -> None:
    chat.page.route(
        chat.address,
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace('<html lang="en">', '<html lang="ar" dir="rtl">'),
        ),
    )
    chat.page.set_viewport_size({"width": 1000, "height": 700})
    chat.open()
    chat.ask("can I wear makeup tomorrow?")
    box = chat.page.get_by_role("dialog").bounding_box()
    assert box
    assert box["x"] < 100
    expect(chat.panel.locator("html")).to_have_attribute("dir", "rtl")
    mine, answer = (
        chat.bubbles.nth(number).bounding_box() for number in (2, 3)
    )  # the patient's left, the bot's right
    assert mine
    assert answer
    assert mine["x"] < answer["x"]
