"""What a person or a program touches, and what is remembered."""
