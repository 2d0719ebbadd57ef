"""Every finding is read from patients' own wordings, and from nothing that only sounds like it.

`phrases/*.yml` has for each finding messages in which the patient has it (`present`), denies it
(`absent`), or means something else or only asks by the same words (`not`: unread or hypothetical).
"""

from pathlib import Path

import pytest
import yaml

from bot.nlu import read

PHRASES = {
    finding: messages
    for path in sorted((Path(__file__).parent / "phrases").glob("*.yml"))
    for finding, messages in yaml.safe_load(path.read_text("utf-8")).items()
}
FINDINGS = Path(__file__).parents[3] / "actions" / "triage" / "findings.yml"


def _misread(finding: str, wanted: str) -> dict[str, str | None]:
    """The messages of this finding whose state is not the one that they stand under."""
    expected = (None, "hypothetical") if wanted == "not" else (wanted,)
    read_as = {
        text: read(text).to_json()["findings"].get(finding, {}).get("state")
        for text in PHRASES[finding][wanted]
    }
    return {text: state for text, state in read_as.items() if state not in expected}


@pytest.mark.parametrize("wanted", ["present", "absent", "not"])
@pytest.mark.parametrize("finding", PHRASES)
def test_phrases(finding: str, wanted: str) -> None:
    assert _misread(finding, wanted) == {}


def test_every_finding_has_phrases() -> None:
    findings = yaml.safe_load(FINDINGS.read_text("utf-8"))["findings"]
    assert set(PHRASES) == set(findings)
