"""Blocks of text -> chapters: headings, contents, what is the work and what stands around it."""
