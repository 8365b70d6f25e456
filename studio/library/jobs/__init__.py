"""Jobs: what is asked of one, what it may do next, who works on it, whose turn it is."""
