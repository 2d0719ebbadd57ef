"""Custom actions (rasa-sdk) and, in `actions.triage`, the protocol they call."""
