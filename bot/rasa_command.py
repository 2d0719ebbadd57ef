"""Rasa's command line without the warnings of its old libraries: `python -m bot.rasa_command run`.

Some of them switch deprecation warnings on when they are imported, whatever PYTHONWARNINGS says; a
person in `make shell` would read pages of them. Rasa's own warnings are shown.
"""

import warnings

from rasa.__main__ import main

_show = warnings.showwarning


def _show_what_can_be_acted_on(message, category, *rest, **named):  # type: ignore[no-untyped-def]
    if not issubclass(category, DeprecationWarning):
        _show(message, category, *rest, **named)


if __name__ == "__main__":
    warnings.showwarning = _show_what_can_be_acted_on
    main()
