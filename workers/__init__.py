"""Door 3, the queue: narrates books and transcribes recordings, resumable at every segment."""
