"""Telegram, in parts."""
