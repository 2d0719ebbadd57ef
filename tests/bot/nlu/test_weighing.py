"""How the word of the semantic reader is weighed against the lexicon's, at fixed probabilities."""

from collections.abc import Callable, Mapping

import pytest

from actions.triage import State, Subject, findings
from bot.nlu import read
from bot.nlu.phrase_data import MEANINGS, label_names
from bot.nlu.semantic import Clause, Seen, SemanticReader, clauses_of
from bot.nlu.tokens import Message

#: A probability for all findings, or those of some.
Likely = float | Mapping[str, float]

#: Makes the reader see a message as one clause: what is there, what is named, how it is meant.
Sees = Callable[..., None]

#: So likely it is open whether a finding is named.
OPEN = 0.5


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch) -> Sees:
    def clause(there: Likely = 0.0, named: Likely = OPEN, *, meant: Mapping[str, float]) -> None:
        def look(reader: SemanticReader, message: Message) -> Seen:
            how = (_each(there, 0.0), _each(named, OPEN), dict.fromkeys(MEANINGS, 0.0) | meant)
            return Seen([Clause(0, len(message.tokens), *how)])

        monkeypatch.setattr(SemanticReader, "read", look)

    return clause


def _each(likely: Likely, otherwise: float) -> dict[str, float]:
    if isinstance(likely, float):
        return dict.fromkeys(label_names(), likely)
    return dict.fromkeys(label_names(), otherwise) | dict(likely)


def states(text: str) -> list[str]:
    return [str(said.state) for said in read(text).findings.values()]


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
        (0.0, {"told": 0.5}, "GCS 13 since lunch", "present"),  # certain in the lexicon
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
    sees: Sees,
) -> None:
    sees(there=seen, meant=meant)
    assert states(text) == ([read_as] if read_as else [])


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
    likely: float, text: str, state: str | None, sees: Sees
) -> None:
    sees(there=0.1, named=likely, meant={"present": 0.6})
    assert states(text) == ([state] if state else [])


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
    name: str, there: float, also: float, sees: Sees
) -> None:
    sees(there={name: there}, named={name: 0.95}, meant={"absent": 0.9, "present": also})
    assert name not in read("bellows in perfect order").findings


@pytest.mark.parametrize(
    ("likely", "meaning", "sure", "read_as"),
    [
        (0.9, "absent", 0.9, ("absent", "self")),
        (0.9, "old", 0.9, ("past", "self")),
        (0.9, "if", 0.9, ("hypothetical", "self")),
        (0.9, "told", 0.9, ("past", "other")),
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
    sees: Sees,
) -> None:
    sees(named={"breathing_difficulty": likely}, meant={meaning: sure})
    said = read("bellows in perfect order").findings.get("breathing_difficulty")
    assert (said and (str(said.state), str(said.subject))) == read_as


@pytest.mark.parametrize(
    ("there", "text", "read_as"),
    [
        # Told, and asked about in the same breath: it is there unless the reader hardly sees it.
        (0.5, "is a throat closing up a side effect", "present"),
        (0.5, "my throat is closing up", "present"),
        (0.1, "is a throat closing up a side effect", "hypothetical"),
        (0.1, "my throat is closing up", "hypothetical"),
        # By the table it is the patient's own, whatever the reader makes of it.
        (0.1, "should I worry my throat is closing up", "present"),
        (0.1, "is a swollen throat usual? mine is", "present"),
    ],
)
def test_a_red_flag_that_it_sees_is_there_though_it_is_asked_about(
    there: float, text: str, read_as: str, sees: Sees
) -> None:
    sees(there=there, named=0.9, meant={"if": 0.9})
    assert read(text).findings["throat_tightness"].state == read_as


@pytest.mark.parametrize(("told", "read_as"), [(0.6, "present"), (0.4, None)])
def test_a_red_flag_is_there_beside_something_denied_if_its_clause_rather_tells_of_it(
    told: float, read_as: str | None, sees: Sees
) -> None:
    sees(there={"lip_swelling": 0.6}, named=0.9, meant={"present": told})
    said = read("no sun on the sausages where my mouth begins").findings.get("lip_swelling")
    assert (said and str(said.state)) == read_as


def test_of_what_was_asked_the_lexicons_word_stands(sees: Sees) -> None:
    sees(meant=dict.fromkeys(MEANINGS, 0.1))
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
        ({"told": 0.8}, 0.1, "my client is wheezing and I am the practitioner", "past"),
    ],
)
def test_how_it_is_meant_when_the_reader_is_sure_of_something_else(
    meant: dict[str, float],
    seen: float,
    text: str,
    read_as: str,
    sees: Sees,
) -> None:
    sees(
        there=dict.fromkeys(findings(), 0.1) | dict.fromkeys(("wheeze", "throat_tightness"), seen),
        meant=meant,
    )
    named = "wheeze" if "wheez" in text else "throat_tightness"
    assert str(read(text).findings[named].state) == read_as


def test_another_persons_red_flag_needs_a_trigger(sees: Sees) -> None:
    sees(there=0.1, meant={"other": 1.0})
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
    sees: Sees, probability: float, meant: dict[str, float], subject: Subject
) -> None:
    sees(there={"wheeze": probability}, meant=meant)
    assert read("I know it, my husband hears the wheeze too").findings["wheeze"].subject is subject


_OVER = "two hours ago my lips were really swollen"


@pytest.mark.parametrize(
    ("text", "probability", "meant", "state"),
    [
        # What says that it is over does not say that it is back.
        (f"{_OVER}, it has gone down now", 0.9, {"present": 0.8}, "past"),
        (f"{_OVER} and it has gone down, it looked awful", 0.5, {"present": 0.9}, "past"),
        (f"{_OVER} and it has gone down, it looked awful", 0.9, {"recent": 0.9}, "past"),
        (f"{_OVER} and it has gone down, look at them now", 0.9, {"present": 0.8}, "present"),
        # An earlier episode only echoes in what is told beside it.
        ("in 2015 I had swollen lips, and look at this", 0.2, {"present": 0.8}, "past"),
        ("in 2015 I had swollen lips, and look at this", 0.5, {"present": 0.8}, "present"),
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
            Clause(*span, {**unseen, "lip_swelling": 0.9}, _each(OPEN, OPEN), meanings)
            for span in clauses[:-1]
        ]
        over = Clause(
            *clauses[-1], {**unseen, "lip_swelling": probability}, _each(OPEN, OPEN), meanings
        )
        return Seen([*told, over])

    monkeypatch.setattr(SemanticReader, "read", look)
    said = read(text)
    assert said.to_json()["findings"]["lip_swelling"]["state"] == state
