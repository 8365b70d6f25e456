"""Speech for programs: over HTTP, over the stream socket, and compared."""
