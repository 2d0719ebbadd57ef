"""Pages: the guide with a quote marked, the summary, the script tag's file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actions.triage import Disposition
from bot.clinic import load_clinic
from bot.fixed_words import rendered_responses
from bot.gateway.guide import Guide, Piece, quote_url, sections
from bot.gateway.replies import shown, with_calls
from bot.gateway.storage import Stored
from knowledge.build import build
from knowledge.encoder import Encoder

from .conftest import FakeDialogue
from .test_web import say, start, visit  # noqa: F401

Visit = Callable[..., Any]

RESULT = {
    "text": "🟢 Normal healing.",
    "custom": {
        "type": "triage",
        "disposition": "expected",
        "rules": ["X1"],
        "findings": {"redness": {"state": "present"}, "fever": {"state": "absent"}},
        "protocol": {"version": "1", "signed": False},
        "citations": [],
    },
}

RESTARTED = {"text": "again", "custom": {"type": "notice", "reason": "restarted"}}


def marked(quote: str) -> str:
    document = Guide().documents()[0]
    return "".join(
        piece.text
        for section in sections(document, quote)
        for _, blocks in section.runs
        for block in blocks
        for piece in block.pieces
        if piece.quoted
    )


def test_every_passage_is_marked_word_for_word_where_its_citation_points() -> None:
    for document in Guide().documents():
        for passage in document.passages:
            page, _, quote = quote_url(passage.citation()).partition("?quote=")
            assert page == f"/guide/{document.entry.slug}"
            found = [
                piece.text
                for section in sections(document, quote.removesuffix("#quote"))
                for _, blocks in section.runs
                for block in blocks
                for piece in block.pieces
                if piece.quoted
            ]
            assert found == [passage.text]


@pytest.mark.parametrize("quote", ["", "a-b", "5", "9-3", "-1-5", "999999-9999999", "1-2-3"])
def test_an_odd_quote_marks_nothing(quote: str) -> None:
    assert marked(quote) == ""


def test_a_part_of_a_passage_is_marked_within_it() -> None:
    document = Guide().documents()[0]
    first = document.passages[0]
    section = sections(document, f"{first.start + 4}-{first.start + 9}")[0]
    pieces = section.runs[0][1][0].pieces
    text = first.text
    assert pieces == (Piece(text[:4], False), Piece(text[4:9], True), Piece(text[9:], False))


def test_pages_follow_the_index_in_service(tmp_path: Path) -> None:
    folder, index = tmp_path / "guide", tmp_path / "index"
    folder.mkdir()
    guide = Guide(index)
    assert guide.documents() == ()
    (folder / "sun.md").write_text("# Sun\n\n## Hats\n\nWear one.\n\n- Brim\n- Straw\n", "utf-8")
    build(folder, index, Encoder.load())
    [document] = guide.documents()
    [section] = sections(document)
    assert (section.title, section.slug) == ("Hats", "hats")
    assert [(kind, len(blocks)) for kind, blocks in section.runs] == [("paragraph", 1), ("item", 2)]
    (folder / "rain.md").write_text("# Rain\n\n## Coats\n\nWear one.\n", "utf-8")
    build(folder, index, Encoder.load())
    assert {each.entry.title for each in guide.documents()} == {"Sun", "Rain"}
    (index / "manifest.json").write_text("{", "utf-8")
    assert len(guide.documents()) == 2


def test_guide_pages_are_served(visit: Visit) -> None:  # noqa: F811
    with visit() as browser:
        assert "Allergic reactions" in browser.get("/guide").text
        page = browser.get("/guide/allergic-reactions-after-microneedling")
        assert '<h2 id="when-to-seek-medical-attention">' in page.text
        assert "<script" not in page.text
        assert browser.get("/guide/none").status_code == 404


@pytest.mark.parametrize("path", ["/guide", "/guide/none", "/chat/summary", "/chat/summary.json"])
def test_an_address_looks_up_no_more_than_it_may_but_the_chat_itself_always_comes(
    visit: Visit,  # noqa: F811
    path: str,
) -> None:
    with visit(limits={"requests_per_address": "2/minute"}) as browser:
        statuses = [browser.get(path).status_code for _ in range(3)]
        assert [status == 429 for status in statuses] == [False, False, True]
        refused = browser.get(path)
        assert "999 or 112" in refused.json()["messages"][0]["text"]
        for own in ("/", "/chat.js", "/chat/panel", "/chat/static/panel.js"):
            assert browser.get(own).status_code == 200


def test_the_script_tags_file_holds_the_words_that_need_no_server(visit: Visit) -> None:  # noqa: F811
    with visit() as browser:
        code = browser.get("/chat.js").text
    words = json.loads(code.split("const words = ")[1].split(";\n")[0])
    assert "999 or 112" in words["unavailable"]
    assert [each["tel"] for each in words["emergency"]] == ["tel:999", "tel:112"]


def test_a_summary_opens_with_its_link_alone(visit: Visit, dialogue: FakeDialogue) -> None:  # noqa: F811
    dialogue.answer = lambda _: [RESULT]
    with visit() as browser:
        start(browser)
        say(browser, "my cheeks are <b>pink</b>")
        url = browser.post("/chat/summary-link", json={}).json()["url"]
        browser.cookies.clear()
        page = browser.get(url).text
        assert "Normal healing" in page
        assert "X1: normal healing" in page
        assert "&lt;b&gt;pink&lt;/b&gt;" in page
        for forged in ("", "web-1", url.split("key=")[1][:-2]):
            assert browser.get(f"/chat/summary?key={forged}").status_code == 404


def test_a_summary_shows_no_result_of_before_a_new_start(
    visit: Visit,  # noqa: F811
    dialogue: FakeDialogue,
) -> None:
    replies = {"pink": RESULT, "start over": RESTARTED}
    dialogue.answer = lambda text: [replies.get(text, {"text": "ok"})]
    with visit() as browser:
        start(browser)
        url = browser.post("/chat/summary-link", json={}).json()["url"]
        assert "No check was finished yet" in browser.get(url).text
        for number, (text, stands) in enumerate(
            (("pink", True), ("start over", True), ("welts and fever", False))
        ):
            say(browser, text, str(number))
            page = browser.get(url).text
            assert ("X1: normal healing" in page) is stands
            assert ("No result stands now: the last one, of " in page) is not stands


@pytest.mark.parametrize(
    ("custom", "numbers"),
    [
        (
            {"type": "triage", "disposition": "emergency", "advice": "call_emergency"},
            ["999", "112"],
        ),
        ({"type": "triage", "disposition": "emergency", "advice": "self_harm_help"}, ["116 123"]),
        ({"type": "triage", "disposition": "contact"}, ["020 7946 0142"]),
        ({"type": "triage", "disposition": "self_care"}, ["020 7946 0142"]),
        ({"type": "triage", "disposition": "expected"}, ["020 7946 0142"]),
        ({"type": "answer", "status": "answered"}, []),
        ({"type": "notice", "reason": "unavailable"}, ["999"]),
    ],
)
def test_a_message_brings_the_numbers_that_it_tells_to_call(custom: Any, numbers: Any) -> None:
    calls = with_calls({"text": "", "custom": custom}, load_clinic()).get("calls", [])
    assert [each["number"] for each in calls][: len(numbers)] == numbers
    assert bool(calls) == bool(numbers)


def test_every_result_has_a_number_to_tap_which_its_words_name() -> None:
    clinic = load_clinic()
    for disposition in Disposition:
        custom = {"type": "triage", "disposition": disposition.value}
        calls = with_calls({"text": "", "custom": custom}, clinic)["calls"]
        said = rendered_responses().get(f"utter_result_{disposition.value}", "")
        assert not said or "{open_now}" in said or calls[0]["number"] in said, disposition


def test_a_shown_message_never_holds_a_payload_or_names_its_conversation() -> None:
    body = {"text": "a", "buttons": [{"id": "x", "title": "None"}]}
    message = shown(Stored(1, "web-1", "bot", 0.0, body, None, None, 1, None))
    assert "web-1" not in json.dumps(message)
    assert "payload" not in json.dumps(message)
