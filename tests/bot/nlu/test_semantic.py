"""The semantic reader: phrasings that nobody listed, and how its word is weighed."""

from pathlib import Path

import pytest

from actions.triage import State, Subject
from bot.nlu import read, read_by_lexicon, reading
from bot.nlu.phrase_data import MEANINGS
from bot.nlu.reading import match
from bot.nlu.semantic import (
    Clause,
    ReaderMissingError,
    Seen,
    SemanticReader,
    clauses_of,
    semantic_reader,
)
from bot.nlu.tokens import Message
from knowledge.encoder import Encoder


def found(text: str) -> dict[str, tuple[str, str]]:
    said = read(text).to_json()["findings"]
    return {name: (each["state"], each["found_by"]) for name, each in said.items()}


def likely_named(reader: SemanticReader, **other: float) -> dict[str, float]:
    """Of every finding it is open whether it is named, but of some others."""
    return dict.fromkeys(reader.names, 0.5) | other


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
    ("seen", "meant", "text", "read_as"),
    [
        # It sees the finding nowhere, and doubts that anything is told: unknown, never absent.
        (0.0, {"told": 0.5}, "my throat is closing up", None),
        (0.0, {"told": 0.5}, "my cheeks are red", None),
        # Seen a little, or told of somebody: the lexicon's word stands.
        (0.1, {"told": 0.5}, "my throat is closing up", "present"),
        (0.0, {"present": 0.6}, "my throat is closing up", "present"),
        (0.1, {"told": 0.5}, "my cheeks are red", None),
        (0.0, {"recent": 0.6}, "my cheeks are red", None),
        (0.0, {"recent": 0.9}, "my cheeks are red", "present"),
        (0.0, {"other": 0.6}, "my throat is closing up", "present"),
        # What is denied is denied, another's is another's, and self-harm is never explained away.
        (0.0, {"told": 0.5}, "no wheezing", "absent"),
        (0.0, {"told": 0.5}, "my client is wheezing and I am the practitioner", "present"),
        (0.0, {"told": 0.5}, "I want to kill myself", "present"),
        (0.0, {"if": 0.9}, "if I lie flat my breathing gets bad what do I do", "present"),
    ],
)
def test_what_it_sees_nowhere_and_doubts_is_unknown(
    seen: float,
    meant: dict[str, float],
    text: str,
    read_as: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        probabilities = dict.fromkeys(reader.names, seen)
        meanings = {name: meant.get(name, 0.0) for name in reader.meanings}
        return Seen([Clause(0, len(message.tokens), probabilities, likely_named(reader), meanings)])

    monkeypatch.setattr(SemanticReader, "read", look)
    assert [state for state, _ in found(text).values()] == ([read_as] if read_as else [])


@pytest.mark.parametrize(
    ("likely", "text", "state"),
    [
        (0.01, "my throat is closing up", None),
        (0.05, "my throat is closing up", "present"),
        (0.0, "no wheezing", "absent"),
        (0.01, "my cheeks are red", None),
        # Denied or over by a rule's word, and self-harm, whatever it sees.
        (0.0, "he used to wheeze like an accordion", "past"),
        (0.0, "I want to kill myself", "present"),
    ],
)
def test_what_it_sees_named_nowhere_is_unknown(
    likely: float, text: str, state: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        none, so_likely = dict.fromkeys(reader.names, 0.1), dict.fromkeys(reader.names, likely)
        meanings = {name: 0.6 * (name == "present") for name in reader.meanings}
        return Seen([Clause(0, len(message.tokens), none, so_likely, meanings)])

    monkeypatch.setattr(SemanticReader, "read", look)
    assert [said for said, _ in found(text).values()] == ([state] if state else [])


@pytest.mark.parametrize(
    ("name", "there", "also"),
    [
        # Seen a little, in a clause that may tell of something as well, and thoughts of self-harm.
        ("fainting", 0.1, 0.0),
        ("fainting", 0.0, 0.3),
        ("self_harm_thoughts", 0.0, 0.0),
    ],
)
def test_what_may_be_there_is_not_denied_by_its_name(
    name: str, there: float, also: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        seen = dict.fromkeys(reader.names, 0.0) | {name: there}
        meanings = dict.fromkeys(reader.meanings, 0.0) | {"absent": 0.9, "present": also}
        likely = likely_named(reader, **{name: 0.95})
        return Seen([Clause(0, len(message.tokens), seen, likely, meanings)])

    monkeypatch.setattr(SemanticReader, "read", look)
    assert name not in read("bellows in perfect order").findings


@pytest.mark.parametrize(
    ("likely", "meaning", "sure", "read_as"),
    [
        (0.9, "absent", 0.9, ("absent", "self")),
        (0.9, "old", 0.9, ("past", "self")),
        (0.9, "if", 0.9, ("hypothetical", "self")),
        (0.9, "told", 0.9, ("hypothetical", "other")),
        # What is there or over now has to be seen, and others' red flags are told by the triggers.
        (0.9, "present", 0.9, None),
        (0.9, "recent", 0.9, None),
        (0.9, "other", 0.9, None),
        (0.9, "idiom", 0.9, None),
        # Not sure enough.
        (0.7, "absent", 0.9, None),
        (0.9, "absent", 0.7, None),
    ],
)
def test_what_only_it_sees_named_is_read_as_it_is_meant(
    likely: float,
    meaning: str,
    sure: float,
    read_as: tuple[str, str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        none = dict.fromkeys(reader.names, 0.0)
        meanings = {name: sure * (name == meaning) for name in reader.meanings}
        clause = Clause(
            0,
            len(message.tokens),
            none,
            likely_named(reader, breathing_difficulty=likely),
            meanings,
        )
        return Seen([clause])

    monkeypatch.setattr(SemanticReader, "read", look)
    said = read("bellows in perfect order").findings.get("breathing_difficulty")
    assert (said and (str(said.state), str(said.subject))) == read_as


def test_of_what_was_asked_the_lexicons_word_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        meanings = dict.fromkeys(reader.meanings, 0.1)
        return Seen(
            [
                Clause(
                    0,
                    len(message.tokens),
                    dict.fromkeys(reader.names, 0.0),
                    likely_named(reader),
                    meanings,
                )
            ]
        )

    monkeypatch.setattr(SemanticReader, "read", look)
    text = "no, but my cheeks are weeping"
    assert "oozing" not in read(text).findings
    assert read(text, asks=("hives", "oozing")).findings["oozing"].state is State.PRESENT


@pytest.mark.parametrize(
    ("meant", "seen", "text", "read_as"),
    [
        # Surely there, though the table takes it for denied, over or imagined.
        ({"present": 0.96}, 0.9, "no wheezing", "present"),
        ({"present": 0.96}, 0.9, "my throat was tight yesterday", "present"),
        ({"present": 0.96}, 0.1, "if my throat closes up", "present"),
        # Never what somebody used to have.
        ({"present": 0.96}, 0.9, "he used to wheeze like an accordion", "past"),
        ({"present": 0.96}, 0.9, "the cream I used to numb it made me wheeze", "present"),
        # Nor what comes on when something is done.
        ({"if": 0.9}, 0.1, "if lie down my throat closes", "present"),
        # Something else is, in the same clause.
        ({"present": 0.96}, 0.1, "no wheezing", "absent"),
        ({"present": 0.9}, 0.9, "no wheezing", "absent"),
        # That it is not there has to be said.
        ({"absent": 0.8}, 0.1, "my throat is closing up", "present"),
        # Told of somebody.
        ({"told": 0.8}, 0.1, "my client is wheezing and I am the practitioner", "hypothetical"),
    ],
)
def test_how_it_is_meant_when_the_reader_is_sure_of_something_else(
    meant: dict[str, float],
    seen: float,
    text: str,
    read_as: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        named = ("wheeze", "throat_tightness")
        probabilities = {**dict.fromkeys(reader.names, 0.1), **dict.fromkeys(named, seen)}
        meanings = {name: meant.get(name, 0.0) for name in reader.meanings}
        return Seen([Clause(0, len(message.tokens), probabilities, likely_named(reader), meanings)])

    monkeypatch.setattr(SemanticReader, "read", look)
    named = "wheeze" if "wheez" in text else "throat_tightness"
    assert found(text)[named][0] == read_as


def test_another_persons_red_flag_needs_a_trigger(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        meanings = {name: float(name == "other") for name in reader.meanings}
        return Seen(
            [
                Clause(
                    0,
                    len(message.tokens),
                    dict.fromkeys(reader.names, 0.1),
                    likely_named(reader),
                    meanings,
                )
            ]
        )

    monkeypatch.setattr(SemanticReader, "read", look)
    assert read("so much coughing").findings["cough"].subject is Subject.OTHER
    assert read("so much wheezing").findings["wheeze"].subject is Subject.SELF


@pytest.mark.parametrize(
    ("probability", "meant", "subject"),
    [
        (0.9, {"present": 0.97}, Subject.SELF),
        (0.9, {"present": 0.8}, Subject.OTHER),
        (0.9, {"other": 0.97}, Subject.OTHER),
        (0.1, {"present": 0.97}, Subject.OTHER),
    ],
)
def test_a_red_flag_surely_there_is_the_patients(
    monkeypatch: pytest.MonkeyPatch, probability: float, meant: dict[str, float], subject: Subject
) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        meanings = {name: meant.get(name, 0.0) for name in reader.meanings}
        seen = dict.fromkeys(reader.names, 0.0) | {"wheeze": probability}
        return Seen([Clause(0, len(message.tokens), seen, likely_named(reader), meanings)])

    monkeypatch.setattr(SemanticReader, "read", look)
    assert read("I know it, my husband hears the wheeze too").findings["wheeze"].subject is subject


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


_OVER = "two hours ago my lips were really swollen"


@pytest.mark.parametrize(
    ("text", "probability", "meant", "state"),
    [
        # What says that it is over does not say that it is back.
        (f"{_OVER}, it has gone down now", 0.9, {"present": 0.8}, "past"),
        (f"{_OVER} and it has gone down, it looked awful", 0.5, {"present": 0.9}, "past"),
        (f"{_OVER} and it has gone down, it looked awful", 0.9, {"recent": 0.9}, "past"),
        (f"{_OVER} and it has gone down, look at them now", 0.9, {"present": 0.8}, "present"),
    ],
)
def test_what_is_over_now_by_the_lexicon_is_not_there_for_half_a_sight(
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    probability: float,
    meant: dict[str, float],
    state: str,
) -> None:
    def look(reader: SemanticReader, message: Message) -> Seen:
        unseen = dict.fromkeys(reader.names, 0.0)
        meanings = {name: meant.get(name, 0.0) for name in reader.meanings}
        clauses = clauses_of(message)
        told = [
            Clause(*span, {**unseen, "lip_swelling": 0.9}, likely_named(reader), meanings)
            for span in clauses[:-1]
        ]
        over = Clause(
            *clauses[-1], {**unseen, "lip_swelling": probability}, likely_named(reader), meanings
        )
        return Seen([*told, over])

    monkeypatch.setattr(SemanticReader, "read", look)
    said = read(text)
    assert said.to_json()["findings"]["lip_swelling"]["state"] == state


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
