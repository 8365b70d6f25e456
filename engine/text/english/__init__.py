"""English: what each class of written forms is said as, and in which order the rules claim (`order`)."""
