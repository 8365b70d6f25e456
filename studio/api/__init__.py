"""Door 1, programs: one file a protocol."""
