"""These tests need Rasa: they run with the Python of `.venv-rasa` (see `make test`)."""

import importlib.util

if importlib.util.find_spec("rasa") is None:
    collect_ignore_glob = ["test_*.py"]
