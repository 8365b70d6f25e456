"""The other languages: what each says around numbers, and the rules that a phrasebook becomes."""
