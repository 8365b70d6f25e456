"""What can go wrong with things that are kept. Part of the tree in `engine.errors`; doors map these like the others.

EngineError
└── LibraryError        what is kept cannot be read, found or changed
    ├── NotFound        no such thing, or it belongs to somebody else: the same answer on purpose
    ├── IllegalMove     a job cannot do that in the state it is in
    ├── Conflict        it was changed meanwhile; load it again
    ├── QueueFull       one person has too many unfinished jobs
    ├── StorageError    the disk is full, or a kept file is gone or torn
    ├── DatabaseBusy    the database stayed locked, or cannot be opened
    ├── DatabaseDamaged what is in its file is no whole database
    ├── DatabaseNewer   a newer studio has brought it up to date
    ├── MigrationBroken it could not be brought up to date, and is as it was
    └── MigrationsMissing this installation has none of the steps that bring it up to date
"""

from engine.errors import EngineError

DISK_FULL = "The disk is full. Make room, then press Retry: everything made so far is kept."


class LibraryError(EngineError):
    """What is kept cannot be read, found or changed."""


class NotFound(LibraryError):
    """No such thing, or it is somebody else's."""


class IllegalMove(LibraryError):
    """A job cannot do that in the state it is in."""


class Conflict(LibraryError):
    """It was changed meanwhile, so a change on the older version would lose somebody's work."""


class QueueFull(LibraryError):
    """Too many unfinished jobs of one person."""


class StorageError(LibraryError):
    """No room on the disk, or a kept file is gone or torn."""


class DatabaseBusy(LibraryError):
    """The database stayed locked, or cannot be opened."""


class DatabaseDamaged(LibraryError):
    """What is in the database's file is no whole database."""


class DatabaseNewer(LibraryError):
    """A newer studio has brought the database up to date."""


class MigrationBroken(LibraryError):
    """The database could not be brought up to date, and is as it was."""


class MigrationsMissing(LibraryError):
    """This installation has none of the steps that bring a database up to date."""
