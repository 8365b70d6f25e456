"""Sound in files and containers: read, written, tagged; by libsndfile in this process, by ffmpeg beside it."""
