"""What is kept, for programs: jobs, transcripts, clips, voices, pronunciations."""
