"""The way through the form's questions, to stand at any of them."""

from .patient import Patient

#: What leads from the first message to each question, and the ask that tells we are there.
OPENING = "my cheeks feel a bit itchy after microneedling"
ROAD = (
    ("red_flags", "breathing_difficulty", "none of these"),
    ("treatment_time", "treated_at", "20 hours ago"),
    ("warning_signs", "oozing", "no"),
    ("course", "fever", "no, it is stable"),
    ("background", "risks", "no"),
)
QUESTIONS = tuple(name for name, _, _ in ROAD)


def patient_at(question: str, address: str) -> Patient:
    """A patient to whom this question has just been put."""
    patient = Patient(address)
    patient.say(OPENING)
    for name, ask, answer in ROAD:
        assert ask in patient.reply.asks, f"expected {name}: {patient.reply}"
        if name == question:
            return patient
        patient.say(answer)
    raise ValueError(question)
