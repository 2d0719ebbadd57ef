"""Training runs with the Python of `.venv` only; everything else here runs in both environments."""

import importlib.util

if importlib.util.find_spec("torch") is None:
    collect_ignore = ["test_train_reader.py", "test_both_environments.py"]
