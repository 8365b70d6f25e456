"""Speech out, speech in. Arrays and text only: no web, queue, database or environment."""
