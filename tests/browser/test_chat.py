"""What a visitor does with the chat, from the first click to deleting everything."""

import re
import time

import pytest
from playwright.sync_api import expect

from bot.stack import Stack
from tests.processes import frozen, server_of

from .chat import OPEN, Chat
from .conftest import Watch

OPENING = "my cheeks are a bit pink after microneedling"
EMERGENCY = "my bottom lip feels twice its size"

#: Whether nothing lies over an element, in its middle and at its corners.
ON_TOP = """(each) => {
    const {left, right, top, bottom} = each.getBoundingClientRect();
    const points = [[left + 1, top + 1], [right - 1, top + 1], [left + 1, bottom - 1],
        [right - 1, bottom - 1], [(left + right) / 2, (top + bottom) / 2]];
    return points.every(([x, y]) => document.elementFromPoint(x, y) === each);
}"""


def test_nothing_of_the_chat_is_loaded_before_it_is_opened(chat: Chat, watch: Watch) -> None:
    chat.page.goto(chat.address)
    expect(chat.page.get_by_role("button", name=OPEN)).to_be_visible()
    names = {url.removeprefix(chat.address) for url in watch.requests}
    assert names <= {"", "chat.js", "chat/static/page.css"}


def test_a_check_leads_to_a_result_card_and_its_quote_to_the_guide(chat: Chat) -> None:
    chat.open()
    question = chat.ask(OPENING)
    expect(question.get_by_role("listitem")).to_have_count(8)
    expect(chat.panel.get_by_text("Question 1 of 5")).to_be_visible()
    chat.press("None of these")
    expect(chat.panel.get_by_text("Question 2 of 5")).to_be_visible()
    expect(chat.panel.get_by_role("button", name="None of these")).to_have_count(0)
    card = chat.until_result()
    expect(card.get_by_text("Normal healing", exact=True)).to_be_visible()
    expect(card.locator("svg").first).to_be_visible()
    expect(chat.panel.locator("#progress")).to_be_hidden()
    quote = card.get_by_role("link", name="Normal versus abnormal reactions")
    words = quote.locator(".words").inner_text().strip("“”")
    with chat.page.context.expect_page() as opened:
        quote.click()
    mark = opened.value.locator("mark#quote")
    expect(mark).to_have_text(words)
    expect(mark).to_be_in_viewport()


@pytest.mark.parametrize(
    ("text", "kind", "words", "number"),
    [
        (EMERGENCY, "emergency", "Emergency", "tel:999"),
        ("I have welts and pus is oozing out", "urgent", "Be seen today", r"tel:\d+"),
        ("I look so awful I want to kill myself", "emergency", "Emergency", "tel:116123"),
    ],
)
def test_a_result_is_colour_icon_words_and_numbers_to_tap(
    chat: Chat, text: str, kind: str, words: str, number: str
) -> None:
    chat.open()
    chat.ask(text)
    card = chat.until_result()
    expect(card).to_have_class(re.compile(kind))
    expect(card.locator(".band")).to_have_text(words)
    expect(card.get_by_role("link").first).to_have_attribute("href", re.compile(number))


def test_an_emergency_is_advised_before_consent(chat: Chat) -> None:
    chat.open(consent=False)
    answer = chat.ask("hello")
    expect(answer).to_contain_text("I need your consent")
    expect(chat.panel.locator("#consent")).to_contain_text("deleted 30 days after the last message")
    expect(chat.ask(EMERGENCY)).to_contain_text("Call 999 or 112 now")
    expect(chat.panel.get_by_role("button", name="I agree")).to_be_visible()


def test_nothing_can_be_written_before_the_chat_would_send_it(chat: Chat) -> None:
    chat.page.add_init_script(
        """
        const dispatch = EventTarget.prototype.dispatchEvent;
        EventTarget.prototype.dispatchEvent = function (event) {
            if (event.type !== "render") return dispatch.call(this, event);
            setTimeout(() => dispatch.call(this, event), 1500);
            return true;
        };
        """
    )
    chat.open(consent=False)
    expect(chat.ask("hello")).to_contain_text("I need your consent")


def test_a_chat_that_renders_twice_sends_what_is_written(chat: Chat) -> None:
    """deep-chat renders after 20 ms if no setting came; where timers run late, it renders twice."""
    chat.page.add_init_script(
        """
        const later = window.setTimeout;
        window.setTimeout = (run, delay, ...rest) => later(run, delay === 20 ? 0 : delay, ...rest);
        const append = Element.prototype.append;
        Element.prototype.append = function (...nodes) {
            append.apply(this, nodes);
            if (nodes[0]?.localName !== "deep-chat") return;
            const render = nodes[0].onRender;
            nodes[0].onRender = function () {
                window.renderings = (window.renderings ?? 0) + 1;
                render.call(this);
            };
        };
        """
    )
    chat.open(consent=False)
    expect(chat.ask("**hello**")).to_contain_text("I need your consent")
    assert chat.panel.locator("body").evaluate("window.renderings") == 2
    expect(chat.log.locator("strong")).to_have_count(0)
    expect(chat.panel.get_by_role("button", name="Send")).to_be_visible()


def test_nothing_is_asked_before_consent(chat: Chat) -> None:
    chat.open(consent=False)
    expect(chat.panel.get_by_role("button", name="I agree")).to_be_visible()
    expect(chat.bubbles).to_have_count(1)
    expect(chat.log).not_to_contain_text(re.compile(r"\?|tell me|what you see|feel", re.IGNORECASE))
    chat.agree()
    expect(chat.bubbles).to_have_count(2)
    expect(chat.bubbles.last).to_contain_text("Tell me in your own words what you see or feel")


def test_what_was_written_before_consent_is_answered_after_it(chat: Chat) -> None:
    chat.open(consent=False)
    chat.ask("can I wear makeup tomorrow?")
    chat.agree()
    expect(chat.bubbles.last).to_contain_text("Use no makeup")
    expect(chat.log).not_to_contain_text("Tell me in your own words")  # they did


def test_the_emergency_number_is_always_in_sight(chat: Chat) -> None:
    chat.open()
    number = chat.panel.locator(".urgent-line").get_by_role("link", name="Call 999")
    expect(number).to_be_in_viewport()
    chat.ask(EMERGENCY)
    expect(number).to_be_in_viewport()


@pytest.mark.parametrize(
    ("width", "height"),
    [(1280, 800), (390, 844), (320, 256)],  # desktop, phone, desktop at 400 %
)
def test_the_menu_covers_no_emergency_number(chat: Chat, width: int, height: int) -> None:
    chat.page.set_viewport_size({"width": width, "height": height})
    chat.open()
    chat.panel.get_by_role("button", name="Menu").click()
    last = chat.panel.get_by_role("button", name="Delete my conversation")
    expect(chat.panel.get_by_role("button", name="Start over")).to_be_in_viewport(ratio=0.99)
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=0.99)  # parts of a pixel may be cut off
    numbers = chat.panel.locator(".urgent-line a")
    expect(numbers).to_have_count(2)
    for number in numbers.all():
        assert number.evaluate(ON_TOP), number.inner_text()


def test_the_bot_is_seen_writing_while_the_next_message_can_be_sent(
    chat: Chat, stack: Stack
) -> None:
    chat.open()
    chat.ask("hello")
    with frozen(server_of(stack, "bot.rasa_command")):
        chat.say("can I wear makeup tomorrow?")
        expect(chat.panel.get_by_text("The bot is writing.")).to_be_attached()
        expect(chat.panel.locator(".deep-chat-loading-message-bubble")).to_be_visible()
        chat.say("and my tongue is swelling")
        expect(chat.panel.locator(".card.emergency")).to_be_visible()
    expect(chat.log).to_contain_text("Use no makeup", timeout=30000)
    expect(chat.panel.locator(".deep-chat-loading-message-bubble")).to_have_count(0)


def test_a_reload_goes_on_where_it_was(chat: Chat) -> None:
    chat.open()
    chat.ask(OPENING)
    before = chat.bubbles.all_inner_texts()
    chat.open(consent=False)
    expect(chat.bubbles).to_have_count(len(before))
    assert chat.bubbles.all_inner_texts() == before
    expect(chat.panel.get_by_role("button", name="I agree")).to_be_hidden()
    expect(chat.panel.get_by_text("Question 1 of 5")).to_be_visible()
    expect(chat.press("None of these")).to_contain_text("When was")


def test_a_lost_connection_shows_whom_to_call_and_sends_once(chat: Chat, watch: Watch) -> None:
    watch.expected = ("ERR_INTERNET_DISCONNECTED",)
    chat.open()
    chat.ask("hello")
    chat.page.context.set_offline(True)
    chat.say("can I wear makeup tomorrow?")
    alert = chat.panel.get_by_role("alert")
    expect(alert).to_contain_text("No connection")
    expect(alert.get_by_role("link", name="Call 999")).to_be_visible()
    chat.say("how long is redness normal?")
    chat.page.context.set_offline(False)
    expect(alert).to_be_hidden(timeout=20000)
    expect(chat.log).to_contain_text("Use no makeup")
    expect(chat.log).to_contain_text("72 hours")
    sent = said_by_patient(chat)
    assert sent == ["hello", "can I wear makeup tomorrow?", "how long is redness normal?"]


def test_a_message_that_hangs_is_not_overtaken_and_holds_back_no_red_flag(
    chat: Chat, watch: Watch
) -> None:
    watch.expected = ("ERR_FAILED", "409")
    chat.open()
    hanging = []

    def hang(route) -> None:
        if route.request.method == "POST" and not hanging:
            hanging.append(route)
        else:
            route.continue_()

    chat.page.route("**/chat/messages*", hang)
    chat.say("can I wear makeup tomorrow?")
    chat.say(EMERGENCY)
    expect(chat.panel.locator(".card.emergency")).to_be_visible()
    assert said_by_patient(chat) == []
    chat.say("and my cheeks are pink")
    hanging[0].abort()
    expect(chat.panel.locator(".card.emergency").nth(1)).to_be_visible(timeout=20000)
    expect(chat.log).to_contain_text("Use no makeup")
    expect(chat.panel.locator(".deep-chat-loading-message-bubble")).to_have_count(0, timeout=20000)
    sent = said_by_patient(chat)
    assert sent == ["can I wear makeup tomorrow?", EMERGENCY, "and my cheeks are pink"]


def test_an_answer_that_is_lost_on_its_way_is_fetched_without_sending_twice(
    chat: Chat, watch: Watch
) -> None:
    watch.expected = ("ERR_FAILED", "ERR_INTERNET_DISCONNECTED")
    chat.open()
    lost = []

    def lose(route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    chat.page.route("**/chat/messages*", lose)
    chat.say("can I wear makeup tomorrow?")
    expect(chat.log).to_contain_text("Use no makeup", timeout=20000)
    expect(chat.panel.get_by_role("alert")).to_be_hidden()
    assert said_by_patient(chat) == ["can I wear makeup tomorrow?"]
    expect(chat.bubbles).to_have_count(4)


def test_what_was_kept_for_an_hour_is_asked_again(chat: Chat, watch: Watch) -> None:
    watch.expected = ("ERR_FAILED",)
    chat.open()
    chat.page.route("**/chat/messages*", lambda route: route.abort())
    chat.say("treated 2 hours ago, pink cheeks")
    expect(chat.panel.get_by_role("alert")).to_contain_text("No connection")
    chat.panel.locator("body").evaluate(
        """() => {
             const [item] = JSON.parse(sessionStorage.getItem("chat-outbox"));
             item.at -= 3600000;
             sessionStorage.setItem("chat-outbox", JSON.stringify([item]));
           }"""
    )
    chat.page.goto("about:blank")
    chat.page.unroute("**/chat/messages*")
    chat.open(consent=False)
    expect(chat.bubbles.last).to_contain_text("I am back")


def test_without_the_gateway_the_page_itself_shows_the_advice(chat: Chat, watch: Watch) -> None:
    watch.expected = ("ERR_FAILED",)
    chat.page.route("**/chat/panel*", lambda route: route.abort())
    chat.page.goto(chat.address)
    chat.page.get_by_role("button", name=OPEN).click()
    advice = chat.page.get_by_role("alert")
    expect(advice).to_contain_text("Please do not take this as an all-clear")
    expect(advice.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    chat.page.unroute("**/chat/panel*")
    advice.get_by_role("button", name="Try again").click()
    expect(chat.panel.get_by_role("button", name="I agree")).to_be_visible()
    expect(advice).to_be_hidden()


def test_starting_over_and_reaching_the_clinic(chat: Chat) -> None:
    chat.open()
    chat.ask(OPENING)
    chat.menu("Start over")
    expect(chat.bubbles.last).to_contain_text("We start again")
    expect(chat.panel.locator("#progress")).to_be_hidden()
    chat.menu("Talk to the clinic")
    expect(chat.bubbles.last).to_contain_text("Shall the clinic get in touch")
    details = chat.bubbles.nth(-2)
    expect(details).to_contain_text("020 7946 0142")
    expect(details.locator("a.call")).to_be_visible()


def test_helpful_is_asked_and_kept(chat: Chat) -> None:
    chat.open()
    answer = chat.ask("can I wear makeup tomorrow?")
    answer.get_by_role("group", name="Was this helpful?").get_by_text("Yes").click()
    expect(answer).to_contain_text("Thank you for telling us")
    chat.open(consent=False)
    expect(chat.bubbles.last).to_contain_text("Thank you for telling us")


def test_the_summary_is_a_page_to_print(chat: Chat, watch: Watch) -> None:
    chat.open()
    chat.ask("my cheeks itch a little and my lips are swollen")
    chat.panel.get_by_role("button", name="Menu").click()
    link = chat.panel.get_by_role("link", name="Download my summary")
    expect(link).to_have_attribute("href", re.compile("key="))
    with chat.page.context.expect_page() as opened:
        link.click()
    summary = opened.value
    watch.over(summary)
    expect(summary.get_by_role("heading", name="What I told the care bot")).to_be_visible()
    expect(summary.get_by_role("row", name="swollen lips yes")).to_be_visible()
    expect(summary.get_by_text("E2: swelling of the eyes or lips, any degree")).to_be_visible()
    expect(summary.get_by_text("my cheeks itch a little")).to_be_visible()
    expect(summary.get_by_role("button", name="Print")).to_be_visible()


def test_deleting_leaves_nothing_and_a_new_conversation_may_begin(chat: Chat) -> None:
    chat.open()
    chat.ask("hello")
    chat.menu("Delete my conversation")
    chat.panel.get_by_role("button", name="Keep it").click()
    expect(chat.bubbles).to_have_count(4)
    chat.menu("Delete my conversation")
    chat.panel.get_by_role("button", name="Delete it").click()
    expect(chat.bubbles.last).to_contain_text("Your conversation was deleted")
    expect(chat.log).not_to_contain_text("hello")
    assert said_by_patient(chat) == []
    chat.agree()
    expect(chat.ask("can I wear makeup tomorrow?")).to_contain_text("Use no makeup")


def test_what_is_written_never_becomes_markup(chat: Chat) -> None:
    chat.open()
    text = '<img src="https://evil.example/x"> ![x](https://evil.example/y) <b>bold</b>'
    chat.ask(text)
    expect(chat.log.locator("img, b")).to_have_count(0)
    chat.open(consent=False)
    expect(chat.log.locator("img, b")).to_have_count(0)


def said_by_patient(chat: Chat) -> list[str]:
    """What the gateway has stored of the patient."""
    time.sleep(0.3)
    return chat.page.evaluate(
        """async () => (await (await fetch("/chat/messages")).json()).messages?.filter(
             (each) => each.from === "patient").map((each) => each.text) ?? []"""
    )
