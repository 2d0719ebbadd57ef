"""The only public door: sessions, limits, the safety net, the web chat, and channels.

A message comes in through a channel (`channels/`), is read for red flags here (`red_flags.py`)
while the dialogue works on it (`line.py`, `dialogue.py`), and is stored with its reply
(`storage.py`) until the patient deletes it or its time is over (`erasure.py`).
"""
