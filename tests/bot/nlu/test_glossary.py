"""Other languages' words in English chats (`bot/nlu/glossary/`)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.triage import DataError, findings
from bot.nlu import glossary, read, read_by_lexicon
from bot.nlu.glossary import MOST_WORDS, Put, fold, in_english
from bot.nlu.tokens import MAX_READ

#: Written with the glossary, by its two authors: {"text", "says": ["finding:state[:degree]"]}.
MIXED = [
    json.loads(line)
    for line in Path(__file__).with_name("mixed.jsonl").read_text("utf-8").splitlines()
]


SOME = sorted(glossary.glossary().phrases)[::400]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("sorry po, hirap huminga since lunch", "sorry, trouble breathing since lunch"),
        ("my face is namamaga po", "my face is swollen"),
        ("no puedo respirar bien, help", "can not breathe well, help"),
        ("J’ai la gorge serrée since noon", "i have tight throat since noon"),
        ("I no fit breathe well", "i can not breathe well"),
        ("Kahapon po yung session ko", "yesterday the session ko"),
    ],
)
def test_phrases_are_put_into_english(text: str, plain: str) -> None:
    assert in_english(text).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my lips are swollen and I can't breathe",
        "no, me and my sister are fine",
        "is it normal that my face is hot, dry and tight?",
        "po",
        "wala",
    ],
)
def test_english_and_what_may_be_english_stays(text: str) -> None:
    assert in_english(text).text == text


def test_no_phrase_goes_across_a_mark() -> None:
    assert in_english("no, me pica").text == "no, it itches"
    assert in_english("no me pica").text == "does not itch"


def test_places_are_those_of_the_text_as_written() -> None:
    text = "Doc, ang kati kati ng pisngi ko po"
    said = read_by_lexicon(text).findings["itching"]
    assert text[slice(*said.span)] == "ang kati kati"


def test_places_of_untouched_words_are_exact() -> None:
    text = "po, my lips are swollen, hirap huminga, and my tongue is fat"
    put = in_english(text)
    for word in ("lips", "swollen", "tongue"):
        start = put.text.index(word)
        first, last = put.span(start, start + len(word))
        assert text[first:last] == word
    assert Put("as is").span(1, 3) == (1, 3)


@given(st.lists(st.sampled_from([*SOME, "my lips", ", ", ". ", "’", "é", "😀", " ", "po", "\n"])))
def test_any_place_is_one_of_the_text_as_written(pieces: list[str]) -> None:
    text = "".join(pieces)
    put = in_english(text)
    for start in range(len(put.text)):
        first, last = put.span(start, start + 1)
        assert 0 <= first < last <= len(text)
    starts = [put.span(start, start + 1)[0] for start in range(len(put.text))]
    assert starts == sorted(starts)


def test_a_long_text_is_put_as_far_as_it_is_read() -> None:
    assert in_english("hirap huminga. " + "x" * 9000).text.startswith("trouble breathing.")
    assert in_english("x" * MAX_READ + " hirap huminga").text.endswith("hirap huminga")
    assert (
        read("no puedo respirar. " + "my skin is fine. " * 300)
        .findings["breathing_difficulty"]
        .state
        == "present"
    )


def test_phrases_are_folded_and_short_and_plain() -> None:
    for phrase, plain in glossary.glossary().phrases.items():
        assert phrase == " ".join(map(fold, phrase.split()))
        assert 1 <= len(phrase.split()) <= MOST_WORDS
        assert plain == plain.lower()


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ('"Hirap": "trouble"\n', "Hirap"),
        ('"a b c d e": "x"\n', "a b c d e"),
        ('"hirap": "Trouble!"\n', "Trouble!"),
        ('"hirap": "trouble"\n"hirap": "no"\n', "hirap"),
    ],
)
def test_a_wrong_file_is_named(
    content: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some.yml").write_text(content)
    monkeypatch.setattr(glossary, "FOLDER", tmp_path)
    with pytest.raises(DataError, match=r"some\.yml:\d+: .*") as error:
        glossary.glossary.__wrapped__()
    assert wrong in str(error.value)


def test_two_meanings_of_a_phrase_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yml").write_text('"dil": "heart"\n')
    (tmp_path / "b.yml").write_text('"dil": "tongue"\n')
    monkeypatch.setattr(glossary, "FOLDER", tmp_path)
    with pytest.raises(DataError, match=r"b\.yml:1: .*'dil' means 'heart' in another file"):
        glossary.glossary.__wrapped__()


FLAGS = [name for name, each in findings().items() if each.red_flag]


def _there(text: str) -> set[str]:
    held = ("present", "uncertain")
    return {name for name, said in read(text).findings.items() if said.state in held}


def test_no_red_flag_is_lost_in_a_mixed_message() -> None:
    lost = {
        case["text"]: missing
        for case in MIXED
        if (
            missing := {name for name in FLAGS if f"{name}:present" in case["says"]}
            - _there(case["text"])
        )
    }
    assert not lost


def test_mixed_messages_are_read_as_they_are_meant() -> None:
    told = [
        {each.split(":")[0] for each in case["says"] if each.split(":")[1] == "present"}
        for case in MIXED
    ]
    right = sum(want <= _there(case["text"]) for want, case in zip(told, MIXED, strict=True))
    assert right >= 0.85 * len(MIXED)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("alamak my eyes swollen shut", "eye_swelling"),
        ("wah lau my lip swell until cannot talk", "lip_swelling"),
        ("oh no my lip is swollen", "lip_swelling"),
        ("my tongue feels thik", "tongue_swelling"),
        ("sin fiebre, my lips are swollen", "lip_swelling"),
        ("dard nahi saans phool rahi hai", "breathing_difficulty"),
        ("khujli nahi hai par honth suj gaye", "lip_swelling"),
    ],
)
def test_a_denial_beside_it_hides_no_red_flag(text: str, finding: str) -> None:
    assert finding in _there(text)


@pytest.mark.parametrize(
    "text",
    [
        "sem febre mas falta de ar",
        "fever yok ama nefes alamiyorum",
        "senza febbre ma non respiro",
        "bez goraczki ale nie moge oddychac",
        "kein Fieber nur Atemnot",
        "sin fiebre labios hinchados",
        "no trago bien",
        "hindi nakakahinga",
        "hindi po nakakahinga ng maayos",
        "walang rashes namamaga labi",
        "tak gatal bibir bengkak",
        "plus rouge qu'hier",
    ],
)
def test_words_put_for_words_deny_nothing(text: str) -> None:
    found = read_by_lexicon(text).findings.items()
    assert not [name for name, said in found if name in FLAGS and said.state == "absent"]
    assert not [name for name, said in found if name == "redness" and said.state == "absent"]


@pytest.mark.parametrize(
    "text",
    [
        "crawfish etouffe tonight, ok?",
        "I smoke dokha, can I smoke after?",
        "salsa roja for lunch, is spicy food ok?",
        "should I stop the retinol",
        "is Emmi Binti Starke in today?",
    ],
)
def test_dishes_names_and_typos_are_no_findings(text: str) -> None:
    assert not _there(text)


@pytest.mark.parametrize("answer", ["wala po", "hindi naman po"])
def test_a_no_in_another_language(answer: str) -> None:
    found = read(answer, asks=("hives", "lip_swelling")).findings.values()
    assert {str(said.state) for said in found} == {"absent"}


def test_an_outcry_denies_nothing() -> None:
    for outcry in ("aiyo", "alamak", "oh no"):
        assert not read(outcry, asks=("hives", "lip_swelling")).findings
