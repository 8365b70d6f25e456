"""Clips: what the Speak page kept, and cuts of it."""
