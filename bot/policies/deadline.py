"""The deadline for one call to the action server.

Rasa waits 300 s by default, and holds the conversation's lock meanwhile: with a hanging action
server the patient's next message, an emergency perhaps, would wait behind it.
"""

from rasa.core.actions import action

#: Seconds after which an action server that does not answer counts as stopped.
ACTION_DEADLINE = 3.0


def apply() -> None:
    """Set the deadline. Rasa 3.6 has no setting for it, only this module constant."""
    action.DEFAULT_REQUEST_TIMEOUT = ACTION_DEADLINE
