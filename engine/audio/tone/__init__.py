"""What is done to a voice's sound after the model: pitch, three bands, a room; the same samples for any cut of them."""
