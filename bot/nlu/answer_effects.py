"""What yes, no and not sure mean for each thing asked (see the rules in `answers.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from actions.triage import findings as vocabulary

RISKS = ("pregnancy", "immunosuppressed", "diabetes", "isotretinoin", "known_allergy")
TREND_RAPID = "trend_rapid"

#: Asks about the degree or the place of a finding.
ABOUT = {
    "hives_extent": "hives",
    "redness_extent": "redness",
    "itching_severity": "itching",
    "burning_severity": "burning",
}
#: Asked as "severe itching or burning": naming them without a degree means severe.
ASKED_AS_SEVERE = frozenset(["itching", "burning"])


@dataclass(frozen=True)
class Said:
    """What an answer says of one finding; goes over what the lexicon read."""

    state: str
    span: tuple[int, int] = (0, 0)
    severity: str | None = None
    extent: str | None = None


@dataclass
class Effects:
    """What an answer has set so far."""

    span: tuple[int, int]
    findings: dict[str, Said] = field(default_factory=dict)
    cleared: list[str] = field(default_factory=list)
    risks: list[str] = field(default_factory=list)
    trend: str | None = None
    home_care_tried: bool | None = None

    def say(
        self, name: str, state: str, severity: str | None = None, extent: str | None = None
    ) -> None:
        """Set one finding; a degree that it cannot have is dropped."""
        entry = vocabulary()[name]
        self.findings[name] = Said(
            state,
            self.span,
            severity if entry.severity else None,
            extent if entry.extent else None,
        )

    def no(self, asks: Iterable[str]) -> None:
        """Clear exactly these."""
        for ask in asks:
            if ask in vocabulary():
                self.say(ask, "absent")
            elif ask in (TREND_RAPID, "redness_extent") or ask in RISKS:
                # "Does not spread beyond the treated skin" does not say that it is red.
                self.cleared.append(ask)
            elif ask == "risks":
                self.cleared.extend(RISKS)
            elif ask == "home_care_tried":
                self.home_care_tried = False
            elif ask == "trend":  # asked as "is it getting worse?"
                self.trend = self.trend or "stable"
            elif ask == "hives_extent":  # asked as "only where you were treated?"
                self.say("hives", "present", extent="beyond")
            elif ask in ABOUT:  # asked as "is it severe?"
                self.say(ABOUT[ask], "present", severity="moderate")

    def yes(self, ask: str, severity: str | None = None) -> None:
        """Confirm one thing, to this degree."""
        if ask in vocabulary():
            default = "severe" if ask in ASKED_AS_SEVERE else None
            self.say(ask, "present", severity or default)
        elif ask == TREND_RAPID:
            self.trend = "rapid"
        elif ask in RISKS:
            self.risks.append(ask)
        elif ask == "home_care_tried":
            self.home_care_tried = True
        elif ask == "trend":
            self.trend = self.trend or "worsening"
        elif ask == "hives_extent":
            self.say("hives", "present", extent="treated_area")
        elif ask == "redness_extent":
            self.say("redness", "present", extent="beyond")
        elif ask in ABOUT:
            self.say(ABOUT[ask], "present", severity=severity or "severe")

    def some(self, asks: Sequence[str]) -> bool:
        """Something among these, but not said what: red flags become uncertain. Else False."""
        red = red_flags(asks)
        for name in red:
            self.say(name, "uncertain")
        if not red and TREND_RAPID in asks:
            self.trend = "rapid"
        return bool(red) or TREND_RAPID in asks

    def one_item(self, asks: Sequence[str], severity: str | None = None) -> None:
        """One line of the list, which may hold several ids."""
        if len(asks) == 1:
            self.yes(asks[0], severity)
        elif not self.some(asks):
            for ask in asks:
                if ask in vocabulary():
                    degree = severity or ("severe" if ask in ASKED_AS_SEVERE else None)
                    self.say(ask, "uncertain", degree)

    def unsure(self, asks: Sequence[str]) -> None:
        """Not sure: about a red flag it counts as there, about context it says nothing."""
        if self.some(asks):
            return
        for ask in asks:
            if ask in vocabulary():
                self.say(ask, "uncertain")

    def over(self, asks: Sequence[str]) -> None:
        """It was there and is not any more."""
        red = red_flags(asks)
        for name in red or [ask for ask in asks if len(asks) == 1 and ask in vocabulary()]:
            self.say(name, "past")

    def degree(self, name: str, severity: str) -> None:
        """Set the severity of a finding, keeping the rest."""
        said = self.findings.get(name, Said("present", self.span))
        self.findings[name] = replace(said, severity=severity)


def red_flags(asks: Iterable[str]) -> list[str]:
    """Those of these that alone are an emergency."""
    return [ask for ask in asks if ask in vocabulary() and vocabulary()[ask].red_flag]
