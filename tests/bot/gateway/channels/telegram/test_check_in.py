"""A check-in from its hour to the patient's phone, and the result by the hours of then."""

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from actions.triage import Risk, assess, case_from_slots, triage_message
from bot.gateway import checkin
from tests.stand_ins.telegram_stand_in import TelegramStandIn, message, pressed

from ...conftest import FakeDialogue
from ..served import wait_until
from .conftest import PATIENT, Start, begin, keyboard, send, told, write

HOUR = 3600


def a_little_redness(hours: float) -> dict[str, Any]:
    """The slots so many hours after the treatment, once everything else was asked and denied."""
    now = datetime.now(timezone.utc)
    treated_at = (now - timedelta(hours=hours)).isoformat()
    told = {
        "redness": "present",
        "redness_severity": "mild",
        "redness_extent": "treated_area",
        "treated_at": [treated_at, treated_at],
        "treatment": "standard",
        "trend": "improving",
    }
    asked = {str(name) for name in assess(case_from_slots(told, now)).missing} - {"risks"}
    return {**dict.fromkeys([*asked, *map(str, Risk)], "absent"), **told}


def test_it_comes_to_the_phone_when_due_and_what_is_left_after_72_hours_is_judged_anew(
    start: Start,
    standin: TelegramStandIn,
    dialogue: FakeDialogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkin, "TICK", 0.1)
    with start() as gateway:
        begin(gateway, standin)
        storage = gateway.door.storage
        (conversation,) = gateway.conversations()

        def answer(text: str) -> list[dict[str, Any]]:
            """As the dialogue would: by what is known, and the hours of now."""
            if text == "/check_in":
                return [{"text": "Is the redness still there?"}]
            known = storage.conversation(conversation)
            assert known
            case = case_from_slots(known.slots, datetime.fromtimestamp(storage.now(), timezone.utc))
            result = triage_message(assess(case), case)
            return [{"text": f"{result['disposition']} {result['rules']}", "custom": result}]

        dialogue.answer = answer
        storage.learn(conversation, slots=a_little_redness(hours=20))
        write(gateway, "that is all")
        result, offer = told(standin, 4)[2:]
        assert result.startswith("expected")
        assert "Shall I ask" in offer
        yes = next(data for title, data in keyboard(standin).items() if title.startswith("Yes"))
        send(gateway, pressed(PATIENT, yes))
        told(standin, 5)

        monkeypatch.setattr(storage, "now", lambda: time.time() + 51 * HOUR)
        told(standin, 5)  # not before the 72 hours are reached
        monkeypatch.setattr(storage, "now", lambda: time.time() + 53 * HOUR)
        assert told(standin, 6)[5] == "Is the redness still there?"
        send(gateway, message(PATIENT, "yes, still there", date=int(storage.now())))
        wait_until(lambda: len(standin.texts(PATIENT)) > 6)
        assert standin.texts(PATIENT)[6].startswith("contact ['C2']")
