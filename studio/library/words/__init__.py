"""Words that people keep or mend: pronunciations and transcripts."""
