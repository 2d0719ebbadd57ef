"""A no to a list of signs: when it is a plain one, and clears them."""

import pytest

from bot.nlu import heard, learnt, read
from bot.nlu.semantic import Seen

from .said_in import said_in

WELTS = ("hives", "oozing", "redness_extent")
LIPS = ("lip_swelling", "throat_tightness")


@pytest.mark.parametrize(
    "answer",
    [
        *("no, I am glad to say", "she says no", "nope slay", "no sir nothing of that"),
        *(
            "no, nothing more",
            "no, that's all",
            "no, is not",
            "no, grand otherwise",
        ),
        *("nothing ya doctor", "yok canım", "no, only that", "no just what I put"),
        *("no, this I do not have", "these I have not", "nothing of these I have"),
        *("na", "nein", "no no, joking", "nooo lol that was a joke", "no, this is not"),
    ],
)
def test_a_no_in_other_words_clears_what_was_asked(answer: str) -> None:
    findings = read(answer, asks=LIPS).findings
    assert {name: str(said.state) for name, said in findings.items()} == dict.fromkeys(
        LIPS, "absent"
    )
    assert {said.span for said in findings.values()} == {(0, len(answer))}


@pytest.mark.parametrize(
    "answer",
    [
        "no idea why you ask me that",
        *("nope not ok", "nah its bad", "no its awful", "no something is wrong", "nah not alright"),
        *(
            "not none",
            "nope not all",
            "no to nearly all",
            "nope almost",
            "no although",
            "nope typo",
        ),
        *("no, let me check", "nope scrap that", "nope not saying", "no words for it", "nah jk"),
        *("no more", "no, just those two"),  # any more, or than that? which two?
        *("no longer I think", "no more than that", "no such luck"),
        *("no signal in here hang on", "no I was joking"),  # of which: the no?
        "everything is a mess",
        "naw but it's fat on the left side of my mouth",
        "I told my wife about it",
    ],
)
def test_what_is_no_plain_no_clears_no_red_flag(answer: str) -> None:
    findings = read(answer, asks=LIPS).findings
    assert "absent" not in {str(said.state) for said in findings.values()}


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        ("I can't breathe good", "breathing_difficulty"),
        ("nop but cant breth good", "breathing_difficulty"),
        ("no, can't swallow good", "swallowing_difficulty"),
        ("nope but I cant see good", "vision_change"),
    ],
)
def test_a_no_covers_no_red_flag_that_its_own_words_tell_of(answer: str, finding: str) -> None:
    assert read(answer, asks=(*LIPS, finding)).findings[finding].state == "present"


@pytest.mark.parametrize(("sure", "cleared"), [(0.98, True), (0.96, False)])
def test_only_what_is_surely_a_no_is_one_beside_words_that_may_hedge(
    monkeypatch: pytest.MonkeyPatch, sure: float, cleared: bool
) -> None:
    said_in(monkeypatch, replies="deny")
    monkeypatch.setattr(heard, "shares_of", lambda *_: {"deny": sure})
    assert bool(read("no love, just being nosy", asks=LIPS).findings) is cleared


@pytest.mark.parametrize(("probable", "cleared"), [(0.05, True), (0.2, False)])
def test_where_something_asked_is_suspected_no_answer_is_plain(
    monkeypatch: pytest.MonkeyPatch, probable: float, cleared: bool
) -> None:
    said_in(monkeypatch, replies="deny")
    monkeypatch.setattr(Seen, "most", lambda *_: probable)
    assert bool(read("nope slay", asks=LIPS).findings) is cleared


def test_keys_struck_at_random_deny_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, replies="deny")
    assert not read("lkjh poiu", asks=LIPS).findings


@pytest.mark.parametrize("asks", [("earlier_findings",), ("trend", "fever"), ("hives_extent",)])
def test_a_plain_no_is_heard_only_to_a_list(
    monkeypatch: pytest.MonkeyPatch, asks: tuple[str, ...]
) -> None:
    said_in(monkeypatch, replies="deny")
    reading = read("nope slay", asks=asks)
    assert not reading.findings
    assert reading.act not in ("deny", "affirm")


def test_what_goes_further_denies_nothing_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    said_in(monkeypatch, replies="deny", extents="beyond")
    findings = read("nope slay", asks=WELTS).findings
    assert {name: str(said.state) for name, said in findings.items()} == {"redness": "present"}


@pytest.mark.parametrize(
    "answer",
    ["no, only when I run", "no it isn't pain, it's pressure", "no, it is less than it was"],
)
def test_a_no_that_leaves_something_out_clears_nothing(answer: str) -> None:
    assert not set(LIPS) & set(read(answer, asks=LIPS).findings)


@pytest.mark.parametrize(
    "answer", ["no", "no, thats the dog", "no, like I said", "no, friend lie haha"]
)
def test_a_no_with_a_reason_clears_the_list(answer: str) -> None:
    found = read(answer, asks=LIPS).findings
    assert {name: str(found[name].state) for name in LIPS} == dict.fromkeys(LIPS, "absent")


def test_where_the_reader_of_replies_is_missing_a_no_is_a_no(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(learnt, "learnt_reader", lambda task: None)
    assert set(LIPS) <= set(read("nah only when i run", asks=LIPS).findings)


@pytest.mark.parametrize(
    "answer",
    ["no he is not fine", "No is not good", "no, have not enough air", "no, not enough air"],
)
def test_what_is_not_well_is_no_plain_no(answer: str) -> None:
    found = read(answer, asks=("breathing_difficulty", "wheeze")).findings
    assert "breathing_difficulty" not in found or str(found["breathing_difficulty"].state) not in (
        "absent",
        "past",
    )


@pytest.mark.parametrize("answer", ["No, have I not", "hapana, no"])
def test_a_no_may_end_in_not(answer: str) -> None:
    found = read(answer, asks=LIPS).findings
    assert {name: str(found[name].state) for name in LIPS} == dict.fromkeys(LIPS, "absent")
