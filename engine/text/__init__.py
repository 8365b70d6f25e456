"""Words on their way to a voice: normalise, tag, cut into segments."""
