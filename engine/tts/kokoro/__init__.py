"""Kokoro-82M: phonemes and a style vector in, speech out."""
