"""The inbox: which conversations are for staff, in which order, and what staff do with them."""

import re
from typing import Any

import pytest

from bot.gateway.channels.addresses import Addresses, Missing
from bot.gateway.handover.requests import Status
from bot.gateway.staff.accounts import Role
from bot.gateway.staff.cases import Cases, Why
from tests.bot.gateway.conftest import FakeDialogue, dispositions, texts

from .conftest import Browser, House, asked

CASE = "/staff/conversations/web-1"


def result(disposition: str, **more: Any) -> dict[str, Any]:
    """A result as the dialogue tells it."""
    return {
        "text": f"🟠 This is {disposition}.\nMore words.",
        "custom": {
            "type": "triage",
            "disposition": disposition,
            "rules": ["U1"],
            "findings": {"hives": {"state": "present", "severity": "severe", "extent": "beyond"}},
            "protocol": {"version": "7", "signed": False},
            "citations": [
                {
                    "document": "Aftercare",
                    "section": "Redness",
                    "quote": "Redness fades.",
                    "url": "/guide/aftercare#redness",
                    "start": 3,
                    "end": 17,
                }
            ],
            **more,
        },
    }


@pytest.fixture
def cases(house: House) -> Cases:
    return Cases(house.door.storage)


def listed(browser: Browser, query: str = "") -> list[str]:
    """The conversations in the list, in order."""
    return re.findall(r'href="/staff/conversations/([\w-]+)"', browser.get(f"/staff{query}").text)


# ---- the list


def test_only_conversations_for_staff_are_shown(house: House) -> None:
    house.patient("hello", name="web-private")
    house.case(name="web-case")
    browser = house.somebody(Role.ADMIN)
    assert listed(browser) == ["web-case"]
    for path in ("web-private", "web-nobody", "web-private/news"):
        assert browser.get(f"/staff/conversations/{path}").status_code == 404
    assert not [what for _, what, _ in house.log() if what == "read"]


def test_the_most_urgent_comes_first_then_the_oldest(house: House, dialogue: FakeDialogue) -> None:
    told = {"a": "self_care", "b": "undetermined", "c": "urgent", "d": "emergency", "e": "urgent"}
    for name, disposition in told.items():
        dialogue.answer = lambda _, disposition=disposition: [result(disposition)]
        house.case(name=f"web-{name}")
    dialogue.answer = lambda _: [{"text": "no result"}]
    house.case(name="web-f")
    dialogue.answer = lambda _: [result("urgent")]
    talk = house.case("first", name="web-g")
    dialogue.answer = lambda _: [result("self_care")]
    house.do(talk.say, "then")  # only the last result counts
    assert listed(house.somebody(Role.VIEWER)) == [f"web-{each}" for each in "dcebfag"]


def test_the_list_says_why_and_how_many_are_new(house: House) -> None:
    house.case("one", name="web-1")
    house.case("two", name="web-2")
    browser = house.somebody(Role.STAFF)
    page = browser.get("/staff").text
    assert "<title>(2) Inbox" in page
    assert "1 message never answered" in page
    assert "No result" in page
    browser.post(f"{CASE}/take", on=CASE)
    again = browser.get("/staff/list").text
    assert 'data-title="(1) Inbox' in again
    assert 'data-news="1 new"' in again
    assert "taken over by Staff Smith" in again
    assert "with staff" in again


def test_the_list_is_filtered_by_status(house: House, cases: Cases) -> None:
    for name, status in (("web-1", None), ("web-2", Status.OPEN), ("web-3", Status.DONE)):
        house.case(name=name)
        if status:
            cases.set_status(name, status)
    browser = house.somebody(Role.VIEWER)
    shown = {each: listed(browser, f"?status={each}") for each in ("new", "open", "done", "x")}
    assert shown == {
        "new": ["web-1"],
        "open": ["web-2"],
        "done": ["web-3"],
        "x": ["web-1", "web-2"],
    }
    assert listed(browser, "?status=all") == ["web-1", "web-2", "web-3"]


def test_what_is_done_is_new_again_when_something_comes(house: House, cases: Cases) -> None:
    talk = house.case()
    cases.set_status("web-1", Status.DONE)
    assert cases.case("web-1").status is Status.DONE
    house.do(house.door.desk.take, "web-1", "Anna")
    assert cases.case("web-1").status is Status.DONE  # one's own doing is no news
    house.do(talk.say, "are you there?")
    case = cases.case("web-1")
    assert case.status is Status.NEW
    assert dict(case.reasons)[Why.WAITING] == 1


def test_words_to_staff_without_a_reply_are_never_lost(house: House, cases: Cases) -> None:
    """Nobody answers them when staff go away: the bot was silent, and is not asked again."""
    talk = house.patient("hello")
    house.do(house.door.desk.take, "web-1", "Anna")
    house.do(talk.say, "does it leave scars?")
    house.do(house.door.desk.release, "web-1")
    assert cases.case("web-1").reasons == [(Why.WAITING, 1)]
    assert "1 message to staff without a reply" in house.somebody(Role.VIEWER).get("/staff").text
    house.do(house.door.desk.say, "web-1", "Anna", "No.")
    house.do(house.door.desk.release, "web-1")
    assert cases.case("web-1") is None


# ---- one conversation


def test_a_conversation_with_everything_that_led_to_its_result(
    house: House, dialogue: FakeDialogue
) -> None:
    dialogue.answer = lambda _: [result("urgent")]
    talk = house.case("I have welts")
    page = house.somebody(Role.STAFF).get(CASE).text
    for words in (
        "This is urgent.",
        "Protocol version 7, a draft, not signed by a clinician",
        "<strong>U1</strong>",
        "<td>yes, severe, beyond</td>",
        "“Redness fades.”",
        "/guide/aftercare?quote=3-17#quote",
        "I have welts",
        "Patient, <time",
        "Bot, <time",
        "never answered; the patient was asked again",
        "Be seen today",
    ):
        assert words in page, words
    dialogue.answer = lambda _: [result("urgent", protocol={"version": "8", "signed": True})]
    house.do(talk.say, "and more")
    assert "Protocol version 8, signed" in house.somebody(Role.STAFF).get(CASE).text


RESTARTED = {"text": "again", "custom": {"type": "notice", "reason": "restarted"}}


@pytest.mark.parametrize("over", ["start over", "silence"])
def test_the_result_and_the_urgency_are_of_the_same_check(
    house: House, dialogue: FakeDialogue, monkeypatch: pytest.MonkeyPatch, over: str
) -> None:
    dialogue.answer = lambda _: [result("urgent")]
    talk = house.case("I have welts")
    staff = house.somebody(Role.STAFF)
    assert "No result" not in staff.get(CASE).text
    if over == "silence":
        house.later(monkeypatch, 73 * 3600)
        staff = house.somebody(Role.STAFF)
    dialogue.answer = lambda _: [RESTARTED if over == "start over" else {"text": "ok"}]
    house.do(talk.say, "start over")
    dialogue.answer = lambda _: [{"text": "ok"}]
    house.do(talk.say, "it is all gone")
    page = staff.get(CASE).text
    assert "No result stands now: the last one, of " in page
    for words in ("Be seen today", "<strong>U1</strong>", "“Redness fades.”", "Protocol version"):
        assert words not in page, words
    assert "Be seen today" not in staff.get("/staff").text
    asked(house, "web-1", "urgent")  # which is told beside the request, too
    assert staff.get(CASE).text.count("Be seen today") == 2


def test_what_a_patient_writes_is_text_everywhere(house: House) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7*7 }}"
    house.case(evil)
    staff = house.somebody(Role.STAFF)
    staff.post(f"{CASE}/note", on=CASE, text=evil)
    staff.post(f"{CASE}/say", on=CASE, text=evil)
    for path in ("/staff", CASE, f"{CASE}/news", "/staff/list"):
        page = staff.get(path).text
        assert "<script>" not in page
        assert "<img" not in page
    assert page != staff.get(CASE).text
    assert staff.get(CASE).text.count("&lt;script&gt;alert(1)") == 4  # said, heard, noted, replied
    assert "{{ 7*7 }}" in staff.get(CASE).text


def test_a_reply_takes_over_and_red_flags_are_answered_all_the_same(
    house: House, dialogue: FakeDialogue
) -> None:
    talk = house.case()
    staff = house.somebody(Role.STAFF)
    answer = staff.post(f"{CASE}/say", on=CASE, text="  Can you send\r\na number? ")
    assert answer.headers["location"] == CASE
    news = house.do(house.door.news, "web-1", 0)
    said = [(each["from"], each.get("name"), each["text"]) for each in news.messages][-1]
    assert said == ("staff", "Staff Smith", "Can you send\na number?")
    assert news.with_staff
    outcome = house.do(talk.say, "yes")
    assert outcome.messages == []
    assert dispositions(house.do(talk.say, "my tongue is swelling"))[0] == "emergency"
    page = staff.get(CASE).text
    assert "<strong>Staff Smith</strong> has taken over" in page
    assert "<option selected>open</option>" in page
    assert "<option selected>staff</option>" in page
    staff.post(f"{CASE}/release", on=CASE)
    assert "heard bye" in texts(house.do(talk.say, "bye"))
    assert [what for _, what, _ in house.log()] == [
        "logged_in", "read", "replied", "read", "read", "gave_back",
    ]  # fmt: skip


def test_a_colleagues_case_stays_theirs(house: House, cases: Cases) -> None:
    house.case()
    house.somebody(Role.ADMIN)
    cases.assign("web-1", "admin")
    house.somebody(Role.STAFF).post(f"{CASE}/take", on=CASE)
    case = cases.case("web-1")
    assert (case.assigned_to, case.taken_by) == ("admin", "Staff Smith")


def test_status_and_assignment_are_kept(house: House, cases: Cases) -> None:
    house.case()
    staff = house.somebody(Role.STAFF)
    staff.post(f"{CASE}/status", on=CASE, status="done", assigned_to="staff")
    case = cases.case("web-1")
    assert (case.status, case.assigned_to) == (Status.DONE, "staff")
    assert house.log()[-1] == ("staff", "set_done", "web-1")
    for fields in ({"status": "lost"}, {"status": "new", "assigned_to": "nobody-here"}, {}):
        answer = staff.post(f"{CASE}/status", on=CASE, **fields)
        assert answer.status_code == 422
    assert cases.case("web-1") == case


def test_notes_are_added_and_never_seen_by_the_patient(house: House, cases: Cases) -> None:
    house.case()
    staff, admin = house.somebody(Role.STAFF), house.somebody(Role.ADMIN)
    staff.post(f"{CASE}/note", on=CASE, text="Called, no answer")
    admin.post(f"{CASE}/note", on=CASE, text="Called again")
    assert [(each.user, each.text) for each in cases.notes("web-1")] == [
        ("staff", "Called, no answer"),
        ("admin", "Called again"),
    ]
    assert "Called again" in house.somebody(Role.VIEWER).get(CASE).text
    assert "Called" not in str(house.do(house.door.news, "web-1", 0).messages)


@pytest.mark.parametrize("what", ["say", "note"])
def test_nothing_and_too_much_are_not_sent_and_not_lost(
    house: House, cases: Cases, what: str
) -> None:
    house.case()
    staff = house.somebody(Role.STAFF)
    for text in ("  ", "a" * 2001):
        answer = staff.post(f"{CASE}/{what}", on=CASE, text=text)
        assert answer.status_code == 422
        assert "has 1 to 2000 characters" in answer.text
    assert "a" * 2001 in answer.text
    assert cases.notes("web-1") == []
    assert not house.door.storage.conversation("web-1").staff


def test_news_are_what_was_said_since(house: House) -> None:
    talk = house.case("first words")
    staff = house.somebody(Role.STAFF)
    last = re.findall(r'data-seq="(\d+)"', staff.get(CASE).text)[-1]
    assert "data-seq" not in staff.get(f"{CASE}/news?after={last}").text
    house.do(talk.say, "second words")
    news = staff.get(f"{CASE}/news?after={last}").text
    assert "second words" in news
    assert "first words" not in news
    for odd in ("x", "-1", "9" * 30):
        assert "first words" in staff.get(f"{CASE}/news?after={odd}").text


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Missing.DELAYED, "not delivered yet"),
        (Missing.UNREACHABLE, "not delivered; waits until the patient writes"),
        (Missing.UNWANTED, "not delivered; the patient wants no messages"),
    ],
)
def test_what_did_not_reach_the_patient_is_marked(
    house: House, dialogue: FakeDialogue, why: Missing, words: str
) -> None:
    house.case("hello", name="sms-1")
    addresses = Addresses(house.door.storage, "sms")
    addresses.add("sms-1", "+447700900123")
    case = "/staff/conversations/sms-1"
    staff = house.somebody(Role.STAFF)
    assert "not delivered" not in staff.get(case).text
    reply = house.door.storage.history("sms-1")[-1]
    addresses.missing("sms-1", [reply.seq], why)
    page = staff.get(case).text
    assert f'<span class="tag">{words}</span></p><p class="words">heard hello' in page
    assert f"1 message {words}" in staff.get(f"{case}/news?after={reply.seq}").text


def test_of_a_deleted_conversation_nothing_is_left_or_kept_anew(house: House, cases: Cases) -> None:
    house.case()
    staff = house.somebody(Role.STAFF)
    staff.post(f"{CASE}/note", on=CASE, text="x y z")
    staff.post(f"{CASE}/status", on=CASE, status="open", assigned_to="staff")
    key = staff.key(CASE)
    house.do(house.door.forget, "web-1")
    cases.add_note("web-1", "staff", "too late")
    cases.set_status("web-1", Status.OPEN)
    assert cases.notes("web-1") == []
    assert cases.listed() == []
    for what in ("say", "take", "note"):
        fields = {"key": key, "text": "too late"}
        answer = staff.client.post(
            f"{CASE}/{what}", data=fields, headers={"Origin": "http://localhost:8080"}
        )
        assert answer.status_code == 404
