"""Speech to text: a file (transcribe.py), a microphone (live.py), one module or package a family."""
