"""Text to speech: one page for the whole way (speak.py), one module or package a family."""
