"""The semantic reader: phrasings that nobody listed, and how its word is weighed."""

from pathlib import Path

import pytest

from actions.triage import State
from bot.nlu import read, read_by_lexicon, reading
from bot.nlu.matching import match
from bot.nlu.phrase_data import MEANINGS
from bot.nlu.semantic import (
    ReaderMissingError,
    SemanticReader,
    semantic_reader,
)
from knowledge.encoder import Encoder


def found(text: str) -> dict[str, tuple[str, str]]:
    said = read(text).to_json()["findings"]
    return {name: (each["state"], each["found_by"]) for name, each in said.items()}


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("there's a tourniquet round my gullet", "throat_tightness"),
        ("soup keeps coming back up my nose because it will not go down", "swallowing_difficulty"),
        ("my pout has grown to twice what it was this morning", "lip_swelling"),
        ("my peepers have shrunk to two slits", "eye_swelling"),
        (
            "everything I eat tastes like a handful of pennies and my ears sing",
            "numbing_cream_toxicity",
        ),
        ("the whole room goes round when I sit up", "dizziness"),
    ],
)
def test_what_nobody_listed_is_read(text: str, finding: str) -> None:
    state, _ = found(text)[finding]
    assert state in ("present", "uncertain")


def test_it_finds_what_the_lexicon_does_not() -> None:
    text = "feels like my bra is three sizes too small and I'm not even wearing it"
    assert "chest_tightness" not in read_by_lexicon(text).to_json()["findings"]
    assert found(text)["chest_tightness"] == ("present", "semantic")


@pytest.mark.parametrize(
    "text",
    ["had it done about ten hours ago", "my son says I ought to write", "thanks, bye", "hi", "42"],
)
def test_talk_says_nothing(text: str) -> None:
    assert found(text) == {}


def test_where_the_lexicon_knows_a_finding_its_word_stands() -> None:
    assert found("what if my lips swell?")["lip_swelling"][0] == "hypothetical"
    assert found("no wheezing at all")["wheeze"][0] == "absent"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("hives not itchy", "hives"),
        ("pus no fever", "pus"),
        ("racing heart no chest pain", "rapid_heartbeat"),
        ("vomiting no fever", "vomiting"),
        ("hives and the runs", "abdominal_pain"),
        ("my husband just got swelling in his lips after his treatment with you", "lip_swelling"),
    ],
)
def test_what_is_there_beside_a_denial_or_another_sign_is_not_dropped(
    text: str, finding: str
) -> None:
    assert found(text)[finding][0] == "present"


def test_what_comes_out_is_not_dropped_for_what_it_may_be() -> None:
    said = found("gunk coming out of my cheek")
    assert "present" in (said.get("oozing") or said.get("pus") or ("",))


@pytest.mark.parametrize(
    "text", ["red and itchy with no swelling of the lips", "really sore burning cheeks no wheeze"]
)
def test_what_is_denied_beside_a_sign_is_not_there(text: str) -> None:
    said = found(text)
    assert "absent" in (said.get("lip_swelling") or said.get("wheeze") or ("",))


@pytest.mark.parametrize(
    "text",
    [
        "cut myself again",
        "I used to self harm and last night I hurt myself again",
        "I used to self harm and I've started again",
        "I have no more of goût to live, since these scars",
    ],
)
def test_thoughts_of_self_harm_that_are_back_are_there(text: str) -> None:
    assert found(text)["self_harm_thoughts"][0] == "present"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("my Gwyn, God rest him, he used to wheeze like an accordion", "wheeze"),
        ("my eyelids used to swell with strawberries", "eye_swelling"),
        ("hives I used to get after penicillin", "hives"),
    ],
)
def test_what_used_to_be_is_past(text: str, finding: str) -> None:
    assert found(text)[finding][0] == "past"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("used to be fine with it but my throat is closing now", "throat_tightness"),
        ("can't feel my cheek any more", "numbness"),
        ("nothing other than red cheeks", "redness"),
    ],
)
def test_what_is_there_is_not_taken_for_past(text: str, finding: str) -> None:
    assert found(text)[finding][0] == "present"


def test_a_template_says_that_it_grows_without_the_reader() -> None:
    assert read("as I talk the hind leg off a donkey").context.trend is None
    assert read("it is spreading as I write").context.trend == "rapid"
    assert read("out of control now").context.trend == "rapid"


def test_what_went_down_and_is_back_is_there() -> None:
    again = read("my lips were swollen earlier and went down, now they are twice their size")
    assert again.to_json()["findings"]["lip_swelling"]["state"] == "present"


def test_when_it_fails_the_lexicon_stands(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reading, "semantic_reader", lambda: 1 / 0)
    assert found("my cheeks are red") == {"redness": ("present", "lexicon")}
    assert found("my throat is closing up")["throat_tightness"] == ("present", "lexicon")
    assert "ZeroDivisionError" in caplog.text
    assert "cheeks" not in caplog.text


def test_every_clause_gets_one_probability_per_name() -> None:
    message, _ = match("My lip is fat. No fever, but I itch, and so on " + "and on " * 200)
    read_clauses = semantic_reader().outputs(message)
    assert [start for start, _, _ in read_clauses] == sorted({s for s, _, _ in read_clauses})
    for start, end, probabilities in read_clauses:
        assert start < end <= len(message.tokens)
        assert probabilities.shape == (2 * len(semantic_reader().names) + len(MEANINGS),)
        assert (probabilities >= 0).all()
        assert (probabilities <= 1).all()


def test_an_empty_message_has_no_clauses() -> None:
    assert semantic_reader().outputs(match("")[0]) == []
    assert semantic_reader().outputs(match("?!")[0]) == []


def test_a_missing_reader_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReaderMissingError, match="make setup"):
        SemanticReader(Encoder.load(), tmp_path)


@pytest.mark.parametrize("text", ["I'd rather not", "don't want to", "I would rather not say"])
def test_a_bare_refusal_is_no_thought_of_self_harm(text: str) -> None:
    assert read(text).findings == {}


@pytest.mark.parametrize("text", ["I'd rather not be here", "I don't want to live"])
def test_a_refusal_that_says_more_is_read(text: str) -> None:
    assert read(text).findings["self_harm_thoughts"].state == State.PRESENT


def test_a_collar_on_the_way_hides_no_tight_chest() -> None:
    assert found("it is tight from my collar down my chest")["chest_tightness"][0] == "present"
