"""The summary as FHIR R4: valid whatever was told, whole, and with nothing that nobody said."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.triage import Case, Disposition, assess, findings, questions, triage_message
from actions.triage.case import CONTEXT_ASKS
from bot.fixed_words import emergency_words
from bot.gateway.fhir import ContactRequest, summary_bundle, to_json
from bot.gateway.fhir.answers import WORDS, as_string
from bot.gateway.fhir.bundle import software_version
from bot.gateway.fhir.codes import concept, priority
from bot.gateway.storage import Stored
from tests.actions.triage.triage_strategies import READINGS, cases

from .test_web import say, start, visit  # noqa: F401

Json = dict[str, Any]

SCHEMA = jsonschema.Draft6Validator(
    json.loads(
        Path(__file__).with_name("vendor").joinpath("fhir-r4.schema.json").read_text("utf-8")
    )
)
BEGAN = 1_790_000_000.0


def check_r4(bundle: Json) -> Json:
    """Valid by HL7's schema, in JSON that is read back the same, with references that all lead."""
    again: Json = json.loads(to_json(bundle))
    assert again == bundle
    SCHEMA.validate(again)
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert set(references(bundle)) <= set(urls)
    return again


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def history(*said: str | Json) -> list[Stored]:
    """A conversation: texts are the patient's, everything else the bot's."""
    return [
        Stored(number, "web-1", "patient", BEGAN + number * 60, {"text": each}, "x", "", None, None)
        if isinstance(each, str)
        else Stored(number, "web-1", "bot", BEGAN + number * 60, each, None, None, 1, None)
        for number, each in enumerate(said)
    ]


def told(case: Case) -> Json:
    message = triage_message(assess(case), case, versions={"guide": "sun 1", "model": "m"})
    return {"text": "What you should do.", "custom": message}


def case(**reading: Any) -> Case:
    return Case.from_json(reading)


def question(name: str, *asks: str, text: str = "Any of these?") -> Json:
    return {"text": text, "custom": {"type": "question", "question": name, "asks": list(asks)}}


def resources(bundle: Json, kind: str) -> list[Json]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [each for each in found if each["resourceType"] == kind]


def finding(bundle: Json, name: str) -> Json:
    [found] = [
        each
        for each in resources(bundle, "Observation")
        if each["code"]["coding"][0]["code"] == name
    ]
    return found


def answers(bundle: Json) -> dict[str, Any]:
    """Every item of the response by its link, each link once."""
    found: dict[str, Any] = {}

    def look(items: Iterable[Json]) -> None:
        for item in items:
            assert item["linkId"] not in found
            found[item["linkId"]] = item.get("answer")
            look(item.get("item", ()))

    [response] = resources(bundle, "QuestionnaireResponse")
    look(response.get("item", ()))
    return found


HIVES = {"hives": {"state": "present", "extent": "beyond"}}
CALM = {
    **{ask: {"state": "absent"} for each in questions() for ask in each.asks if ask in findings()},
    "redness": {"state": "present", "severity": "mild", "extent": "treated_area"},
}
CALM_CONTEXT: Json = {
    "hours_since_treatment": 24,
    "trend": "improving",
    "home_care_tried": False,
    "cleared": [
        *("pregnancy", "immunosuppressed", "diabetes", "isotretinoin", "known_allergy"),
        "trend_rapid",
    ],
}

#: A case for each disposition.
CASES = {
    "emergency": case(findings={"wheeze": {"state": "present"}}),
    "urgent": case(findings=HIVES, hours_since_treatment=[20, 30.126]),
    "contact": case(findings={**CALM, "hives": {"state": "past"}, "lumps": {"state": "present"}}),
    "undetermined": case(findings={"redness": {"state": "present"}}),
    "self_care": case(
        findings={**CALM, "itching": {"state": "present", "severity": "mild"}}, **CALM_CONTEXT
    ),
    "expected": case(findings=CALM, **CALM_CONTEXT),
}

PRIORITIES = {
    "emergency": "stat",
    "urgent": "asap",
    "contact": "urgent",
    "undetermined": "urgent",
    "self_care": "routine",
    "expected": "routine",
}


@pytest.mark.parametrize("disposition", [str(each) for each in Disposition])
def test_a_request_is_as_urgent_as_the_result(disposition: str) -> None:
    assert str(assess(CASES[disposition]).disposition) == disposition
    conversation = history("my skin", told(CASES[disposition]))
    alone = check_r4(summary_bundle("web-1", conversation, {}))
    wanted = check_r4(summary_bundle("web-1", conversation, {}, ContactRequest("K7M-4QX")))
    [request] = resources(wanted, "ServiceRequest")
    assert request["priority"] == PRIORITIES[disposition]
    assert (request["status"], request["intent"]) == ("active", "proposal")
    assert request["identifier"][0]["value"] == "K7M-4QX"
    assert request["patientInstruction"] == "What you should do."
    # Without the patient's wish it is in force for nobody, and normal healing asks for nothing.
    drafts = [each["status"] for each in resources(alone, "ServiceRequest")]
    assert drafts == ([] if disposition in ("self_care", "expected") else ["draft"])


def test_priorities_are_in_the_protocols_order() -> None:
    ranks = ("routine", "urgent", "asap", "stat")
    order = [Disposition(name) for name in PRIORITIES]
    assert [ranks.index(priority(each)) for each in order] == [3, 2, 1, 1, 0, 0]
    assert priority(None) == priority("undetermined")


def test_a_request_names_its_reasons_and_that_nobody_signed() -> None:
    conversation = history("my skin", told(CASES["urgent"]))
    [request] = resources(summary_bundle("web-1", conversation, {}), "ServiceRequest")
    assert [each["coding"][0]["code"] for each in request["reasonCode"]] == ["U2"]
    assert len(request["reasonReference"]) == 1
    [note] = request["note"]
    assert "version 1, a draft, not signed" in note["text"]


def test_findings_are_told_with_state_degree_and_place() -> None:
    said = {
        "hives": {"state": "present", "extent": "beyond"},
        "itching": {"state": "uncertain", "severity": "severe"},
        "fever": {"state": "absent"},
        "hoarse_voice": {"state": "past"},
    }
    conversation = history("oh", told(case(findings=said, hours_since_treatment=[20, 30.126])))
    bundle = check_r4(summary_bundle("web-1", conversation, {}))
    hives, itching = finding(bundle, "hives"), finding(bundle, "itching")
    assert hives["valueCodeableConcept"]["coding"][1]["code"] == "52101004"
    assert hives["code"]["coding"][1] == {
        **{"system": "http://snomed.info/sct", "code": "247472004", "display": "Weal"}
    }
    assert hives["bodySite"]["text"] == "beyond the treated area"
    assert itching["valueCodeableConcept"]["text"] == "not sure, counted as yes"
    assert itching["component"][0]["valueCodeableConcept"]["coding"][1]["code"] == "24484000"
    assert finding(bundle, "fever")["valueCodeableConcept"]["coding"][1]["code"] == "2667000"
    voice = finding(bundle, "hoarse_voice")  # wider than any code: our own alone
    assert [each["system"] for each in voice["code"]["coding"]] == [
        "urn:microneedling-care-bot:finding"
    ]
    value = finding(bundle, "hours_since_treatment")["valueRange"]
    assert (value["low"]["value"], value["high"]["value"]) == (20, 30.13)


def test_a_temperature_is_a_vital_sign_somewhen_in_the_conversation() -> None:
    conversation = history("it is 38.4", told(case(findings={"fever": {"state": "present"}})))
    bundle = check_r4(summary_bundle("web-1", conversation, {"temperature_c": 38.4}))
    temperature = finding(bundle, "temperature")
    assert temperature["code"]["coding"][1]["code"] == "8310-5"
    assert temperature["valueQuantity"] == {
        **{"value": 38.4, "unit": "°C", "system": "http://unitsofmeasure.org", "code": "Cel"}
    }
    assert temperature["category"][0]["coding"][0]["code"] == "vital-signs"
    assert set(temperature["effectivePeriod"]) == {"start", "end"}


def test_answers_stand_under_their_questions_and_open_ones_stay_open() -> None:
    slots = {
        "hives": "present",
        "hives_extent": "beyond",
        "treated_at": ["2026-09-20T10:00:00+02:00", "2026-09-20T12:00:00+02:00"],
        "trend": "worsening",
        "diabetes": "present",
        "pregnancy": "absent",
        "home_care_tried": True,
        "treatment": "rf",
    }
    conversation = history(
        "I have welts",
        question("red_flags", "wheeze", "trend_rapid"),
        "what do you mean",
        question("red_flags", "wheeze"),
        "nothing like that",
        question("course", "trend", "fever"),
        "worse",
        question("background", "risks"),
        told(CASES["urgent"]),
    )
    found = answers(check_r4(summary_bundle("web-1", conversation, slots)))
    assert found["wheeze"] is None
    assert found["trend_rapid"] is None
    assert found["trend"][0]["valueCoding"]["code"] == "worsening"
    assert found["fever"] is None
    assert found["diabetes"] == [{"valueBoolean": True}]
    assert found["pregnancy"] == [{"valueBoolean": False}]
    assert "isotretinoin" not in found  # neither told nor denied
    assert [each["valueString"] for each in found["red_flags.words"]] == [
        *("what do you mean", "nothing like that")
    ]
    assert [each["valueString"] for each in found["told.words"]] == ["I have welts"]
    assert found["hives"][0]["valueCoding"]["code"] == "present"
    assert found["home_care_tried"] == [{"valueBoolean": True}]
    assert found["treatment"][0]["valueCoding"]["code"] == "rf"
    assert [each["valueDateTime"] for each in found["treated_at"]] == [
        *("2026-09-20T08:00:00Z", "2026-09-20T10:00:00Z")
    ]


def test_every_ask_has_words() -> None:
    asks = {ask for each in questions() for ask in each.asks} | CONTEXT_ASKS
    assert asks <= set(findings()) | set(WORDS)


RESTART = {"text": "Again.", "custom": {"type": "notice", "reason": "restarted"}}


def test_start_over_parts_one_check_from_the_next() -> None:
    first, second = told(CASES["urgent"]), told(CASES["expected"])
    slots = {"pregnancy": "present", "temperature_c": 39}
    both = history("one", first, "start over", RESTART, "two", second)
    found = answers(check_r4(summary_bundle("web-1", both, slots)))
    assert [each["valueString"] for each in found["told.words"]] == ["two"]
    assert "pregnancy" in found
    # What was told since is a check of its own, though it has no result yet ...
    open_now = history("one", first, "start over", RESTART, "two")
    found = answers(check_r4(summary_bundle("web-1", open_now, slots)))
    assert [each["valueString"] for each in found["told.words"]] == ["two"]
    assert "pregnancy" in found
    # ... and what is known by now does not belong to the one before.
    just_restarted = history("one", first, "start over", RESTART)
    bundle = check_r4(summary_bundle("web-1", just_restarted, slots))
    found = answers(bundle)
    assert [each["valueString"] for each in found["told.words"]] == ["one", "start over"]
    assert "pregnancy" not in found
    assert not [
        each
        for each in resources(bundle, "Observation")
        if each["code"]["coding"][0]["code"] == "temperature"
    ]


def test_an_emergency_told_by_the_gateway_alone_is_one_here_too() -> None:
    words = emergency_words(CASES["emergency"])
    [request] = resources(summary_bundle("web-1", history("help", words), {}), "ServiceRequest")
    assert request["priority"] == "stat"


@pytest.mark.parametrize("said", [[], ["hello"], ["\ud800 \x00\x0b", {"text": ""}]])
def test_without_a_result_there_is_what_was_said_and_no_request(said: list[Any]) -> None:
    bundle = check_r4(summary_bundle("web-1", history(*said), {}))
    assert resources(bundle, "QuestionnaireResponse")[0]["status"] == "in-progress"
    assert not resources(bundle, "ServiceRequest")
    wanted = check_r4(summary_bundle("web-1", history(*said), {}, ContactRequest("A")))
    assert resources(wanted, "ServiceRequest")[0]["priority"] == "urgent"


def test_the_patient_is_nobody_but_who_gave_a_way_to_be_reached() -> None:
    conversation = history("my skin", told(CASES["urgent"]))
    [unknown] = resources(summary_bundle("web-1", conversation, {}), "Patient")
    assert set(unknown) == {"resourceType", "identifier"}
    assert "web-1" not in json.dumps(unknown)
    contact = ContactRequest("A", ["+44 7700 900123"], ["anna@mail.example"], "Anna")
    [patient] = resources(summary_bundle("web-1", conversation, {}, contact), "Patient")
    assert patient["name"] == [{"text": "Anna"}]
    assert patient["telecom"] == [
        {"system": "phone", "value": "+44 7700 900123"},
        {"system": "email", "value": "anna@mail.example"},
    ]


def test_it_says_what_made_it() -> None:
    bundle = summary_bundle("web-1", history("my skin", told(CASES["urgent"])), {})
    [device] = resources(bundle, "Device")
    versions = {each["type"]["text"]: each["value"] for each in device["version"]}
    assert versions == {
        **{"software": software_version(), "guide": "sun 1", "model": "m", "protocol": "1"}
    }
    assert software_version() != "unknown"
    [provenance] = resources(bundle, "Provenance")
    assert len(provenance["target"]) == len(bundle["entry"]) - 1


def test_the_same_conversation_gives_the_same_bytes() -> None:
    conversation = history("my skin", told(CASES["urgent"]))
    first, second = (summary_bundle("web-1", conversation, {"trend": "stable"}) for _ in range(2))
    assert to_json(first) == to_json(second)
    assert first["entry"][0]["fullUrl"] != summary_bundle("web-2", [], {})["entry"][0]["fullUrl"]


def test_what_is_no_fhir_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.fhir.bundle.concept", lambda *_: {"nonsense": 1})
    with pytest.raises(ValueError, match="nonsense"):
        summary_bundle("web-1", history("a", told(CASES["urgent"])), {})


SLOTS = st.fixed_dictionaries(
    {},
    optional={
        "temperature_c": st.sampled_from([36.6, 38, 41.25]),
        "trend": st.sampled_from(["rapid", "worsening", "stable", "improving", "resolved"]),
        "trend_rapid": st.sampled_from(["present", "absent", "uncertain"]),
        "treated_at": st.just(["2026-09-20T10:00:00+00:00", "2026-09-21T10:00:00+02:00"]),
        "duration_hours": st.sampled_from([5, [1, 2.5]]),
        "recurred": st.booleans(),
        "home_care_tried": st.booleans(),
        "treatment": st.sampled_from(["standard", "rf", "home"]),
        "pregnancy": st.sampled_from(["present", "absent"]),
        "keloid": st.just("present"),
    },
)


@st.composite
def conversations(draw: st.DrawFn) -> list[Stored]:
    asked = draw(st.lists(st.sampled_from(questions()), max_size=4))
    said: list[str | Json] = [draw(st.text())]
    for each in asked:
        said += [question(each.id, *draw(st.sets(st.sampled_from(each.asks), min_size=1)))]
        said += [draw(st.text())]
    said += draw(st.sampled_from([[], [RESTART]]))
    said += [told(draw(cases()))] if draw(st.booleans()) else []
    return history(*said)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    conversations(), SLOTS, st.none() | st.builds(ContactRequest, st.text(), st.lists(st.text()))
)
def test_any_conversation_gives_a_valid_bundle(
    said: list[Stored], slots: Json, contact: ContactRequest | None
) -> None:
    check_r4(summary_bundle("web-1", said, slots, contact))


@settings(max_examples=100, deadline=None)
@given(READINGS)
def test_no_finding_is_lost_or_invented(reading: Json) -> None:
    known = Case.from_json(reading)
    bundle = check_r4(summary_bundle("web-1", history("a", told(known)), {}))
    codes = [each["code"]["coding"][0]["code"] for each in resources(bundle, "Observation")]
    assert [code for code in codes if code in findings()] == [
        name for name in findings() if name in known.findings
    ]
    assert set(answers(bundle)) >= set(known.findings)


@given(st.text())
def test_a_string_is_one_for_fhir(text: str) -> None:
    clean = as_string(text)
    assert not clean or SCHEMA.evolve(schema={"pattern": r"^[ \r\n\t\S]+$"}).is_valid(clean)
    clean.encode("utf-8")


def test_a_code_stands_only_beside_a_finding_that_exists() -> None:
    extra = {"present", "absent", "severity", "mild", "moderate", "severe"}
    coded = {name for name in findings() if len(concept("finding", name, "x")["coding"]) == 2}
    assert len(coded) == 21
    assert all(len(concept("state", name, "x")["coding"]) == 2 for name in extra)


def test_the_models_are_loaded_only_when_a_bundle_is_made() -> None:
    code = "import sys, bot.gateway.app; sys.exit('fhir.resources' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_summary_is_offered_and_sent_as_fhir(visit: Any, dialogue: Any) -> None:  # noqa: F811
    dialogue.answer = lambda _: [told(CASES["urgent"])]
    with visit() as browser:
        start(browser)
        say(browser, "hives on my neck, 38.4 °C, they itch")
        url = browser.post("/chat/summary-link", json={}).json()["url"]
        link = url.replace("/chat/summary?", "/chat/summary.json?")
        browser.cookies.clear()
        assert f'href="{link}"' in browser.get(url).text
        answer = browser.get(link)
        assert answer.headers["content-type"] == "application/fhir+json"
        assert answer.headers["content-disposition"].startswith("attachment")
        bundle = check_r4(answer.json())
        assert finding(bundle, "temperature")["valueQuantity"]["value"] == 38.4
        for forged in ("", "web-1", link.split("key=")[1][:-2]):
            assert browser.get(f"/chat/summary.json?key={forged}").status_code == 404
