"""Voices: who speaks (`dressed`), those that people keep (`saved`), what one sounds like (`previews`), and what
OpenAI calls some of them (`likeness`).
"""
