"""Tests of `bot/gateway/checkin.py`."""
