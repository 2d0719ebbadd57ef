"""Every finding is read from patients' own wordings, and from nothing that only sounds like it.

`phrases/*.yml` has for each finding messages in which the patient has it (`present`), denies it
(`absent`), or means something else or only asks by the same words (`not`: unread or hypothetical).
The lexicon reads every one of them; both readers together lose no red flag, and what the semantic
reader adds by mistake stays rare.
"""

from pathlib import Path

import pytest
import yaml

from actions.triage import Case, findings, is_emergency
from bot.nlu import read, read_by_lexicon

#: Share of harmless messages that both readers together may take for an emergency.
FALSE_ALARMS = 0.03

#: Share of red flags, beside a harmless complaint, that the semantic reader may take for none.
LOST = 0.01

#: And in a question without a mark.
LOST_IN_A_QUESTION = 0.05

PHRASES = {
    finding: messages
    for path in sorted((Path(__file__).parent / "phrases").glob("*.yml"))
    for finding, messages in yaml.safe_load(path.read_text("utf-8")).items()
}
RED_FLAGS = [name for name in PHRASES if findings()[name].red_flag]


def _misread(finding: str, wanted: str) -> dict[str, str | None]:
    """The messages of this finding whose state is not the one that they stand under."""
    expected = (None, "hypothetical") if wanted == "not" else (wanted,)
    read_as = {
        text: read_by_lexicon(text).to_json()["findings"].get(finding, {}).get("state")
        for text in PHRASES[finding][wanted]
    }
    return {text: state for text, state in read_as.items() if state not in expected}


@pytest.mark.parametrize("wanted", ["present", "absent", "not"])
@pytest.mark.parametrize("finding", PHRASES)
def test_phrases(finding: str, wanted: str) -> None:
    assert _misread(finding, wanted) == {}


def test_every_finding_has_phrases() -> None:
    assert set(PHRASES) == set(findings())


def alarms(text: str) -> bool:
    return is_emergency(Case.from_json(read(text).to_json()))


def test_both_readers_together_lose_no_red_flag() -> None:
    told = [text for finding in RED_FLAGS for text in PHRASES[finding]["present"]]
    assert [text for text in told if not alarms(text)] == []


def test_both_readers_together_seldom_cry_wolf() -> None:
    harmless = [
        text
        for finding in PHRASES
        for wanted in ("absent", "not")
        for text in PHRASES[finding][wanted]
        if not is_emergency(Case.from_json(read_by_lexicon(text).to_json()))
    ]
    assert sum(map(alarms, harmless)) <= FALSE_ALARMS * len(harmless)


@pytest.mark.parametrize("beside", ["my cheeks are red and sore, {}", "{} and my cheeks are itchy"])
def test_a_red_flag_is_hardly_ever_lost_beside_what_is_harmless(beside: str) -> None:
    told = [beside.format(text) for finding in RED_FLAGS for text in PHRASES[finding]["present"]]
    told = [text for text in told if is_emergency(Case.from_json(read_by_lexicon(text).to_json()))]
    assert sum(not alarms(text) for text in told) <= LOST * len(told)


@pytest.mark.parametrize(
    "question",
    ["should I worry {}", "is it normal {}", "{} is it a side effect", "{} when can I shower"],
)
def test_a_red_flag_is_seldom_lost_in_a_question(question: str) -> None:
    told = [question.format(text) for finding in RED_FLAGS for text in PHRASES[finding]["present"]]
    assert sum(not alarms(text) for text in told) <= LOST_IN_A_QUESTION * len(told)
