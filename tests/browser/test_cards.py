"""Every result of the protocol as a card in the panel: told by words and icon, not by colour."""

from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, expect

from actions.triage import Disposition
from bot.clinic import load_clinic
from bot.fixed_words import rendered_responses
from bot.gateway.replies import with_calls

from .chat import Chat
from .test_access import violations

WORDS = {
    Disposition.EMERGENCY: "Emergency",
    Disposition.URGENT: "Be seen today",
    Disposition.CONTACT: "Within 24 to 48 hours",
    Disposition.UNDETERMINED: "Not certain",
    Disposition.SELF_CARE: "Home care",
    Disposition.EXPECTED: "Normal healing",
}

#: The colour of an icon's shape, that of its words, and what both stand on.
COLOURS = """(band) => [getComputedStyle(band.querySelector("path")).fill,
    getComputedStyle(band).color, getComputedStyle(band).backgroundColor]"""


def result(number: int, disposition: Disposition) -> dict[str, Any]:
    """A result as the gateway sends it, with the first line of its real words."""
    name = "utter_emergency" if disposition == "emergency" else f"utter_result_{disposition}"
    said = rendered_responses()[name].splitlines()[0]
    custom = {"type": "triage", "disposition": disposition}
    message = with_calls({"text": f"{said}\nBecause of this.", "custom": custom}, load_clinic())
    return {**message, "from": "bot", "seq": number}


def cards(chat: Chat) -> list[Locator]:
    """A conversation with every result in it, most urgent first."""
    news = {
        "messages": [result(number, each) for number, each in enumerate(Disposition, 1)],
        "consent_needed": False,
    }
    chat.page.route("**/chat/messages*", lambda route: route.fulfill(json=news))
    chat.open(consent=False)
    shown = chat.panel.locator(".card")
    expect(shown).to_have_count(len(Disposition))
    return shown.all()


@pytest.mark.parametrize("forced", ["none", "active"])
def test_every_result_is_told_by_words_and_an_icon_of_its_own(
    chat: Chat, forced: Literal["none", "active"]
) -> None:
    chat.page.emulate_media(forced_colors=forced)
    icons, grounds = set(), set()
    for disposition, card in zip(Disposition, cards(chat), strict=True):
        band, icon = card.locator(".band"), card.locator(".band svg.icon")
        expect(card).to_have_class(f"card {disposition}")
        expect(band).to_have_text(WORDS[disposition])
        expect(icon).to_be_visible()
        icons.add(icon.locator("path").get_attribute("d"))
        drawn, written, ground = band.evaluate(COLOURS)
        assert drawn == written != ground
        grounds.add(ground)
    assert len(icons) == len(set(WORDS.values())) == len(Disposition)
    assert (len(grounds) == 1) == (forced == "active")  # then colour tells nothing


def test_no_violation_in_any_result(schemed: Chat) -> None:
    cards(schemed)
    assert violations(schemed.page) == []
