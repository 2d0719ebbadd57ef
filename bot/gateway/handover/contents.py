"""What is told about a request outside the gateway: the webhook's body, and the mail.

Both are made when they are sent, from the messages that the conversation held when the patient
agreed, so that the same request is told the same way at every attempt.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2

from actions.triage import load_protocol
from bot.clinic import Clinic
from bot.gateway.fhir import ContactRequest, summary_bundle
from bot.gateway.handover.requests import Delivery, Request
from bot.gateway.handover.settings import HandoverSettings
from bot.gateway.results import last_result
from bot.gateway.storage import Stored
from bot.gateway.summary import summary

logger = logging.getLogger(__name__)

#: How urgent a request is, for staff.
URGENCY = {
    "emergency": "Emergency",
    "urgent": "To be seen today",
    "contact": "Within 24 to 48 hours",
    "undetermined": "Not certain, within 24 to 48 hours",
}
NO_URGENCY = "No urgent result"

_TEMPLATES = Path(__file__).parents[1] / "templates"


def webhook_body(
    request: Request, history: Sequence[Stored], slots: Mapping[str, Any]
) -> dict[str, Any]:
    """The request as JSON; `slots`: what the gateway knew when the patient agreed."""
    result = last_result(history, request.at) or {}
    held = set(result.get("rules", ()))
    at = datetime.fromtimestamp(request.at, timezone.utc).isoformat(timespec="seconds")
    reach = request.reach
    return {
        "type": "handover.requested",
        "timestamp": at,
        "data": {
            "reference": request.reference,
            "why": request.why.value,
            "disposition": request.disposition,
            "rules": [
                {"id": rule.id, "says": rule.says}
                for rule in load_protocol().rules
                if rule.id in held
            ],
            "findings": result.get("findings", {}),
            "hours_since_treatment": result.get("hours_since_treatment"),
            "protocol": result.get("protocol"),
            "citations": result.get("citations", []),
            "reach": {"name": reach.name, "phones": reach.phones, "emails": reach.emails},
            "fhir": _fhir(request, history, slots),
        },
    }


def _fhir(
    request: Request, history: Sequence[Stored], slots: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The same for a clinic's system; None rather than nothing at all, should it not be valid."""
    then = [message for message in history if message.at <= request.at]
    reach = request.reach
    contact = ContactRequest(request.reference, reach.phones, reach.emails, reach.name or None)
    try:
        return summary_bundle(request.conversation, then, slots, contact)
    except ValueError as error:
        logger.error("A request is sent without FHIR: %s", type(error).__name__)
        return None


def mail(
    request: Request,
    delivery: Delivery,
    history: Sequence[Stored],
    clinic: Clinic,
    settings: HandoverSettings,
) -> EmailMessage:
    """The request as mail; unless told otherwise it tells that there is one, and no more."""
    email = settings.email
    assert email is not None
    urgency = URGENCY.get(request.disposition or "", NO_URGENCY)
    then = [message for message in history if message.at <= request.at]
    zone = ZoneInfo(clinic.time_zone)
    message = EmailMessage()
    message["Subject"] = f"{urgency}: a patient asks to hear from you ({request.reference})"
    message["From"], message["To"] = email.sender, ", ".join(email.to)
    message["Date"] = format_datetime(datetime.fromtimestamp(request.at, timezone.utc))
    message["Message-ID"] = f"<{delivery.id}@{email.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # no answering machine answers
    text = _template().render(
        clinic=clinic,
        request=request,
        urgency=urgency,
        at=f"{datetime.fromtimestamp(request.at, zone):%d %B %Y, %H:%M}",
        inbox_url=settings.inbox_url,
        details=_details(request, then, clinic) if email.details else None,
    )
    message.set_content(text)
    return message


def _details(request: Request, then: list[Stored], clinic: Clinic) -> Mapping[str, Any]:
    told = summary(then, clinic) if last_result(then, request.at) else {}
    return {"reach": request.reach.shown(clinic.country), **told}


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_TEMPLATES)
    environment = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("handover_mail.txt")
