"""Samples, whoever made them: read, write, resample, master."""
