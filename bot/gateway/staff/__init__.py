"""The staff's inbox under `/staff`: who may log in, what they see, and what they may do.

Nothing here is open to patients. `python -m bot.gateway.staff` makes the first account.
"""
