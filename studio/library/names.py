"""Names by which rooms find one another where they may not import one another. Light: nothing is imported here."""

QUEUE = "studio"
"""The queue in Redis that carries all jobs."""

FUNCTIONS = {
    "chapter": "workers.audiobook.narrate_chapter",
    "assembly": "workers.audiobook.assemble",
    "recording": "workers.transcription.transcribe_recording",
    "tuning": "workers.tune.tune_voice",
}
"""For each kind of part, the function that RQ calls with the job's id and the part's number."""
