"""What a job has spoken is known by its journals, and what it plays by its scores."""

from pathlib import Path

from studio.library.narration.scores import Journal, Note, ScoreWriter, keys_of


def test_all_sound_of_a_job_is_that_of_every_chapters_journal_and_score(tmp_path: Path) -> None:
    for number, key in ((0, "aa"), (1, "bb")):
        journal = Journal(tmp_path, number)
        journal.begin(key, 0)
        journal.end(key, 0)
        journal.begin(f"{key}-unfinished", 1)
        journal.close()
    score = ScoreWriter(tmp_path, 2, 24_000)
    score.add(Note(0, "cc", 10, 0, "Played.", ()))
    score.add(Note(1, "", 10, 0, "Silent.", ()))
    score.close()
    assert keys_of(tmp_path) == {"aa", "bb", "cc"}
