"""XML and HTML from strangers -> blocks of text as a person would read them aloud."""
