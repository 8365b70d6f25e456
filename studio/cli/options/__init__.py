"""What commands have in common in how they are asked: the spelling of options, and the words of their help."""
