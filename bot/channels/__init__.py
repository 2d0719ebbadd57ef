"""Input channels of the dialogue process."""
