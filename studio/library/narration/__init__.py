"""What becomes of a book's words: manuscript, kept sentences, score, sound."""
