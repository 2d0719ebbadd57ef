"""A conversation as FHIR R4, for the systems of a clinic; see docs/fhir.md.

    >>> bundle = summary_bundle("web-1", history, slots)
    >>> to_json(bundle)

`check.py` finds what the last check came to, `answers.py` makes the QuestionnaireResponse of it,
`bundle.py` everything else, `codes.py` how things are coded.
"""

from bot.gateway.fhir.bundle import MEDIA_TYPE, ContactRequest, summary_bundle, to_json

__all__ = ["MEDIA_TYPE", "ContactRequest", "summary_bundle", "to_json"]
