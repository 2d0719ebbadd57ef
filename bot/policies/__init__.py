"""Policies that stand above the rules: the emergency, and never being silent."""
