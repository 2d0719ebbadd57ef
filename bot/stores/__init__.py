"""Where Rasa keeps conversations."""
