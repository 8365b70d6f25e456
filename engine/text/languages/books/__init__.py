"""What European languages say around numbers, a table each; `phrases.py` makes rules of them."""
