"""Channels: how patients reach the door. One module each, and none knows the dialogue.

A channel turns what comes in into `Incoming` (a conversation that the channel itself can vouch
for, and its own id of the message), gives it to `Door.receive`, and sends the `Outcome` in the
form its clients read: `text` is always enough, buttons are sent back by their opaque id.
A channel that can push asks `Door.news` for what came later.
"""
