"""Audio to codec frames and back: encode/decode whole, decode_step as a stream."""
