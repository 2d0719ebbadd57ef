"""SMS and WhatsApp, in parts."""
