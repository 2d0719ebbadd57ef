"""Fuzzing by hand, with tools that the tests do not need."""
