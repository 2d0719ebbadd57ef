"""Learning what the reader of messages knows; run at setup or by hand, never while it serves."""
