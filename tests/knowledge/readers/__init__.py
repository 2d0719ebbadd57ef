"""Tests of `knowledge/readers/`."""
