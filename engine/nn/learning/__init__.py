"""Slopes through networks whose weights stay as they are."""
