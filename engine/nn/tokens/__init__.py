"""Text to the tokens of models that read tokens."""
