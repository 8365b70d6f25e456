"""What the terminal tells: who speaks, which addresses, a picture for a phone."""
