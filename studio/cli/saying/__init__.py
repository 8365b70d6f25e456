"""What `studio say` does with chunks of speech: tells of them, plays them, writes them."""
