"""The few places where Rasa's own code is changed, because it has no setting for them.

- It waits 300 s for an action and holds the conversation's lock meanwhile: with a hanging action
  server the patient's next message, an emergency perhaps, would wait behind it.
- It sends all that was ever said with every call of an action, though the slots hold what is known.
  It has no way to send what should not be stored: the message's vector, made when it was read.
- It checks the schema of all events, and the schema's own schema, with every reply: 38 % of a turn.
- It copies every slot through Python's generic copying several times a turn: another 10 %; and a
  whole conversation, by replaying it, before every action and in every form: 7 %, more as it grows.
- It finds out which events count, through the whole conversation, six times a turn, and for every
  action of a form looks back anew: 25 % of a turn after ten messages, more as they grow.
- It goes through all mappings of all slots twice a turn, though here every slot is filled from the
  entity of its name, and notes again what is known already: 13 %, and the rows to be stored.
- It opens a new connection for every call of an action: 1 ms.
- It schedules its graph, a handful of nodes, with Dask: 8 %.

Shares of a turn measured with py-spy. `EmergencyPolicy` puts the changes in place when it is made.
"""

from __future__ import annotations

import asyncio
import copy
import logging
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import lru_cache
from itertools import islice
from types import SimpleNamespace
from typing import Any

import aiohttp
import rasa
from rasa.core.actions import action, forms
from rasa.engine.runner import dask as runner
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils import endpoints

logger = logging.getLogger(__name__)

#: Seconds after which an action server that does not answer counts as stopped.
ACTION_DEADLINE = 3.0

#: The action that is sent the vector of the message, and how many vectors wait for it at most.
ANSWER, VECTORS = "action_answer", 50

#: Seconds to wait for a vector.
VECTOR_WAIT = 0.5

#: How many of the patient's last messages an action is told of, with what followed each.
TURNS = 6


def adjust() -> None:
    """Put the changes in place; doing it again changes nothing."""
    action.DEFAULT_REQUEST_TIMEOUT = ACTION_DEADLINE
    action.RemoteAction._action_call_format = _call
    action.RemoteAction._validate_action_result = _is_valid
    action.ActionExtractSlots.run = _extract_slots
    forms.FormAction._temporary_tracker = _in_form
    endpoints.EndpointConfig.session = _session
    Slot.__copy__ = _copied
    DialogueStateTracker.copy = _copied_tracker
    DialogueStateTracker.applied_events = _applied_events
    runner.dask = SimpleNamespace(get=_run_graph)


def _call(self: action.RemoteAction, tracker: DialogueStateTracker, _: Any) -> dict[str, Any]:
    call = {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": {**tracker.current_state(), "events": _last_turns(tracker.events)},
        "version": rasa.__version__,
    }
    if self.name() == ANSWER and tracker.latest_message:
        call["encoded"] = _ready(_encoded.pop(tracker.latest_message.text, None))
    return call


def _ready(encoded: Future[dict[str, str]] | None) -> dict[str, str] | None:
    """A vector that is being made, by now most often ready; None: the actions make it."""
    try:
        return None if encoded is None else encoded.result(VECTOR_WAIT)
    except Exception as error:
        logger.error("A question was not encoded: %s", type(error).__name__)
        return None


#: Vectors of messages that are about to be answered, by what was written (`knowledge.encoded`).
_encoded: OrderedDict[str | None, Future[dict[str, str]]] = OrderedDict()


def send_with_answer(text: str, encoded: Future[dict[str, str]]) -> None:
    """Have the vector of a message sent with the call of the action that answers it, once."""
    _encoded[text] = encoded
    _encoded.move_to_end(text)
    while len(_encoded) > VECTORS:
        _encoded.popitem(last=False)


def _session(self: endpoints.EndpointConfig) -> aiohttp.ClientSession:
    """A session over the connections that all sessions of this event loop share."""
    return aiohttp.ClientSession(
        headers=self.headers,
        connector=_connections(asyncio.get_running_loop()),
        connector_owner=False,
        timeout=aiohttp.ClientTimeout(total=ACTION_DEADLINE),
    )


class _Connections(aiohttp.TCPConnector):
    """Connections that live as long as the process does, and need not be called unclosed then."""

    def __del__(self, *_: Any) -> None:
        """Leave them to the system."""


@lru_cache(maxsize=1)
def _connections(loop: asyncio.AbstractEventLoop) -> aiohttp.TCPConnector:
    return _Connections(loop=loop)


def _last_turns(events: Iterable[Event]) -> list[dict[str, Any]]:
    recent: list[dict[str, Any]] = []
    turns = 0
    for event in reversed(list(events)):
        recent.append(event.as_dict())
        turns += isinstance(event, UserUttered)
        if turns == TURNS:
            break
    return recent[::-1]


def _is_valid(_: action.RemoteAction, result: Any) -> bool:
    """Whether a reply has the shape of one; a wrong event is refused when Rasa reads it next."""
    lists = [result.get(key, []) for key in ("events", "responses")] if _is_object(result) else []
    if not lists or not all(
        isinstance(each, list) and all(map(_is_object, each)) for each in lists
    ):
        raise RasaException("The action server's reply has no list of events or responses.")
    return True


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _copied(slot: Slot) -> Slot:
    twin = object.__new__(type(slot))
    twin.__dict__.update(slot.__dict__)
    return twin


def _copied_tracker(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """A conversation that goes on by itself; events never change, so what holds them is new."""
    twin = object.__new__(type(tracker))
    twin.__dict__.update(tracker.__dict__)
    twin.slots = {name: copy.copy(slot) for name, slot in tracker.slots.items()}
    twin.events = copy.copy(tracker.events)
    twin.active_loop = copy.copy(tracker.active_loop)
    return twin


def _in_form(
    form: forms.FormAction, tracker: DialogueStateTracker, new: list[Event], _: Any
) -> DialogueStateTracker:
    """The conversation as the form's validation gets to see it."""
    twin = _copied_tracker(tracker)
    asked = SlotSet(REQUESTED_SLOT, form.get_slot_to_fill(tracker))
    twin.update_with_events([asked, ActionExecuted(form.name()), *new], None)
    return twin


def _applied_events(tracker: DialogueStateTracker) -> list[Event]:
    """Rasa's answer, found by going on from the last one; events only ever come to the end."""
    events = tracker.events
    loops = {event.name for event in events if type(event) is ActiveLoop and event.name}
    seen, last, known, applied = tracker.__dict__.get("_applied_so_far", (0, None, loops, []))
    if known != loops or seen > len(events) or (seen and events[seen - 1] is not last):
        seen, applied = 0, []
    applied = list(applied)
    for event in islice(events, seen, None):
        if isinstance(event, (Restarted, SessionStarted)):
            applied = []
        elif isinstance(event, ActionReverted):
            tracker._undo_till_previous(ActionExecuted, applied)
        elif isinstance(event, UserUtteranceReverted):
            tracker._undo_till_previous(UserUttered, applied)
            tracker._undo_till_previous(ActionExecuted, applied)
        elif (
            isinstance(event, ActionExecuted)
            and event.action_name in loops
            and not tracker._first_loop_execution_or_unhappy_path(event.action_name, applied)
        ):
            tracker._undo_till_previous_loop_execution(event.action_name, applied)
        else:
            applied.append(event)
    if events:
        tracker.__dict__["_applied_so_far"] = (len(events), events[-1], loops, applied)
    return list(applied)


async def _extract_slots(
    _: action.ActionExtractSlots,
    output_channel: Any,
    nlg: Any,
    tracker: DialogueStateTracker,
    domain: Any,
) -> list[Event]:
    """One `SlotSet` for each entity of the latest message that changes the slot of its name."""
    told = {entity["entity"]: entity["value"] for entity in tracker.latest_message.entities}
    known = tracker.current_slot_values()
    return [SlotSet(name, told[name]) for name in told if known.get(name) != told[name]]


def _run_graph(
    graph: Mapping[Hashable, tuple[Any, ...]], targets: Sequence[str]
) -> list[tuple[str, Any]]:
    """The results of the target nodes; a node is `(function, *names of nodes it needs)`."""
    results: dict[Hashable, Any] = {}

    def result_of(name: Hashable) -> Any:
        if name not in results:
            function, *needs = graph[name]
            if callable(function):
                results[name] = function(*map(result_of, needs))
            else:  # an input: `(name, value)`
                results[name] = graph[name]
        return results[name]

    return [result_of(target) for target in targets]
