"""Addresses that programs know from other speech servers, as they know them: /tts, /audio, /play, /stop."""
