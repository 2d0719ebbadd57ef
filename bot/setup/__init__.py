"""Makes everything the bot needs, each step only when its inputs have changed (`make setup`).

Standard library only and Python 3.8 or newer: it runs before any environment exists.
"""
