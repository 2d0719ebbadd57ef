"""Every result stores what it rests on: protocol, guide and model."""

import pytest

from .patient import Patient


@pytest.mark.parametrize(
    ("text", "disposition"),
    [("my lips are swelling", "emergency"), ("my cheeks are a bit pink", "expected")],
)
def test_a_result_names_its_versions(address: str, text: str, disposition: str) -> None:
    patient = Patient(address)
    patient.say(text)
    answers = {"default": "no", "treated_at": "20 hours ago"}
    result = patient.answer_all(answers).of("triage")[0]
    assert result["disposition"] == disposition
    assert result["protocol"] == {"version": "1", "signed": False}
    assert "allergic-reactions-after-microneedling 1" in result["versions"]["guide"]
    assert len(result["versions"]["model"]) == 32
