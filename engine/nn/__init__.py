"""Blocks used by two or more families."""
