"""The Bundle: everything that a check came to, as resources that refer to each other.

It is a `collection`, not a `document`: a document is attested by somebody, and nobody has attested
this; it is what a patient told a program, judged by a draft.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions.triage import findings, load_protocol
from actions.triage.case import Assertion
from bot.gateway.fhir.answers import as_string, hours, instant, items
from bot.gateway.fhir.check import Check, last_check
from bot.gateway.fhir.codes import (
    EXTENTS,
    LOINC,
    OURS,
    STATES,
    UCUM,
    Json,
    concept,
    priority,
    words_only,
)
from bot.gateway.storage import Stored

MEDIA_TYPE = "application/fhir+json"

#: Under which the ids of our resources are made; the same conversation gets the same ids.
_NAMESPACE = uuid.UUID("9d6a3b52-6a0c-4b43-8a3e-0c2f6a2b7e11")

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"

#: Results that ask somebody to act; the others are a request only if the patient makes one.
_ACT = frozenset({"emergency", "urgent", "contact", "undetermined"})


@dataclass(frozen=True)
class ContactRequest:
    """That the patient wants to be contacted, and how; nothing that they did not give."""

    reference: str
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    name: str | None = None


def summary_bundle(
    conversation: str,
    history: Sequence[Stored],
    slots: Mapping[str, Any],
    contact: ContactRequest | None = None,
) -> Json:
    """The last check of a conversation as a FHIR R4 Bundle, validated; the same in, the same out.

    `slots`: what the gateway knows of the conversation. Takes half a second when called first, to
    load the models that validate.
    """
    bundle = _Summary(conversation, last_check(history, slots), contact).bundle()
    _validate(bundle)
    return bundle


def to_json(bundle: Json) -> str:
    """A bundle as it is sent."""
    return json.dumps(bundle, ensure_ascii=False, indent=2)


def _validate(bundle: Json) -> None:
    """Raise `ValueError` (pydantic's) for what is no valid bundle.

    The models are R4B's, the oldest that work with pydantic 2: it changed none of these resources,
    and the tests hold every bundle against R4's own schema.
    """
    from fhir.resources.R4B.bundle import Bundle  # large, and seldom needed

    Bundle.model_validate(bundle)


class _Summary:
    """The resources of one summary."""

    def __init__(self, conversation: str, check: Check, contact: ContactRequest | None) -> None:
        self._conversation, self._check, self._contact = conversation, check, contact
        self._at = instant(check.at)
        self._patient, self._device = self._reference("patient"), self._reference("device")

    def bundle(self) -> Json:
        """All of them, the patient first."""
        resources: dict[str, Json] = {
            "patient": self._the_patient(),
            "device": self._the_device(),
            "answers": self._answers(),
            **self._observations(),
        }
        if self._contact or self._check.disposition in _ACT:
            resources["request"] = self._request(list(resources))
        resources["provenance"] = self._provenance(list(resources))
        return {
            "resourceType": "Bundle",
            "identifier": {"system": "urn:ietf:rfc:3986", "value": self._url("bundle")},
            "type": "collection",
            "timestamp": self._at,
            "entry": [
                {"fullUrl": self._url(name), "resource": resource}
                for name, resource in resources.items()
            ],
        }

    def _url(self, name: str) -> str:
        return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{self._conversation} {name}')}"

    def _reference(self, name: str) -> Json:
        return {"reference": self._url(name)}

    # ---- who

    def _the_patient(self) -> Json:
        """Nothing but what the patient gave, and a name for the conversation."""
        value = str(uuid.uuid5(_NAMESPACE, self._conversation))
        patient: Json = {
            "resourceType": "Patient",
            "identifier": [{"system": f"{OURS}:conversation", "value": value}],
        }
        if self._contact:
            name, contact = as_string(self._contact.name or ""), self._contact
            telecom = [
                {"system": system, "value": clean}
                for system, given in (("phone", contact.phones), ("email", contact.emails))
                for each in given
                if (clean := as_string(each))
            ]
            patient.update({"name": [{"text": name}]} if name else {})
            patient.update({"telecom": telecom} if telecom else {})
        return patient

    def _the_device(self) -> Json:
        """The program, with the versions of all that took part."""
        result = self._check.result or {}
        versions = {"software": software_version(), **result.get("versions", {})}
        if result:
            versions["protocol"] = result["protocol"]["version"]
        return {
            "resourceType": "Device",
            "deviceName": [{"name": "Microneedling Care Bot", "type": "user-friendly-name"}],
            "version": [
                {"type": words_only(what), "value": as_string(str(version)) or "unknown"}
                for what, version in versions.items()
            ],
        }

    # ---- what was told

    def _answers(self) -> Json:
        asked = items(self._check)
        return {
            "resourceType": "QuestionnaireResponse",
            "status": "completed" if self._check.result else "in-progress",
            "subject": self._patient,
            "authored": self._at,
            "author": self._device,
            "source": self._patient,
            **({"item": asked} if asked else {}),
        }

    def _observations(self) -> dict[str, Json]:
        case = self._check.case
        made = {
            f"finding {name}": self._finding(name, case.findings[name])
            for name in findings()
            if name in case.findings
        }
        if case.hours is not None:
            made["hours"] = self._hours(*case.hours)
        if self._check.temperature_c is not None:
            made["temperature"] = self._temperature(self._check.temperature_c)
        return made

    def _finding(self, name: str, said: Assertion) -> Json:
        finding, state = findings()[name], str(said.state)
        observation = self._observation("survey", concept("finding", name, finding.label))
        observation["valueCodeableConcept"] = concept("state", state, STATES[state])
        if said.extent is not None:
            extent = str(said.extent)
            observation["bodySite"] = concept("extent", extent, EXTENTS[extent])
        if said.severity is not None:
            severity = str(said.severity)
            degree = concept("severity", severity, severity)
            code = concept("degree", "severity", "severity")
            observation["component"] = [{"code": code, "valueCodeableConcept": degree}]
        return observation

    def _hours(self, fewest: float, most: float) -> Json:
        code = concept("observation", "hours_since_treatment", "time since the microneedling")
        observation = self._observation("survey", code)
        if fewest == most:
            return {**observation, "valueQuantity": hours(most)}
        return {**observation, "valueRange": {"low": hours(fewest), "high": hours(most)}}

    def _temperature(self, celsius: float) -> Json:
        """As the profile of vital signs wants it; measured at some moment of the conversation."""
        code = concept("observation", "temperature", "body temperature, as told")
        code["coding"].append({"system": LOINC, "code": "8310-5", "display": "Body temperature"})
        observation = self._observation("vital-signs", code)
        del observation["effectiveDateTime"]
        began = instant(self._check.messages[0].at) if self._check.messages else self._at
        quantity = {"value": celsius, "unit": "°C", "system": UCUM, "code": "Cel"}
        return {
            **observation,
            "effectivePeriod": {"start": min(began, self._at), "end": self._at},
            "valueQuantity": quantity,
        }

    def _observation(self, category: str, code: Json) -> Json:
        system = f"{_TERMINOLOGY}/observation-category"
        return {
            "resourceType": "Observation",
            "status": "final",
            "category": [{"coding": [{"system": system, "code": category}]}],
            "code": code,
            "subject": self._patient,
            "effectiveDateTime": self._at,
            "performer": [self._patient],
            "derivedFrom": [self._reference("answers")],
        }

    # ---- what is asked for

    def _request(self, others: list[str]) -> Json:
        """What the result calls for: a proposal, in force only if the patient asked for contact."""
        check, contact = self._check, self._contact
        reasons = [
            name
            for name in findings()
            if name in check.case.findings and str(check.case.findings[name].state) != "absent"
        ]
        optional: Json = {
            "identifier": contact
            and [{"system": f"{OURS}:reference", "value": as_string(contact.reference) or "none"}],
            "reasonCode": self._rules(),
            "reasonReference": [self._reference(f"finding {name}") for name in reasons],
            "patientInstruction": as_string(check.told),
        }
        support = [name for name in ("answers", "hours", "temperature") if name in others]
        return {
            "resourceType": "ServiceRequest",
            "status": "active" if contact else "draft",
            "intent": "proposal",
            "priority": priority(check.disposition),
            "code": self._wanted(),
            "subject": self._patient,
            "authoredOn": self._at,
            "requester": self._patient if contact else self._device,
            "supportingInfo": [self._reference(name) for name in support],
            "note": [{"text": self._fine_print()}],
            **{key: value for key, value in optional.items() if value},
        }

    def _wanted(self) -> Json:
        says = {
            str(name): advice.says for name, advice in load_protocol().dispositions.items()
        }.get(self._check.disposition or "")
        if says is None:
            return words_only("contact with the clinic, wanted by the patient; no result yet")
        return concept("disposition", str(self._check.disposition), says)

    def _rules(self) -> list[Json]:
        held = set((self._check.result or {}).get("rules", ()))
        return [
            concept("rule", rule.id, rule.says) for rule in load_protocol().rules if rule.id in held
        ]

    def _fine_print(self) -> str:
        made = (
            "Made by a program from what the patient wrote; not a diagnosis, seen by no clinician."
        )
        if self._check.result is None:
            return f"No check was finished. {made}"
        protocol = self._check.result["protocol"]
        signed = "signed by a clinician" if protocol["signed"] else "a draft, not signed"
        return f"Triage protocol version {protocol['version']}, {signed}. {made}"

    # ---- where it comes from

    def _provenance(self, others: list[str]) -> Json:
        system = f"{_TERMINOLOGY}/provenance-participant-type"
        agents = (("assembler", self._device), ("informant", self._patient))
        return {
            "resourceType": "Provenance",
            "target": [self._reference(name) for name in others],
            "recorded": self._at,
            "activity": words_only("triage of a chat by a written protocol"),
            "agent": [
                {"type": {"coding": [{"system": system, "code": role}]}, "who": who}
                for role, who in agents
            ],
        }


@lru_cache(maxsize=1)
def software_version() -> str:
    """The version that pyproject.toml gives."""
    try:
        text = Path(__file__).parents[3].joinpath("pyproject.toml").read_text("utf-8")
    except OSError:
        return "unknown"
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    return found[1] if found else "unknown"
