"""Voices of people's own: rows and files of them, drafts of recordings, consent, what was designed, packed voices."""
