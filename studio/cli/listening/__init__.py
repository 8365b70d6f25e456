"""What `studio transcribe` and `studio live` show while they listen."""
