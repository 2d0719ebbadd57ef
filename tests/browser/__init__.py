"""The web chat in a real Chromium, on the live stack."""
