"""The action server: rasa-sdk's, on loopback, in one process, without patients' words in logs.

rasa-sdk answers a failing action with the whole request, conversation included, and Rasa writes
that to its log. Here a failing action answers with the fixed apology instead, and the log names
the action, the kind of error and the line.

Run with `python -m actions.server [--port 5055]`.
"""

from __future__ import annotations

import argparse
import logging
import sys
import traceback
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor, ActionExecutorRunResult
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import Sanic

from actions.answer import ActionAnswer, searcher
from actions.encoded import encoded_message
from actions.triage_form import ValidateTriageForm
from knowledge.data import DataError
from knowledge.encoded import Encoded
from knowledge.encoder import EncoderMissingError
from knowledge.index import IndexUnusableError

logger = logging.getLogger("actions")


class QuietExecutor(ActionExecutor):
    """Runs actions; a failure becomes words for the patient and one line in the log."""

    def update_and_return_domain(self, payload: Any, action_name: str) -> dict[str, Any]:
        """No domain is sent (endpoints.yml) and none is needed, so none is asked for."""
        return {}

    async def run(self, action_call: Any) -> ActionExecutorRunResult | None:
        """Run one action call (rasa-sdk's format, and `encoded`: `bot/rasa_internals.py`)."""
        encoded_message.set(Encoded.from_json(action_call.get("encoded")))
        try:
            return await super().run(action_call)
        except (ActionExecutionRejection, ActionNotFoundException):
            raise
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            logger.error(
                "%s failed: %s in %s:%s",
                action_call.get("next_action"),
                type(error).__name__,
                where.filename,
                where.lineno,
            )
            return ActionExecutorRunResult(events=[], responses=[{"response": "utter_unavailable"}])


def make_app() -> Sanic[Any, Any]:
    """The server with every action of this package registered."""
    executor = QuietExecutor()
    for action in (ActionAnswer(), ValidateTriageForm()):
        executor.register_action(action)
    return create_app(executor, cors_origins=None)


def main() -> None:
    """Serve on 127.0.0.1 until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5055)
    port = parser.parse_args().port
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        searcher()  # load the index before the first patient asks
    except (EncoderMissingError, IndexUnusableError, DataError) as error:
        sys.exit(str(error))
    make_app().run(host="127.0.0.1", port=port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
