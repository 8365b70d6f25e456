"""Voices: who speaks (`dressed`), those that people keep (`saved`), what one sounds like (`previews`), and OpenAI's names
for some (`likeness`).
"""
